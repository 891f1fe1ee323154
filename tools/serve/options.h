// The command line of pdns-serve.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/status.h"

namespace pdns::tools {

struct ServeOptions {
  std::string database;  // as given; may be empty
  std::string listen;
  std::string keys;             // as given; may be empty
  std::string audit;            // likewise
  std::string tls_certificate;  // both, or none: no TLS
  std::string tls_key;
  bool open = false;
  std::vector<std::string> hosts;
  std::vector<std::string> cors;
  std::string origin;
  std::chrono::seconds max_time{};
  std::size_t max_connections = 0;
  std::size_t memory = 0;      // bytes
  std::string print_and_exit;  // --help or --version: this text, and nothing else
};

// kUsage.
Result<ServeOptions> ParseServeOptions(int argc, const char* const* argv);

}  // namespace pdns::tools
