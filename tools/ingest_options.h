// The command line of pdns-ingest.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "ingest/lane.h"

namespace pdns::tools {

struct IngestOptions {
  std::vector<std::string> paths;
  std::string socket;
  std::string database;  // as given; may be empty
  ingest::LanePolicy policy;
  std::chrono::nanoseconds flush_interval{};
  std::uint64_t memory = 0;
  bool compact = false;
  bool report_json = false;
  bool verbose = false;
  std::string print_and_exit;  // --help or --version: this text, and nothing else
};

// kUsage, kNoInput.
Result<IngestOptions> ParseIngestOptions(int argc, const char* const* argv);

}  // namespace pdns::tools
