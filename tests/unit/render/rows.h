// Tuples and what is known of them, for hits.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "dns/text.h"
#include "query/hit.h"
#include "record/name.h"
#include "record/tuple_key.h"

namespace pdns::render {

inline record::OwnedTuple MakeTuple(std::string_view owner, record::RrType type,
                                    std::string_view rdata) {
  const auto name = dns::NameFromText(owner);
  if (!name.has_value()) ADD_FAILURE() << "no name: " << owner;
  return {name.value_or(record::Name()), type, std::string(rdata)};
}

inline std::chrono::sys_seconds At(std::int64_t time) {
  return std::chrono::sys_seconds(std::chrono::seconds(time));
}

// Seen every day from first to last.
inline record::History Seen(std::int64_t first, std::int64_t last, std::uint64_t count,
                            unsigned zone_labels = 0, std::uint8_t reasons = 0) {
  record::History history;
  history.first = At(first);
  history.last = At(last);
  history.count = count;
  history.bailiwick = record::Bailiwick::OfLabels(zone_labels);
  history.reasons = reasons;
  return history;
}

// Seen on these days, given as from..to since the epoch, in order.
inline record::History SeenOn(const std::vector<std::pair<int, int>>& runs) {
  record::History history;
  for (const auto& [first, last] : runs) {
    record::History run = Seen(first * 86400LL, last * 86400LL + 86399, 1);
    if (history.count == 0) history = run;
    record::Merge(history, run);
  }
  history.count = runs.size();
  return history;
}

}  // namespace pdns::render
