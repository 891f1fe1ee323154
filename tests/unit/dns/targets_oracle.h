// What a record points at, said once more: by type numbers and strings, without the table and the
// cursor of dns/targets.cc. For the unit test and the fuzz target.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dns/targets.h"

namespace pdns::dns::testing {

struct PlainTarget {
  char kind;  // n, 4, 6
  std::string bytes;
  std::size_t at;

  friend bool operator==(const PlainTarget&, const PlainTarget&) = default;
};
using PlainTargets = std::vector<PlainTarget>;

// The 16 or 8 bits at `at`, or nothing when they are not there.
inline std::optional<std::size_t> NumberAt(const std::string& rdata, std::size_t at,
                                           std::size_t bytes) {
  if (at > rdata.size() || rdata.size() - at < bytes) return std::nullopt;
  std::size_t number = 0;
  for (const char byte : rdata.substr(at, bytes))
    number = number * 256 + static_cast<unsigned char>(byte);
  return number;
}

// Where in the rdata the name would stand; npos for types that point at none.
inline std::size_t NameAt(unsigned type, const std::string& rdata) {
  static const std::map<unsigned, std::size_t> kAt{
      {2, 0},  {3, 0},  {4, 0},  {5, 0},  {6, 0},  {7, 0},  {8, 0},
      {9, 0},  {12, 0}, {14, 0}, {15, 2}, {17, 0}, {18, 2}, {21, 2},
      {26, 2}, {33, 6}, {36, 2}, {39, 0}, {64, 2}, {65, 2}, {107, 2}};
  if (type != 35) return kAt.contains(type) ? kAt.at(type) : rdata.npos;
  std::size_t at = 4;
  for (int strings = 0; strings < 3; ++strings) {
    const auto size = NumberAt(rdata, at, 1);
    if (!size.has_value()) return rdata.npos;
    at += 1 + *size;
  }
  return at;
}

// The bytes of a name that ends inside the rdata; 0 when there is none.
inline std::size_t NameSize(const std::string& rdata, std::size_t at) {
  std::size_t size = 0;
  while (true) {
    const auto label = NumberAt(rdata, at + size, 1);
    if (!label.has_value() || *label > 63) return 0;
    size += 1 + *label;
    if (size > 255) return 0;
    if (*label == 0) return size;
  }
}

inline void AddPlainHints(const std::string& rdata, std::size_t at, PlainTargets& targets) {
  while (true) {
    const auto key = NumberAt(rdata, at, 2);
    const auto size = NumberAt(rdata, at + 2, 2);
    if (!key || !size || rdata.size() - at - 4 < *size) return;
    const std::size_t end = at + 4 + *size;
    const std::size_t address = *key == 4 ? 4 : 16;
    for (at += 4; (*key == 4 || *key == 6) && at + address <= end; at += address) {
      const PlainTarget hint{*key == 4 ? '4' : '6', rdata.substr(at, address), at};
      const bool known = std::any_of(targets.begin(), targets.end(), [&](const PlainTarget& one) {
        return one.kind == hint.kind && one.bytes == hint.bytes;
      });
      if (!known && targets.size() < 33) targets.push_back(hint);
    }
    at = end;
  }
}

inline PlainTargets PlainTargetsOf(unsigned type, const std::string& rdata) {
  if (type == 1 && rdata.size() == 4) return {{'4', rdata, 0}};
  if (type == 28 && rdata.size() == 16) return {{'6', rdata, 0}};
  const std::size_t at = NameAt(type, rdata);
  if (at == rdata.npos) return {};
  const std::size_t size = NameSize(rdata, at);
  if (size == 0) return {};
  PlainTargets targets{{'n', rdata.substr(at, size), at}};
  if (type == 64 || type == 65) AddPlainHints(rdata, at + size, targets);
  return targets;
}

// What dns::TargetsOf says, in the same words.
inline PlainTargets AsPlain(const Targets& targets) {
  PlainTargets plain;
  for (const Target target : targets) {
    const char kind = target.kind == Target::Kind::kName   ? 'n'
                      : target.kind == Target::Kind::kIpv4 ? '4'
                                                           : '6';
    plain.push_back({kind, std::string(AsText(target.bytes)), target.at});
  }
  return plain;
}

}  // namespace pdns::dns::testing
