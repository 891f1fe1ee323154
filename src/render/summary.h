// An answer in numbers: Hit -> [Summary] -> how many rows, from when to when, and the same by type.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "query/hit.h"

namespace pdns::render {

// Holds numbers only, however many rows are added.
class Summary {
 public:
  void Add(const query::Hit& hit);

  // Aligned lines with a heading: a line a type, in the order of their numbers, and the total, if
  // of several. "no rows" when there are none.
  std::string Text(bool local) const;

  // One line, without its newline: {"num_results":..,"time_first":..,"time_last":..,"count":..,
  // "types":{"A":{the same four}}}. Seconds since the epoch; no times when there are no rows.
  // Counts stop at 2^63-1.
  std::string Json() const;

  struct Part {
    std::uint64_t rows = 0;
    std::chrono::sys_seconds first;
    std::chrono::sys_seconds last;
    std::uint64_t count = 0;
  };

 private:
  Part total_;
  std::map<record::RrType, Part> types_;
};

}  // namespace pdns::render
