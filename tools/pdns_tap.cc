// pdns-tap: dnstap frames on the screen. Options, run, sum up.
#include <unistd.h>

#include <cstdlib>

#include "base/log.h"
#include "tap/source/session.h"
#include "tools/common/database_path.h"
#include "tools/common/last_words.h"
#include "tools/common/phrase.h"
#include "tools/common/signals.h"
#include "tools/common/standard_files.h"
#include "tools/tap/options.h"

namespace pdns::tools {
namespace {

constexpr int kNothingShown = 1;

std::string Summary(const tap::Counts& counts) {
  std::string text =
      std::to_string(counts.seen) + " frames seen, " + std::to_string(counts.shown) + " shown";
  if (counts.malformed > 0) text += ", " + std::to_string(counts.malformed) + " malformed";
  if (counts.left_out > 0) {
    text += ", " + std::to_string(counts.left_out) + " left out by pdns-ingest: too fast for here";
  }
  return text;
}

int Conclude(const tap::Outcome& outcome) {
  const tap::Counts& counts = outcome.counts;
  if (outcome.reader_gone) return 0;
  if (outcome.interrupted || counts.malformed > 0 || counts.left_out > 0) {
    LogInfo(Summary(counts));
  }
  if (!outcome.status.ok()) return ExitCode(outcome.status.code());
  return outcome.interrupted || counts.shown > 0 ? 0 : kNothingShown;
}

int Main(int argc, const char* const* argv) {
  OpenStandardFiles();
  PrepareLastWords();
  StartLog("pdns-tap", false);
  auto options = ParseTapOptions(argc, argv);
  if (!options.ok()) return Refuse(options.status());
  if (!options->print_and_exit.empty()) return PrintAndExit(options->print_and_exit);
  if (options->live && options->sources.control.empty()) {
    const auto database = DatabasePath(options->database, Access::kRead);
    if (!database.ok()) return Refuse(database.status());
    options->sources.control = *database + "/control.sock";
  }
  options->print.colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  options->print.live = options->sources.live();
  static Stop interrupt;
  StopOnSignals(interrupt);
  return Conclude(tap::Run(options->sources, options->print, STDOUT_FILENO, interrupt));
}

}  // namespace
}  // namespace pdns::tools

int main(int argc, char** argv) { return pdns::tools::Main(argc, argv); }
