// A whole run: files, sockets, followed files, watched folders, a control socket -> [Service] ->
// sink, until all is read or a stop is asked for.
//
// Threads: one for all sockets (that of Run); the readers of files, one run of files at a time
// (ingest/job_queue.h); one for each followed file, watched folder and, beside something live,
// pipe; those of the control socket; the drainer; the archive's. They share the claims, the drainer
// and the progress, nothing else.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "base/figure.h"
#include "base/log_limit.h"
#include "base/status.h"
#include "base/stop.h"
#include "control/server.h"
#include "frame/input/folder_watch.h"
#include "frame/listen/listener.h"
#include "ingest/file_run.h"
#include "ingest/hand_over.h"
#include "ingest/job_queue.h"
#include "ingest/live_source.h"
#include "net/endpoint.h"
#include "net/tls.h"

namespace pdns::ingest {

struct ServiceOptions {
  std::vector<source::Path> sources;
  std::vector<std::string> followed;  // files, as by tail -F
  std::vector<std::string> watched;   // folders
  source::Policy policy;
  std::chrono::nanoseconds flush_interval = std::chrono::seconds(10);
  std::size_t window_memory = 192U << 20;  // of all windows together
  // For compressed files and pipes, and the end of the sentence where it does not do
  // (frame/input/unpack_memory.h). A run beside one that has stalled has a quarter of it, of its
  // own.
  std::size_t unpack_memory = frame::kUnpackAlone;
  std::string unpack_way_out = "compress it anew, with a smaller window";
  std::size_t cores = 0;  // to be used by files; 0: all there are
  NotStored not_stored;   // by runs of this process before this one
  std::chrono::milliseconds patience = JobQueue::kPatience;  // with a run of files that has stalled
};

// What a service listens on, and what it got from the process before it.
struct LiveOptions {
  std::vector<net::ListeningSocket> sockets;
  std::unique_ptr<net::TlsServer> tls;
  frame::ListenerLimits limits;
  std::vector<frame::HandedPeer> peers;
  std::optional<archive::Options> archive;
  std::optional<net::ListeningSocket> control;  // kept with the others
  control::Writers writers;                     // who may hand in files by it
  control::Server::Services::Work admin;        // runs its admin commands; null: they are refused
  std::function<void()> on_ready;               // called once, when the sockets are read up to now
  std::function<bool()> keeps_sockets;  // asked after a stop: do they go to another process?
};

// Figures, ready, not_stored and healthy: any thread, once it is open. All else: one thread.
class Service {
 public:
  // `stop` outlives the service; a failing sink requests it.
  Service(ServiceOptions options, LiveOptions live, const Sink& sink, Stop& stop);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Makes everything ready. kUsage, kIo: a socket, a folder or the archive cannot be had.
  // `progress` outlives the service.
  Status Open(source::Progress& progress);

  // After Open. Runs until the files are read, and, when there is anything live, until the stop.
  // The report holds what was done up to then. While the sink takes no batches, sockets are read,
  // and files wait: those of a run without anything live end as interrupted. Another error than
  // those of Open: the sink's, and what it had not confirmed is not stored. A stop is no error.
  Result<RunReport> Run();

  // After Run failed by the sink: what was done up to then, that included which is not stored.
  RunReport ReleaseReport() { return std::move(report_); }

  // After Run; empty unless keeps_sockets said so.
  HandOver ReleaseHandOver() { return std::move(hand_over_); }

  // After Open.
  std::vector<Figure> Figures() const;
  bool ready() const { return ready_ && sink_.on(); }
  NotStored not_stored() const;  // of this run and those before it
  bool healthy() const;  // false: the thread of the sockets is stuck, and not for a slow disk

 private:
  void SetPipesApart();
  Status OpenControl();
  Status OpenArchive();
  Result<control::Reply::Report> Backfill(const control::Request& request, const Stop& stop,
                                          source::Progress& progress);
  Result<RunReport> RunJob(std::vector<source::Path> sources, const Stop& stop,
                           source::Progress& progress, bool waits);
  Result<RunReport> RunPlan(const FilePlan& plan, const Stop& stop, source::Progress& progress);
  Result<RunReport> RunOwn(const std::vector<source::Path>& sources);
  void RunPipes();
  bool live() const;
  NotStored NotStoredHere() const;
  Status OpenWatches();
  Result<record::SourceId> OnArchiveBegins(const Sha256Digest& first_frame);
  void OnArchiveEnds(const record::Position& position);
  void StartOthers();
  void Follow(const std::string& path);
  void Watch(frame::FolderWatch& watch);
  void EndOthers();
  bool KeepsSockets() const;
  void HandOverControl();
  void RunLive();
  void RunLiveSource();
  void Add(RunReport report);
  void AddSource(const source::Report& source);
  std::size_t Parts() const;
  CollectorLimits LimitsOfOne() const;

  ServiceOptions options_;
  std::vector<source::Path> pipes_;  // of its sources, where there is anything live
  LiveOptions live_;
  // As it was at the start: threads of files ask while others end and hand the socket over.
  const bool has_control_ = live_.control.has_value();
  Stop& stop_;
  source::Progress* progress_ = nullptr;
  std::unique_ptr<archive::Archive> archive_;
  bool archive_moves_ =
      true;  // the file being written is a source that its frames move; the live source's
  Sink sink_;
  Claims claims_;
  Claim archive_claim_;  // of the file being written, if its frames move it; the live source's
  Drainer drainer_;
  control::Taps taps_;
  std::unique_ptr<frame::Listener> listener_;
  std::unique_ptr<LiveSource> live_source_;
  std::unique_ptr<control::Server> control_;
  std::vector<std::unique_ptr<frame::FolderWatch>> watches_;
  std::vector<std::thread> threads_;
  JobQueue jobs_;
  frame::UnpackMemory unpack_;
  HandOver hand_over_;
  std::atomic<bool> ready_{false};
  mutable std::mutex mutex_;
  RunReport report_;           // of what has ended; guarded by mutex_
  source::Report done_;        // of followed and watched files; guarded by mutex_
  record::Counters of_files_;  // guarded by mutex_
  LogLimit file_complaints_{""};
};

}  // namespace pdns::ingest
