// The command line of pdns-query.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "query/filter.h"
#include "query/pivot.h"
#include "query/question.h"
#include "query/sort_key.h"
#include "render/format.h"

namespace pdns::tools {

// One thing asked on the command line.
struct Asking {
  std::string text;
  query::Question question;
};

struct QueryOptions {
  enum class Show : std::uint8_t { kRows, kSummary, kCount, kTimeline, kHits, kDot };

  std::vector<Asking> questions;  // with `new_since` there may be none: all rows
  std::string list;      // -f: a file of things to ask, "-" for standard input; empty: none
  std::string database;  // as given; may be empty
  query::Filter filter;
  std::vector<std::string> sensor;  // seen by one of these names; empty: by any
  std::optional<std::chrono::sys_seconds>
      new_since;  // rows of the journal, committed then or later
  bool quarantined = false;
  std::uint64_t limit = 0;  // rows; 0: no limit
  std::uint64_t offset = 0;
  std::string cursor;                 // --cursor; empty: from the start
  std::string asked;                  // what decides about rows and their order, for cursors
  std::optional<query::SortBy> sort;  // nothing: as the store has them
  bool reverse = false;
  std::optional<query::PivotStart> pivot_from;  // nothing: no pivot
  query::PivotOptions pivot;
  Show show = Show::kRows;
  bool stats = false;    // the whole database in numbers, and nothing asked
  bool recount = false;  // ... and all of them counted anew
  render::FormatKind format = render::FormatKind::kTable;
  bool wire = false;
  bool days = false;  // the days on which rows were seen as well
  bool local = false;
  bool csv_safe = false;
  std::optional<bool> colour;        // nothing: on a terminal
  std::vector<std::string> notices;  // how something was read that might be meant otherwise
  std::string print_and_exit;        // --help or --version: this text, and nothing else

  // More than one thing may be asked, so that rows say what they answer.
  bool several() const { return questions.size() > 1 || !list.empty(); }
  // Lines are told once, however many rows would have the same.
  bool told_once() const {
    return show == Show::kRows &&
           (format == render::FormatKind::kNames || format == render::FormatKind::kValues);
  }
};

// `now` is what relative times count from. kUsage.
Result<QueryOptions> ParseQueryOptions(int argc, const char* const* argv,
                                       std::chrono::sys_seconds now);

}  // namespace pdns::tools
