// Protobuf and whole DNS messages by hand, independent of the code under test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "unit/support/dns_message.h"

namespace pdns::testing {

// Fields in the order they are given.
class Fields {
 public:
  Fields& Number(unsigned field, std::uint64_t value) {
    Varint(field << 3);
    Varint(value);
    return *this;
  }
  Fields& Blob(unsigned field, std::string_view value) {
    Varint(field << 3 | 2U);
    Varint(value.size());
    bytes_.append(value);
    return *this;
  }
  Fields& Fixed32(unsigned field, std::uint32_t value) {
    Varint(field << 3 | 5U);
    for (unsigned shift = 0; shift < 32; shift += 8) {
      bytes_.push_back(static_cast<char>(value >> shift & 0xffU));
    }
    return *this;
  }

  const std::string& bytes() const { return bytes_; }

 private:
  void Varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
    bytes_.push_back(static_cast<char>(value));
  }

  std::string bytes_;
};

// A dnstap payload around the fields of its Message.
inline std::string Envelope(const Fields& message) {
  return Fields().Blob(14, message.bytes()).Number(15, 1).bytes();
}

// 127.0.0.1:5300 <- 127.0.53.1:53 UDP, query at 1700000000.0, response at 1700000001.123456789.
inline Fields Exchange(std::uint64_t type) {
  return Fields()
      .Number(1, type)
      .Number(2, 1)
      .Number(3, 1)
      .Blob(4, std::string("\x7f\0\0\1", 4))
      .Blob(5, std::string("\x7f\0\x35\1", 4))
      .Number(6, 5300)
      .Number(7, 53)
      .Number(8, 1700000000)
      .Fixed32(9, 0)
      .Number(12, 1700000001)
      .Fixed32(13, 123456789);
}

// RESOLVER_RESPONSE of that exchange.
inline std::string ExchangePayload(std::string_view response) {
  return Envelope(Exchange(4).Blob(14, response));
}

// A record as it stands in a message.
inline std::string RecordBytes(std::string_view owner, std::uint16_t type, std::string_view rdata,
                               std::uint16_t rr_class = 1, std::uint32_t ttl = 300) {
  std::string bytes(owner);
  bytes.append(U16(type)).append(U16(rr_class)).append(U32(ttl));
  return bytes.append(U16(static_cast<std::uint16_t>(rdata.size()))).append(rdata);
}

// An OPT record; `ttl`: extended rcode, version, flags.
inline std::string OptRecord(std::string_view options, std::uint32_t ttl = 0x8000) {
  constexpr std::uint16_t kUdpSize = 1232;
  return RecordBytes(std::string(1, '\0'), 41, options, kUdpSize, ttl);
}

struct Sections {
  std::uint16_t flags = 0x8180;
  std::uint16_t questions = 0;
  std::uint16_t answers = 0;
  std::uint16_t authority = 0;
  std::uint16_t additional = 0;
  std::string body{};  // all of them, in a row
};

inline std::string MessageBytes(const Sections& what) {
  return U16(0x1234) + U16(what.flags) + U16(what.questions) + U16(what.answers) +
         U16(what.authority) + U16(what.additional) + what.body;
}

inline std::string QuestionBytes(std::string_view name, std::uint16_t type = 1,
                                 std::uint16_t rr_class = 1) {
  return std::string(name).append(U16(type)).append(U16(rr_class));
}

}  // namespace pdns::testing
