// Answers in numbers: hits -> [Summary, KnownList] -> how many rows, from when to when.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>

#include "query/hit.h"

namespace pdns::query {

// Rows, and when they were seen. One thread at a time.
struct SeenRows {
  std::uint64_t rows = 0;
  std::chrono::sys_seconds first{};  // of all rows; means nothing without rows
  std::chrono::sys_seconds last{};

  // Not record::Merge, which would unite the days of all rows as well.
  void Add(const record::History& history);
};

// The same with their counts.
struct RowCount : SeenRows {
  std::uint64_t count = 0;  // the sum, at most record::kMaxCount

  void Add(const record::History& history);
};

// Of a whole answer, and by type. Numbers only, however many rows are added. One thread at a time.
struct Summary {
  RowCount total;
  std::map<record::RrType, RowCount> types;

  void Add(const Hit& hit);
};

}  // namespace pdns::query
