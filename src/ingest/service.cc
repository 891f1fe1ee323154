#include "ingest/service.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/log.h"
#include "frame/listener.h"
#include "ingest/claims.h"
#include "ingest/file_source.h"

namespace pdns::ingest {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kOnlyForwards =
    ": FORWARDER_RESPONSE frames only. This resolver forwards, and its answers are not taken; to "
    "take "
    "them, add --message-type RESOLVER_RESPONSE,FORWARDER_RESPONSE";

// The lane of all connections of a socket.
class SocketLane final : public frame::FrameSink {
 public:
  SocketLane(frame::Listener& listener, Drainer& drainer, const LanePolicy& policy,
             const CollectorLimits& limits, Progress& progress)
      : listener_(listener), collector_(drainer, policy, limits), progress_(progress) {
    report_.name = listener.path();
    report_.state = SourceState::kComplete;
  }

  void OnFrame(Bytes payload) override {
    collector_.Take(payload, report_.counters);
    ++progress_.frames;
  }
  void OnBrokenStream() override { report_.counters.Count(record::FrameFate::kMalformedFrame); }

  SourceReport Run(const Stop& stop) {
    constexpr milliseconds kLongest(1000);
    constexpr milliseconds kBehind(10);  // the disk is: look again soon
    constexpr milliseconds kRest(500);
    while (!stop.requested()) {
      const auto until_old = std::chrono::ceil<milliseconds>(collector_.UntilOld());
      listener_.Poll(std::clamp(until_old, kBehind, kLongest), *this);
      collector_.DrainIfOldAndReady();
      WarnOfForwarder();
    }
    listener_.ReadRest(kRest, *this);
    collector_.Drain();
    return std::move(report_);
  }

 private:
  void WarnOfForwarder() {
    if (warned_ || !report_.counters.OnlyForwards()) return;
    warned_ = true;
    LogWarning(report_.name + std::string(kOnlyForwards));
  }

  frame::Listener& listener_;
  Collector collector_;
  Progress& progress_;
  SourceReport report_;
  bool warned_ = false;
};

// The sources of a run, which its lanes share out among themselves.
class FileRun {
 public:
  FileRun(const std::vector<SourcePath>& paths, const Sink& sink, const Stop& stop,
          Progress& progress)
      : paths_(paths), claims_(sink), stop_(stop), progress_(progress), reports_(paths.size()) {
    for (const SourcePath& path : paths) progress.bytes_total += path.size;
  }

  void RunLane(Collector& collector) {
    FileSource source(collector, claims_, stop_, progress_);
    for (std::size_t i = next_++; i < paths_.size(); i = next_++)
      reports_[i] = TakeOne(source, paths_[i]);
    collector.Drain();
  }

  std::vector<SourceReport> TakeReports() { return std::move(reports_); }

 private:
  SourceReport TakeOne(FileSource& source, const SourcePath& path) {
    SourceReport report;
    if (!path.status.ok() || stop_.requested()) {
      report.name = path.path;
      report.state = path.status.ok() ? SourceState::kInterrupted : SourceState::kUnreadable;
      report.reason = path.status.ok() ? "not begun" : path.status.message();
    } else {
      report = source.Take(path.path);
    }
    if (report.state == SourceState::kUnreadable || report.state == SourceState::kCorrupt) {
      LogError(report.name + ": " + std::string(NameOf(report.state)) + ": " + report.reason);
    }
    if (report.counters.OnlyForwards()) LogWarning(report.name + std::string(kOnlyForwards));
    return report;
  }

  const std::vector<SourcePath>& paths_;
  Claims claims_;
  const Stop& stop_;
  Progress& progress_;
  std::atomic<std::size_t> next_{0};
  std::vector<SourceReport> reports_;  // each written by the one lane that took it
};

// How the work is shared out: as many files at once as there are cores, and where they are fewer,
// several lanes in each.
struct Shares {
  std::size_t files_at_once = 0;
  std::size_t lanes = 1;  // of each file
  std::size_t collectors = 1;
  CollectorLimits limits;
};

Shares ShareOut(const ServiceOptions& options, bool with_socket) {
  // A window numbers its entries in 32 bits, 8 bytes each.
  constexpr std::size_t kLargestWindow = std::size_t{16} << 30;
  const std::size_t cores =
      options.cores > 0 ? options.cores : std::max(1U, std::thread::hardware_concurrency());
  Shares shares;
  shares.files_at_once = std::min(cores, options.sources.size());
  if (shares.files_at_once > 0) shares.lanes = cores / shares.files_at_once;
  shares.collectors = std::max<std::size_t>(1, shares.files_at_once + (with_socket ? 1 : 0));
  shares.limits.window_memory =
      std::min(options.window_memory / (2 * shares.collectors), kLargestWindow);
  shares.limits.flush_interval = options.flush_interval;
  return shares;
}

}  // namespace

Result<RunReport> Run(const ServiceOptions& options, const Sink& sink, Stop& stop,
                      Progress& progress) {
  const auto start = Clock::now();
  std::unique_ptr<frame::Listener> listener;
  if (!options.socket.empty()) {
    auto opened = frame::Listener::Open(options.socket, stop.fd());
    if (!opened.ok()) return opened.status();
    listener = std::move(*opened);
  }
  const Shares shares = ShareOut(options, listener != nullptr);

  RunReport report;
  Drainer drainer(sink, shares.collectors, shares.lanes, [&stop] { stop.Request(); });
  FileRun files(options.sources, sink, stop, progress);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < shares.files_at_once; ++i) {
    threads.emplace_back([&] {
      CollectorLimits of_file = shares.limits;
      of_file.lanes = shares.lanes;
      Collector collector(drainer, options.policy, of_file);
      files.RunLane(collector);
    });
  }
  SourceReport socket_report;
  if (listener != nullptr) {
    LogInfo("listening on " + listener->path());
    socket_report =
        SocketLane(*listener, drainer, options.policy, shares.limits, progress).Run(stop);
  }
  for (std::thread& thread : threads) thread.join();
  if (Status finished = drainer.Finish(); !finished.ok()) return finished;

  report.sources = files.TakeReports();
  if (listener != nullptr) report.sources.push_back(std::move(socket_report));
  report.applied = drainer.applied();
  report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return report;
}

}  // namespace pdns::ingest
