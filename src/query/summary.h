// Answers in numbers: hits -> [Summary, KnownIndicator] -> how many rows, from when to when.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string_view>

#include "query/hit.h"

namespace pdns::query {

// Rows, and when they were seen. One thread at a time.
struct RowCount {
  std::uint64_t rows = 0;
  std::chrono::sys_seconds first{};  // of all rows; means nothing without rows
  std::chrono::sys_seconds last{};
  std::uint64_t count = 0;  // the sum of their counts, at most record::kMaxCount

  // Not record::Merge, which would unite the days of all rows as well.
  void Add(const record::History& history);
};

// Of a whole answer, and by type. Numbers only, however many rows are added. One thread at a time.
struct Summary {
  RowCount total;
  std::map<record::RrType, RowCount> types;

  void Add(const Hit& hit);
};

// One of the things asked, and whether the database knows it.
struct KnownIndicator {
  std::string_view text;   // as it was given; good as long as the request
  std::uint64_t line = 0;  // of the list it stood in; 0: an argument
  RowCount found;          // no rows: it is not known
};

}  // namespace pdns::query
