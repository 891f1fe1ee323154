#include "corpus/message.h"

#include "corpus/random.h"

namespace pdns::bench {
namespace {

constexpr std::size_t kMaxLabels = 64;
constexpr std::size_t kCountsAt = 6;  // ANCOUNT in the header
constexpr std::uint16_t kClassIn = 1;

}  // namespace

MessageWriter::MessageWriter() { wire_.reserve(4096); }

void MessageWriter::Begin(std::uint16_t id, std::uint16_t flags, const WireName& qname,
                          std::uint16_t qtype) {
  wire_.clear();
  suffix_count_ = 0;
  counts_ = {};
  U16(id);
  U16(flags);
  U16(1);
  for (int i = 0; i < 3; ++i) U16(0);
  Name(qname);
  U16(qtype);
  U16(kClassIn);
}

void MessageWriter::Rcode(std::uint8_t rcode) {
  wire_[3] = static_cast<std::uint8_t>((wire_[3] & 0xf0U) | rcode);
}

void MessageWriter::Record(Section section, const WireName& owner, RrType type, std::uint32_t ttl) {
  const auto index = static_cast<std::size_t>(section);
  Patch16(kCountsAt + 2 * index, ++counts_[index]);
  Name(owner);
  U16(type);
  U16(kClassIn);
  U32(ttl);
  length_at_ = wire_.size();
  U16(0);
}

void MessageWriter::End() { Patch16(length_at_, wire_.size() - length_at_ - 2); }

void MessageWriter::U16(std::uint16_t value) {
  wire_.push_back(static_cast<std::uint8_t>(value >> 8));
  wire_.push_back(static_cast<std::uint8_t>(value));
}

void MessageWriter::U32(std::uint32_t value) {
  U16(static_cast<std::uint16_t>(value >> 16));
  U16(static_cast<std::uint16_t>(value));
}

void MessageWriter::Opt(std::string_view cookie) {
  const auto index = static_cast<std::size_t>(Section::kAdditional);
  Patch16(kCountsAt + 2 * index, ++counts_[index]);
  U8(0);
  U16(kOpt);
  U16(1232);
  U32(0x00008000U);  // version 0, DO
  length_at_ = wire_.size();
  U16(0);
  if (!cookie.empty()) {
    U16(10);
    U16(static_cast<std::uint16_t>(cookie.size()));
    Bytes(cookie);
  }
  End();
}

const MessageWriter::Suffix* MessageWriter::Find(std::uint64_t hash) const {
  for (std::size_t i = 0; i < suffix_count_; ++i) {
    if (suffixes_[i].hash == hash) return &suffixes_[i];
  }
  return nullptr;
}

// A suffix is known by its 64-bit hash, built from the root up, so each label is hashed once.
void MessageWriter::Name(const std::uint8_t* name, std::size_t size, bool compress) {
  std::array<std::uint16_t, kMaxLabels> starts{};
  std::array<std::uint64_t, kMaxLabels> hashes{};
  std::size_t labels = 0;
  for (std::size_t at = 0; at + 1 < size && labels < kMaxLabels; at += name[at] + 1U) {
    starts[labels++] = static_cast<std::uint16_t>(at);
  }
  std::uint64_t hash = 0;
  for (std::size_t i = labels; i-- > 0;) {
    const std::uint8_t* label = name + starts[i];
    for (std::size_t j = 0; j <= label[0]; ++j) hash = (hash ^ label[j]) * 0x100000001b3U;
    hashes[i] = hash = Mix(hash);
  }
  for (std::size_t i = 0; i < labels; ++i) {
    const std::uint8_t* label = name + starts[i];
    if (const Suffix* known = compress ? Find(hashes[i]) : nullptr; known != nullptr) {
      U16(static_cast<std::uint16_t>(0xc000U | known->offset));
      return;
    }
    if (compress && wire_.size() < 0x4000 && suffix_count_ < suffixes_.size()) {
      suffixes_[suffix_count_++] = {hashes[i], static_cast<std::uint16_t>(wire_.size())};
    }
    wire_.insert(wire_.end(), label, label + label[0] + 1);
  }
  wire_.push_back(0);
}

void MessageWriter::Patch16(std::size_t at, std::size_t value) {
  wire_[at] = static_cast<std::uint8_t>(value >> 8);
  wire_[at + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace pdns::bench
