// Random tuples of a small zone, so that owners, targets and addresses meet: names with escapes and
// wildcards, types of every kind of reverse key, rdata on both sides of every limit.
#pragma once

#include <array>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "unit/store_rocks/rows.h"

namespace pdns::store_rocks {

// One thread.
class Zone {
 public:
  explicit Zone(unsigned seed) : random_(seed) {}

  std::mt19937& random() { return random_; }
  unsigned Below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

  static const std::vector<std::string>& Names() {
    static const std::vector<std::string> names{".",
                                                "org",
                                                "net",
                                                "blah.org",
                                                "www.blah.org",
                                                "*.blah.org",
                                                "\\000.org",
                                                "\\000\\000.org",
                                                "\\001.org",
                                                "\\000\\001.org",
                                                "a\\.b.org",
                                                "_s._tcp.blah.org",
                                                "blaha.org",
                                                "ns.net",
                                                "ns1.net",
                                                "a.ns.net",
                                                "\\255.ns.net",
                                                "xn--p1ai",
                                                "x.www.blah.org"};
    return names;
  }
  record::Name AnyName() { return *dns::NameFromText(Names()[random_() % Names().size()]); }

  std::string V4() { return testing::U32(0x0a000000 + Below(6)); }
  std::string V6() { return std::string(15, '\x20') + static_cast<char>(Below(4)); }

  record::OwnedTuple Tuple() {
    using record::RrType;
    static constexpr std::array kTypes{
        RrType::kA,   RrType::kA,   RrType::kAaaa,  RrType::kNs,    RrType::kMx,
        RrType::kSoa, RrType::kSrv, RrType::kNaptr, RrType::kSvcb,  RrType::kHttps,
        RrType::kTxt, RrType::kTxt, RrType::kNsec,  RrType::kCname, static_cast<RrType>(65280)};
    const RrType type = kTypes[Below(kTypes.size())];
    return {AnyName(), type, Rdata(type)};
  }

  // Of one day or several, over three weeks, so that days have gaps.
  record::Sighting Sighting(std::uint8_t reasons = 0) {
    constexpr std::int64_t kDay = 86'400;
    const std::int64_t first = Below(21) * kDay + Below(kDay);
    record::Sighting sighting = Seen(first, first + Below(2 * kDay), 1 + Below(9), {}, reasons);
    if (const unsigned rank = Below(4); rank > 0)
      sighting.bailiwick = record::Bailiwick::OfLabels(rank - 1);
    return sighting;
  }

 private:
  std::string Wire() { return std::string(AsText(AnyName().wire())); }

  std::string Rdata(record::RrType type) {
    using record::RrType;
    using testing::U16;
    if (type == RrType::kA) return V4();
    if (type == RrType::kAaaa) return V6();
    if (type == RrType::kNs || type == RrType::kCname) return Wire();
    if (type == RrType::kMx) return U16(static_cast<std::uint16_t>(Below(3))) + Wire();
    if (type == RrType::kSoa) return Wire() + Wire() + std::string(20, static_cast<char>(Below(2)));
    if (type == RrType::kSrv) return U16(1) + U16(2) + U16(443) + Wire();
    if (type == RrType::kNaptr) return U16(1) + U16(2) + std::string("\1s\3sip\0", 7) + Wire();
    if (type == RrType::kSvcb || type == RrType::kHttps) return Service();
    if (type == RrType::kNsec) return Wire() + std::string("\0\1\x40", 3);
    return Text();
  }

  std::string Service() {
    using testing::U16;
    std::string hints;
    std::string rdata = U16(1) + Wire();
    for (unsigned i = Below(3); i > 0; --i) hints += V4();
    if (!hints.empty()) rdata += U16(4) + U16(static_cast<std::uint16_t>(hints.size())) + hints;
    if (Below(3) == 0) rdata += U16(5) + U16(300) + std::string(300, static_cast<char>(Below(2)));
    if (Below(3) == 0) rdata += U16(6) + U16(16) + V6();
    return rdata;
  }

  // Alike in front; of lengths around the limit of what stands in a key.
  std::string Text() {
    static constexpr std::array<std::size_t, 9> kSizes{0, 1, 3, 222, 223, 254, 255, 256, 700};
    std::string text(kSizes[Below(kSizes.size())], 't');
    if (text.empty()) return text;
    text.front() = static_cast<char>(Below(3));
    text.back() = static_cast<char>(Below(3));
    return text;
  }

  std::mt19937 random_;
};

// Random rows of one batch.
inline Observations RandomRows(Zone& zone, unsigned rows, bool quarantined = false) {
  Observations some;
  for (unsigned i = 0; i < rows; ++i) {
    const auto reasons =
        quarantined ? static_cast<std::uint8_t>(1 + zone.Below(3)) : std::uint8_t{0};
    some.Add(zone.Tuple(), zone.Sighting(reasons));
  }
  return some;
}

inline store::Place PlaceOf(const store::Row& row) {
  return {std::string(row.at), *record::Name::FromWire(row.tuple.owner), row.tuple.type,
          record::RdataId(row.tuple.rdata)};
}

}  // namespace pdns::store_rocks
