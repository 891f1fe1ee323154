// Tuples and histories for tests, made of text and numbers, and as text again.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "dns/text.h"
#include "record/history.h"
#include "record/tuple_key.h"

namespace pdns::testing {

using Lines = std::vector<std::string>;

inline record::OwnedTuple MakeTuple(std::string_view owner, record::RrType type,
                                    std::string_view rdata) {
  const auto name = dns::NameFromText(owner);
  if (!name.has_value()) ADD_FAILURE() << "no name: " << owner;
  return {name.value_or(record::Name()), type, std::string(rdata)};
}

inline std::chrono::sys_seconds At(std::int64_t seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

// `labels`: of the bailiwick; nothing: unknown.
inline record::Sighting Seen(std::int64_t first, std::int64_t last, std::uint64_t count,
                             std::optional<unsigned> labels = {}, std::uint8_t reasons = 0) {
  record::Sighting sighting;
  sighting.first = At(first);
  sighting.last = At(last);
  sighting.count = count;
  if (labels.has_value()) sighting.bailiwick = record::Bailiwick::OfLabels(*labels);
  sighting.reasons = reasons;
  return sighting;
}

// Bytes that tell tuples apart.
inline std::string TupleKey(const record::Tuple& tuple) {
  std::string key;
  record::AppendTupleKey(key, tuple);
  return key;
}

inline std::string OrderedName(Bytes name) {
  std::string ordered;
  record::AppendOrderedName(ordered, name);
  return ordered;
}

// "www.blah.org. A cd96968c 100 200 1 1 0"; "-" for an unknown bailiwick.
inline std::string Line(const record::Tuple& tuple, const record::History& history) {
  const auto number = [](std::chrono::sys_seconds time) { return time.time_since_epoch().count(); };
  return fmt::format("{} {} {} {} {} {} {} {}", dns::NameToText(tuple.owner),
                     dns::TypeToText(tuple.type), ToHex(tuple.rdata), number(history.first),
                     number(history.last), history.count,
                     history.bailiwick.known() ? std::to_string(history.bailiwick.labels()) : "-",
                     history.reasons);
}

}  // namespace pdns::testing
