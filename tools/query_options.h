// The command line of pdns-query.
#pragma once

#include <string>

#include "base/status.h"
#include "query/request.h"

namespace pdns::tools {

struct QueryOptions {
  query::Request request;
  std::string database;  // as given; may be empty
  bool json = false;
  bool wire = false;
  std::string notice;          // for stderr: how the question was understood
  std::string print_and_exit;  // --help or --version: this text, and nothing else
};

// kUsage.
Result<QueryOptions> ParseQueryOptions(int argc, const char* const* argv);

}  // namespace pdns::tools
