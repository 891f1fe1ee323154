// pdns-ingest: dnstap in, tuples in the database. Options, then a backfill by the live ingester, or
// a run of our own.
#include <sys/stat.h>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "ingest/hand_over.h"
#include "net/handed.h"
#include "store_rocks/check/log_check.h"
#include "tools/common/database_path.h"
#include "tools/common/engine.h"
#include "tools/common/last_words.h"
#include "tools/common/phrase.h"
#include "tools/common/standard_files.h"
#include "tools/ingest/backfill.h"
#include "tools/ingest/check.h"
#include "tools/ingest/options.h"
#include "tools/ingest/run.h"
#include "tools/ingest/signal_supervisor.h"

namespace pdns::tools {
namespace {

// A pause of a run that waits for its turn; true when a signal ends it.
bool WasEnded() {
  sigset_t ends;
  sigemptyset(&ends);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&ends, signal);
  const timespec pause{0, 100'000'000};
  return sigtimedwait(&ends, nullptr, &pause) > 0;
}

// Says what was lost, and what can still be had.
Status Repair(const std::string& path) {
  const auto repaired = store_rocks::RepairLog(path);
  if (!repaired.ok()) return repaired.status();
  if (repaired->missing == 0) {
    LogInfo("database " + path + ": its log is whole, nothing to repair");
    return {};
  }
  LogWarning("database " + path + ": repaired; " + std::to_string(repaired->missing) +
             (repaired->missing == 1 ? " batch is" : " batches are") +
             " missing: give the archive or the files of that time again; what its log was is in " +
             repaired->aside);
  return {};
}

// Runs of files queue: each takes the database when the one before lets go of it, or gives its
// files to a live ingester that comes first.
Result<int> RunFiles(const CommandLineGiven& given, const IngestOptions& options,
                     const Place& place) {
  for (bool told = false;; told = true) {
    if (!options.paths.empty()) {
      const auto done = BackfillByLive(options, ControlPath(options, place.directory));
      if (!done.ok()) return done.status();
      if (done->has_value()) return **done;
    }
    std::vector<net::Handed> none;
    auto code = RunIngest(given, options, place, none);
    if (code.status().code() != Code::kBusy || options.no_wait) return code;
    if (!told) LogInfo(code.status().message() + ": waiting for it (--no-wait does not)");
    if (WasEnded()) return code;
  }
}

// What a cluster has not.
Status CheckClusterOptions(const IngestOptions& options) {
  if (options.repair)
    return Status::Usage("--repair is for a database directory: a cluster's servers see to theirs");
  if (options.journal_given)
    return Status::Usage("--journal-keep is for a database directory: a cluster has no journal");
  return {};
}

// Serves by `options`, or takes the files they name.
Result<int> Run(const CommandLineGiven& given, const IngestOptions& options,
                std::vector<net::Handed>& handed) {
  StartLog("pdns-ingest", options.verbose);
  const auto path = DatabasePath(options.database, Access::kWrite);
  if (!path.ok()) return path.status();
  const auto place = WritePlace(*path, options.outbox);
  if (!place.ok()) return place.status();
  if (place->cluster.has_value()) {
    if (Status has = CheckClusterOptions(options); !has.ok()) return has;
  }
  if (options.check) {
    const Status checked = CheckIngest(options, *place, Held::FromEnvironment());
    return checked.ok() ? Result<int>(0) : checked;
  }
  if (options.repair) {
    const Status repaired = Repair(*path);
    if (!repaired.ok()) return repaired;
    if (options.paths.empty() && !options.compact) return 0;
  }
  if (options.live()) return RunIngest(given, options, *place, handed);
  return RunFiles(given, options, *place);
}

Result<int> RunText(const CommandLineGiven& given, std::optional<std::string> config_text,
                    std::vector<net::Handed>& handed) {
  const auto options = ParseIngestOptions(given.argc, given.argv, std::move(config_text));
  if (!options.ok()) return options.status();
  if (options->print_and_exit.empty()) return Run(given, *options, handed);
  return PrintAndExit(options->print_and_exit);
}

int Main(const CommandLineGiven& given) {
  OpenStandardFiles();
  PrepareLastWords();
  StartLog("pdns-ingest", false);
  BlockSignals();
  // Who asked what is nobody else's business: files are for the owner and the group.
  umask(umask(0) | 0027);
  auto handed = net::ReceiveHanded();
  // A reload looks at the configuration before it lets go of anything. Yet it may have become
  // another one since, or what it names may have.
  auto before = ingest::ConfigurationOf(handed);
  auto code = RunText(given, {}, handed);
  if (!code.ok() && before.has_value() && !handed.empty()) {
    LogError("the configuration cannot be served, going on with the one before: " +
             Phrased(code.status()));
    code = RunText(given, std::move(before), handed);
  }
  return code.ok() ? *code : Refuse(code.status());
}

}  // namespace
}  // namespace pdns::tools

int main(int argc, char** argv) { return pdns::tools::Main({argc, argv}); }
