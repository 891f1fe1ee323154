// Writes one DNS response in wire form, names compressed as name servers do.
//
// Begin -> { Section -> Record -> Name | U16 | Bytes ... -> End }* -> Finish. The buffer is reused:
// View() is good until the next Begin.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "corpus/wire_name.h"

namespace pdns::bench {

enum RrType : std::uint16_t {
  kA = 1,
  kNs = 2,
  kCname = 5,
  kSoa = 6,
  kPtr = 12,
  kMx = 15,
  kTxt = 16,
  kAaaa = 28,
  kSrv = 33,
  kOpt = 41,
  kHttps = 65,
  kCaa = 257,
};

enum class Section { kAnswer = 0, kAuthority = 1, kAdditional = 2 };

class MessageWriter {
 public:
  MessageWriter();

  // Header (flags as they stand on the wire, without the RCODE) and question, class IN.
  void Begin(std::uint16_t id, std::uint16_t flags, const WireName& qname, std::uint16_t qtype);
  void Rcode(std::uint8_t rcode);
  // Sections are written in their order.
  void Record(Section section, const WireName& owner, RrType type, std::uint32_t ttl);
  void Name(const WireName& name) { Name(name.data(), name.size(), true); }
  // Targets of SRV and HTTPS are not compressed.
  void PlainName(const WireName& name) { Name(name.data(), name.size(), false); }
  void U8(std::uint8_t value) { wire_.push_back(value); }
  void U16(std::uint16_t value);
  void U32(std::uint32_t value);
  void Bytes(std::string_view bytes) { wire_.insert(wire_.end(), bytes.begin(), bytes.end()); }
  void End();
  // OPT with the server's payload size; `cookie` of 24 bytes, or empty.
  void Opt(std::string_view cookie);

  [[nodiscard]] std::span<std::uint8_t> View() { return wire_; }

 private:
  struct Suffix {
    std::uint64_t hash;
    std::uint16_t offset;
  };

  void Name(const std::uint8_t* name, std::size_t size, bool compress);
  [[nodiscard]] const Suffix* Find(std::uint64_t hash) const;
  void Patch16(std::size_t at, std::size_t value);

  std::vector<std::uint8_t> wire_;
  std::size_t length_at_ = 0;  // RDLENGTH of the open record
  std::array<std::uint16_t, 3> counts_{};
  std::array<Suffix, 128> suffixes_{};
  std::size_t suffix_count_ = 0;
};

}  // namespace pdns::bench
