// pdns-admin: looks after a database. Options, then the command's own file.
#include <sys/stat.h>

#include "base/log.h"
#include "tools/admin/options.h"
#include "tools/common/last_words.h"
#include "tools/common/phrase.h"
#include "tools/common/standard_files.h"

namespace pdns::tools {
namespace {

int Main(int argc, const char* const* argv) {
  OpenStandardFiles();
  PrepareLastWords();
  StartLog("pdns-admin", false);
  // Who asked what is nobody else's business: files are for the owner and the group.
  umask(umask(0) | 0027);
  const auto options = ParseAdminOptions(argc, argv);
  if (!options.ok()) return Refuse(options.status());
  if (!options->print_and_exit.empty()) return PrintAndExit(options->print_and_exit);
  const auto code = options->command->run(options->input);
  return code.ok() ? *code : Refuse(code.status());
}

}  // namespace
}  // namespace pdns::tools

int main(int argc, char** argv) { return pdns::tools::Main(argc, argv); }
