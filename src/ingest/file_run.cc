#include "ingest/file_run.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include "base/log.h"
#include "ingest/collector.h"

namespace pdns::ingest {

namespace {

using Clock = std::chrono::steady_clock;

// How the work is shared out: as many files at once as there are cores, and where they are fewer,
// several workers in each.
struct Shares {
  std::size_t files_at_once = 1;
  CollectorLimits limits;
};

Shares ShareOut(const FilePlan& plan) {
  // A window numbers its entries in 32 bits, 8 bytes each.
  constexpr std::size_t kLargestWindow = std::size_t{16} << 30;
  const std::size_t cores =
      plan.cores > 0 ? plan.cores : std::max(1U, std::thread::hardware_concurrency());
  Shares shares;
  shares.files_at_once = std::max<std::size_t>(1, std::min(cores, plan.sources.size()));
  // Files first: a frame then stays in one thread, which costs less than to hand it to workers
  // (worker_pool.h).
  shares.limits.workers = std::max<std::size_t>(1, cores / shares.files_at_once);
  shares.limits.window_memory =
      // Two buffers each (drainer.h).
      std::min(plan.window_memory / (2 * shares.files_at_once), kLargestWindow);
  shares.limits.flush_interval = plan.flush_interval;
  return shares;
}

// The sources of a run, which its readers share out among themselves.
class FileRun {
 public:
  FileRun(const FilePlan& plan, Claims& claims, const Stop& stop, source::Progress& progress)
      : plan_(plan),
        claims_(claims),
        stop_(stop),
        progress_(progress),
        reports_(plan.sources.size()) {
    for (const source::Path& path : plan.sources) progress.bytes_total += path.size;
  }

  void RunReader(Drainer& drainer, const CollectorLimits& limits) {
    Collector collector(drainer, plan_.policy, limits);
    FileSource source(collector, claims_, stop_, progress_, plan_.storing, plan_.waits,
                      plan_.memory);
    // Each reader takes the next file when it is done with one: files are of very different sizes.
    for (std::size_t i = next_++; i < reports_.size(); i = next_++)
      reports_[i] = ReadOne(source, plan_.sources[i]);
    collector.Drain();
    static_cast<void>(drainer.Await());  // whoever called asks it again
    const record::Applied applied = collector.applied();
    const std::lock_guard lock(mutex_);
    applied_.tuples_new += applied.tuples_new;
    applied_.tuples_updated += applied.tuples_updated;
  }

  RunReport ReleaseReport() {
    RunReport report;
    report.sources = std::move(reports_);
    report.applied = applied_;
    return report;
  }

 private:
  source::Report ReadOne(FileSource& source, const source::Path& path) {
    source::Report report;
    if (!path.status.ok() || stop_.requested()) {
      report.name = path.path;
      report.state = path.status.ok() ? source::State::kInterrupted : source::State::kUnreadable;
      report.reason = path.status.ok() ? "not begun" : path.status.message();
    } else {
      report = source.Read(path.path, path.rule);
    }
    // Said at once, and not in the report alone: a run may take hours.
    if (NeedsLook(report)) {
      complaints_.Error(report.name + ": " + std::string(NameOf(report.state)) + ": " +
                        report.reason);
    }
    if (!source::TimeComplaint(report.counters).empty())
      complaints_.Warning(report.name + ": " + report.reason);
    if (source::OnlyForwards(report.counters))
      complaints_.Warning(report.name + std::string(kOnlyForwards));
    return report;
  }

  const FilePlan& plan_;
  Claims& claims_;
  const Stop& stop_;
  source::Progress& progress_;
  std::atomic<std::size_t> next_{0};
  std::vector<source::Report> reports_;  // each written by the one reader that took it
  LogLimit own_complaints_{""};
  LogLimit& complaints_ = plan_.complaints != nullptr ? *plan_.complaints : own_complaints_;
  std::mutex mutex_;
  record::Applied applied_;
};

}  // namespace

bool NeedsLook(const source::Report& report) {
  return report.state == source::State::kCorrupt || report.state == source::State::kUnreadable;
}

Result<RunReport> ReadFiles(const FilePlan& plan, Drainer& drainer, Claims& claims,
                            const Stop& stop, source::Progress& progress) {
  const auto start = Clock::now();
  const Shares shares = ShareOut(plan);
  FileRun run(plan, claims, stop, progress);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < shares.files_at_once; ++i)
    threads.emplace_back([&] { run.RunReader(drainer, shares.limits); });
  for (std::thread& thread : threads) thread.join();
  if (Status written = drainer.Await(); !written.ok()) return written;
  RunReport report = run.ReleaseReport();
  report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return report;
}

}  // namespace pdns::ingest
