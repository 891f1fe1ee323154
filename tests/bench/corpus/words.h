// What names are made of. Tables only; sizes are part of how names are numbered (names.cc).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace pdns::bench {

// Common parts of registered domains, 2 to 8 letters, mean 4.4.
extern const std::array<std::string_view, 256> kWords;
// What follows two words; the empty tail is left out where a shorter name is wanted.
extern const std::array<std::string_view, 64> kTails;
// Labels of hosts beside www.
extern const std::array<std::string_view, 64> kHosts;
// Regions, as in names of cloud services.
extern const std::array<std::string_view, 16> kRegions;
// First labels of service records and policies.
extern const std::array<std::string_view, 12> kServices;
// Who asks for a token in a TXT record.
extern const std::array<std::string_view, 10> kTokens;

struct Weighted {
  std::string_view text;
  unsigned weight;  // out of the table's sum, kTldWeight
};
extern const std::array<Weighted, 48> kTlds;
inline constexpr unsigned kTldWeight = 1000;

// Zones of clouds, content networks and other services that hold names without end.
extern const std::array<std::string_view, 40> kClouds;
// Mail and name service providers, the targets of MX and NS.
extern const std::array<std::string_view, 24> kProviders;
// Lists that are asked by address or hash and mostly say no.
extern const std::array<std::string_view, 6> kLists;

}  // namespace pdns::bench
