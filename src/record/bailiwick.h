// How far the server that gave an answer was trusted for it: the zone that it answered for
// (dnstap's query_zone), as a number of labels of the owner.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

namespace pdns::record {

// Ordered: unknown, the root, longer and longer zones; so the merge of two is the greater one. A
// value, free to copy.
class Bailiwick {
 public:
  // Unknown: a forwarder's answer or an import, where nobody says which zone's server answered.
  constexpr Bailiwick() = default;

  // The zone made of the last `labels` labels of the owner, at most 127; 0 is the root.
  static constexpr Bailiwick OfLabels(unsigned labels) {
    return Bailiwick(static_cast<std::uint8_t>(labels + 1));
  }

  // 0 is unknown, n + 1 a zone of n labels: the form on disk. Nothing for a number that no name
  // has.
  static constexpr std::optional<Bailiwick> OfRank(std::uint64_t rank) {
    if (rank > kMostLabels + 1) return std::nullopt;
    return Bailiwick(static_cast<std::uint8_t>(rank));
  }
  constexpr std::uint8_t rank() const { return rank_; }

  constexpr bool known() const { return rank_ != 0; }
  constexpr unsigned labels() const { return rank_ == 0 ? 0U : rank_ - 1U; }  // of a known one

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads <=>
  friend constexpr auto operator<=>(const Bailiwick&, const Bailiwick&) = default;
  friend constexpr bool operator==(const Bailiwick&, const Bailiwick&) = default;

 private:
  static constexpr unsigned kMostLabels = 127;  // RFC 1035 3.1: 255 bytes of wire form

  constexpr explicit Bailiwick(std::uint8_t rank) : rank_(rank) {}

  std::uint8_t rank_ = 0;
};

}  // namespace pdns::record
