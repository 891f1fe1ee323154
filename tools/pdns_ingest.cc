// pdns-ingest: dnstap in, tuples in the database. Options, then a backfill by the live ingester, or
// a run of our own.
#include <cstdio>

#include "attendant.h"
#include "backfill.h"
#include "base/log.h"
#include "database_path.h"
#include "ingest_options.h"
#include "ingest_run.h"

namespace pdns::tools {
namespace {

int Refuse(const Status& status) {
  LogError(status.message());
  return ExitCode(status.code());
}

int Main(int argc, const char* const* argv) {
  StartLog("pdns-ingest", false);
  const auto options = ParseIngestOptions(argc, argv);
  if (!options.ok()) return Refuse(options.status());
  if (!options->print_and_exit.empty())
    return std::fputs(options->print_and_exit.c_str(), stdout) < 0;
  StartLog("pdns-ingest", options->verbose);
  const auto path = DatabasePath(options->database, Access::kWrite);
  if (!path.ok()) return Refuse(path.status());
  BlockSignals();
  if (!options->live() && !options->paths.empty()) {
    const auto done = BackfillByLive(*options, ControlPath(*options, *path));
    if (!done.ok()) return Refuse(done.status());
    if (done->has_value()) return **done;
  }
  const auto code = RunIngest({argc, argv}, *options, *path);
  return code.ok() ? *code : Refuse(code.status());
}

}  // namespace
}  // namespace pdns::tools

int main(int argc, char** argv) { return pdns::tools::Main(argc, argv); }
