// pdns-query: answers from the database. Options, then query/run or query/stats.
#include <chrono>
#include <utility>

#include "base/log.h"
#include "tools/common/last_words.h"
#include "tools/common/phrase.h"
#include "tools/common/standard_files.h"
#include "tools/query/options.h"
#include "tools/query/run.h"
#include "tools/query/stats.h"

namespace pdns::tools {
namespace {

int Main(int argc, const char* const* argv) {
  OpenStandardFiles();
  PrepareLastWords();
  StartLog("pdns-query", false);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  auto options = ParseQueryOptions(argc, argv, now);
  if (!options.ok()) return Refuse(options.status());
  if (options->colour == false) StartLog("pdns-query", false, false);
  if (!options->print_and_exit.empty()) return PrintAndExit(options->print_and_exit);
  const auto code = options->stats ? RunQueryStats(*options) : RunQuery(std::move(*options));
  return code.ok() ? *code : Refuse(code.status());
}

}  // namespace
}  // namespace pdns::tools

int main(int argc, char** argv) { return pdns::tools::Main(argc, argv); }
