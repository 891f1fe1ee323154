// Rows for people: rows -> [Table] -> aligned columns, with a heading.
//
// The widths are those of the first rows, which are held back until they are known; later rows that
// are wider push their line out. Nothing is ever cut. 7-bit, so nothing in a row can steer a
// terminal.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace pdns::query {

struct TableOptions {
  bool colour = false;
  bool reason = false;  // a column more: why the tuple is quarantined
};

class Table {
 public:
  // Text goes to `write`, whole lines at a time.
  Table(const TableOptions& options, std::function<void(std::string_view)> write);

  void Add(const store::Row& row);

  // Writes what is held back. Call last.
  void Finish();

 private:
  static constexpr std::size_t kColumns = 8;
  using Line = std::array<std::string, kColumns>;

  void Write(const Line& line, bool heading);

  TableOptions options_;
  std::function<void(std::string_view)> write_;
  std::vector<Line> held_;
  std::array<std::size_t, kColumns> widths_{};
  bool widths_known_ = false;
};

// "2026-11-22T18:41:16Z"
std::string TimeText(std::chrono::sys_seconds time);

}  // namespace pdns::query
