// The command line of pdns-query.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "query/request.h"
#include "render/format.h"

namespace pdns::tools {

// A plain value.
struct QueryOptions {
  query::Request request;  // but for the list, which is not read yet
  std::string list;        // -f: a file of things to ask, "-" for standard input; empty: none
  std::string database;    // as given; may be empty
  bool stats = false;      // the whole database in numbers, and nothing asked
  bool recount = false;    // ... and all of them counted anew
  const render::Format* format = &render::Formats().front();
  bool wire = false;
  bool days = false;  // the days on which rows were seen as well
  bool local = false;
  bool csv_safe = false;
  std::optional<bool> colour;        // nothing: on a terminal
  std::vector<std::string> notices;  // how something was read that might be meant otherwise
  std::string print_and_exit;        // --help or --version: this text, and nothing else
};

// `now` is what relative times count from. kUsage.
Result<QueryOptions> ParseQueryOptions(int argc, const char* const* argv,
                                       std::chrono::sys_seconds now);

}  // namespace pdns::tools
