// The names of a corpus by number: the same number and seed always give the same name.
//
// number -> [Names::At] -> Subject. Nothing is stored. Of the numbers, about 64 % are hosts of
// registered domains (up to four a domain: apex, www, a usual host, an unusual one), 20 % live in
// zones of clouds and content networks, 6 % are service records, 5 % reverse names, 5 % lists.
#pragma once

#include <cstddef>
#include <cstdint>

#include "corpus/wire_name.h"

namespace pdns::bench {

enum class Kind { kApex, kHost, kCloud, kService, kReverse, kList };

struct Subject {
  Kind kind = Kind::kHost;
  bool service_record = false;  // kService: asked for SRV, else for TXT
  std::uint64_t number = 0;
  std::uint64_t id = 0;       // hash of the name: what its records are
  std::uint64_t zone_id = 0;  // hash of the zone: what its names share
  std::size_t zone_at = 0;    // where the zone begins in owner
  WireName owner;

  [[nodiscard]] const std::uint8_t* ZoneWire() const { return owner.data() + zone_at; }
  [[nodiscard]] std::size_t ZoneSize() const { return owner.size() - zone_at; }
  // Where the parent of the zone begins (one label up).
  [[nodiscard]] std::size_t ParentAt() const { return zone_at + owner.data()[zone_at] + 1U; }
};

class Names {
 public:
  explicit Names(std::uint64_t seed);
  // Any number; below 2^26 no two have the same name but by the chance of random addresses and ids.
  [[nodiscard]] Subject At(std::uint64_t number) const;

 private:
  void Domain(std::uint64_t zone, Subject& out) const;
  void Host(std::uint64_t slot, Subject& out) const;
  void Cloud(Subject& out) const;
  void Service(std::uint64_t slot, Subject& out) const;

  std::uint64_t seed_;
};

// One of about 4,000 hosting networks: its IPv4 prefix (20 bits, the rest zero) for a hash.
std::uint32_t HostingPrefix(std::uint64_t hash);

}  // namespace pdns::bench
