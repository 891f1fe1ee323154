// The command line of pdns-admin: COMMAND [options] [words].
#pragma once

#include <string>

#include "base/status.h"
#include "tools/admin/command.h"

namespace pdns::tools {

struct AdminOptions {
  const Command* command = nullptr;  // of the table
  CommandInput input;
  std::string print_and_exit;  // --help or --version: this text, and nothing else
};

// kUsage.
Result<AdminOptions> ParseAdminOptions(int argc, const char* const* argv);

}  // namespace pdns::tools
