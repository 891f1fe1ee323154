// DNS messages by hand, byte by byte, so that they may be as wrong as a test wants them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace pdns::testing {

inline std::string U16(std::uint16_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

inline std::string U32(std::uint32_t value) {
  return U16(static_cast<std::uint16_t>(value >> 16)) + U16(static_cast<std::uint16_t>(value));
}

// A wire name from labels of any bytes, the root label added.
inline std::string Labels(std::initializer_list<std::string_view> labels) {
  std::string wire;
  for (const std::string_view label : labels) {
    wire.push_back(static_cast<char>(label.size()));
    wire.append(label);
  }
  return wire + '\0';
}

// "www.blah.org" or "www.blah.org." to wire form, case kept, no escapes; "" and "." are the root.
inline std::string WireName(std::string_view text) {
  std::string wire;
  while (!text.empty() && text != ".") {
    const std::string_view label = text.substr(0, text.find('.'));
    wire.push_back(static_cast<char>(label.size()));
    wire.append(label);
    text.remove_prefix(label.size() < text.size() ? label.size() + 1 : text.size());
  }
  return wire + '\0';
}

// A compression pointer to `offset` of the message.
inline std::string Pointer(std::size_t offset) {
  return U16(static_cast<std::uint16_t>(0xc000U | offset));
}

inline constexpr std::size_t kQuestionOffset = 12;  // the question name, behind the header

// Appends what it is told and keeps the header's counts, which may be overridden. Names and rdata
// are wire bytes: WireName(...), Pointer(kQuestionOffset), Labels({"a"}) without its last byte and
// a Pointer behind it, or plain rubbish.
class DnsMessage {
 public:
  static constexpr std::uint16_t kResponse = 0x8180;  // QR RD RA, NOERROR

  // A response to a question, as most tests want it.
  explicit DnsMessage(std::string_view qname_wire, std::uint16_t qtype = 1) {
    Question(qname_wire, qtype);
  }
  DnsMessage() = default;  // without a question

  DnsMessage& Question(std::string_view name, std::uint16_t type, std::uint16_t rr_class = 1) {
    ++questions_;
    body_.append(name).append(U16(type)).append(U16(rr_class));
    return *this;
  }

  DnsMessage& Answer(std::string_view owner, std::uint16_t type, std::string_view rdata,
                     std::uint16_t rr_class = 1, std::uint32_t ttl = 300) {
    ++answers_;
    body_.append(owner).append(U16(type)).append(U16(rr_class)).append(U32(ttl));
    body_.append(U16(static_cast<std::uint16_t>(rdata.size()))).append(rdata);
    return *this;
  }

  // Bytes as they are, behind what is there; they change no count.
  DnsMessage& Raw(std::string_view bytes) {
    body_.append(bytes);
    return *this;
  }

  DnsMessage& Flags(std::uint16_t flags) {
    flags_ = flags;
    return *this;
  }
  DnsMessage& Rcode(unsigned rcode) {
    return Flags(static_cast<std::uint16_t>((flags_ & ~0xfU) | rcode));
  }
  DnsMessage& QuestionCount(std::uint16_t count) {
    question_count_ = count;
    return *this;
  }
  DnsMessage& AnswerCount(std::uint16_t count) {
    answer_count_ = count;
    return *this;
  }

  // Where the next byte will lie in the message.
  std::size_t size() const { return kQuestionOffset + body_.size(); }

  std::string Bytes() const {
    return U16(0x1234) + U16(flags_) + U16(question_count_.value_or(questions_)) +
           U16(answer_count_.value_or(answers_)) + U32(0) + body_;
  }

 private:
  std::uint16_t flags_ = kResponse;
  std::uint16_t questions_ = 0;
  std::uint16_t answers_ = 0;
  std::optional<std::uint16_t> question_count_;
  std::optional<std::uint16_t> answer_count_;
  std::string body_;
};

// "name A 192.0.2.<last>" as an answer to its own question.
inline std::string AddressResponse(std::string_view name, std::uint8_t last = 1) {
  const std::string rdata{'\xc0', '\0', '\2', static_cast<char>(last)};
  return DnsMessage(WireName(name)).Answer(Pointer(kQuestionOffset), 1, rdata).Bytes();
}

}  // namespace pdns::testing
