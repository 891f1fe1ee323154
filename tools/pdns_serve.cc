// pdns-serve: passive DNS lookups over HTTP. Options, run.
#include "base/log.h"
#include "base/stop.h"
#include "tools/common/last_words.h"
#include "tools/common/options.h"
#include "tools/common/phrase.h"
#include "tools/common/signals.h"
#include "tools/common/standard_files.h"
#include "tools/serve/options.h"
#include "tools/serve/run.h"

namespace pdns::tools {
namespace {

int Main(int argc, const char* const* argv) {
  OpenStandardFiles();
  PrepareLastWords();
  StartLog("pdns-serve", false);
  const auto options = ParseServeOptions(argc, argv);
  if (!options.ok()) return Refuse(options.status());
  if (!options->print_and_exit.empty()) return PrintAndExit(options->print_and_exit);
  static Stop stop;
  StopOnSignals(stop);
  const Status run = RunServe(*options, stop);
  return run.ok() ? 0 : Refuse(run);
}

}  // namespace
}  // namespace pdns::tools

int main(int argc, char** argv) { return pdns::tools::Main(argc, argv); }
