// The command line of pdns-tap.
#pragma once

#include <string>

#include "base/status.h"
#include "tap/source/session.h"

namespace pdns::tools {

struct TapOptions {
  tap::SourceList sources;     // without the control socket where --live gives none
  tap::PrintOptions print;     // colour and live are the caller's to set
  bool live = false;           // --live
  std::string database;        // as given; may be empty
  std::string print_and_exit;  // --help or --version: this text, and nothing else
};

// kUsage.
Result<TapOptions> ParseTapOptions(int argc, const char* const* argv);

}  // namespace pdns::tools
