#include "ingest/service.h"

#include <poll.h>

#include <algorithm>
#include <iterator>
#include <thread>

#include "base/log.h"
#include "base/wait.h"
#include "ingest/figures.h"
#include "ingest/followed_source.h"

namespace pdns::ingest {
namespace {
using Clock = std::chrono::steady_clock;
// The longest turn of the live source while others end, so that their end is seen soon.
constexpr std::chrono::milliseconds kWhileEnding(20);
}  // namespace

Service::Service(ServiceOptions options, LiveOptions live, const Sink& sink, Stop& stop)
    : options_(std::move(options)),
      live_(std::move(live)),
      stop_(stop),
      sink_(sink),
      claims_(sink_),
      drainer_(
          {sink.progress,
           [this](const record::Batch& batch) {
             // What the batch holds is in the archive first: after a crash it is there twice,
             // never nowhere.
             if (archive_ != nullptr) archive_->Flush();
             // There can be nothing in it but counts of frames that the report has as not
             // stored: those are told there alone.
             if (sink_.storing != nullptr && sink_.storing->state() == Storing::State::kUnavailable)
               return Result<record::Applied>(record::Applied{});
             return sink_.apply(batch);
           }},
          [this] { stop_.Request(); }),
      jobs_(options_.patience),
      unpack_(options_.unpack_memory, options_.unpack_way_out) {}

Service::~Service() {
  EndOthers();
  if (archive_ != nullptr) archive_->Close();  // it tells the live source and the claims
}

Status Service::Open(source::Progress& progress) {
  progress_ = &progress;
  // Beside something live a pipe would keep all runs of files waiting; alone it is one of them.
  if (!live_.sockets.empty() || live_.control.has_value() || !options_.followed.empty() ||
      !options_.watched.empty()) {
    SetPipesApart();
  }
  if (!live_.sockets.empty()) {
    auto listener = frame::Listener::Open(std::move(live_.sockets), live_.limits,
                                          std::move(live_.tls), stop_.fd());
    if (!listener.ok()) return listener.status();
    listener_ = std::move(*listener);
    for (auto& peer : live_.peers) {
      if (Status adopted = listener_->Adopt(std::move(peer)); !adopted.ok())
        LogWarning("a connection of the process before is lost: " + adopted.message());
    }
    // Before the live source, which appends to it. The hooks of the archive name the live source in
    // turn: they are called with frames only, and those come in Run.
    if (Status opened = OpenArchive(); !opened.ok()) return opened;
    const bool all = live_.archive.has_value() && live_.archive->all;
    live_source_ =
        std::make_unique<LiveSource>(LiveSource::Surroundings{*listener_, drainer_, taps_, progress,
                                                              archive_.get(), all, sink_.storing},
                                     options_.policy, LimitsOfOne());
  }
  if (Status opened = OpenWatches(); !opened.ok()) return opened;
  // Last: whoever is answered by the control socket finds all that the service has.
  return OpenControl();
}

void Service::SetPipesApart() {
  auto& sources = options_.sources;
  const auto pipes = std::stable_partition(
      sources.begin(), sources.end(), [](const source::Path& one) { return !source::IsPipe(one); });
  pipes_.assign(std::make_move_iterator(pipes), std::make_move_iterator(sources.end()));
  sources.erase(pipes, sources.end());
}

Status Service::OpenWatches() {
  for (const std::string& folder : options_.watched) {
    auto watch = frame::FolderWatch::Open(folder);
    if (!watch.ok()) return watch.status();
    watches_.push_back(std::move(*watch));
  }
  return {};
}

Status Service::OpenControl() {
  if (!live_.control.has_value()) return {};
  control::Server::Services services;
  services.backfill = [this](const control::Request& request, const Stop& stop,
                             source::Progress& progress) {
    return Backfill(request, stop, progress);
  };
  services.admin = live_.admin;
  services.status = [this] { return FiguresToJson(Figures()); };
  services.taps = &taps_;
  services.rules = {live_.writers, options_.policy};
  control_ = std::make_unique<control::Server>(std::move(*live_.control), std::move(services));
  return {};
}

Status Service::OpenArchive() {
  if (!live_.archive.has_value()) return {};
  auto archive = archive::Archive::Open(
      *live_.archive, {[this](const Sha256Digest& first) { return OnArchiveBegins(first); },
                       [this](const record::SourceId&, const record::Position& position) {
                         OnArchiveEnds(position);
                       }});
  if (!archive.ok()) return archive.status();
  archive_ = std::move(*archive);
  return {};
}

// A file of frames that are not stored is left to a later run: nobody claims it.
Result<record::SourceId> Service::OnArchiveBegins(const Sha256Digest& first_frame) {
  // For the whole file: LiveSource::LookAtStoring ends it before the state changes.
  archive_moves_ = live_source_->stores();
  if (!archive_moves_) return record::SourceId{first_frame, 0};
  auto claim = claims_.AcquireLive(first_frame);
  if (!claim.ok()) return claim.status();
  archive_claim_ = std::move(*claim);
  return archive_claim_.id();
}

void Service::OnArchiveEnds(const record::Position& position) {
  if (!archive_moves_) return;
  // No position if all frames were refused for their time: a run by the right clock takes the file.
  archive_claim_.Finish(live_source_->FileMoves() ? std::optional(position) : std::nullopt);
}

bool Service::live() const {
  return listener_ != nullptr || control_ != nullptr || !options_.followed.empty() ||
         !options_.watched.empty();
}

Result<RunReport> Service::Run() {
  const auto start = Clock::now();
  if (live()) {
    RunLive();
  } else {
    auto report = RunJob(options_.sources, stop_, *progress_, true);
    if (!report.ok()) return report;
    Add(std::move(*report));
  }
  // Before the figures: what was handed over last is in them.
  const Status finished = drainer_.Finish();
  const std::lock_guard lock(mutex_);
  if (done_.counters.frames > 0) report_.sources.push_back(std::move(done_));
  report_.applied = drainer_.figures().applied;
  report_.not_stored = NotStoredHere();
  report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (!finished.ok()) return finished;
  return std::move(report_);
}

Result<control::Reply::Report> Service::Backfill(const control::Request& request, const Stop& stop,
                                                 source::Progress& progress) {
  if (sink_.storing != nullptr && sink_.storing->state() == Storing::State::kUnavailable)
    return Status::Disk("the live ingester waits for its database, which cannot be opened");
  auto sources = source::ListPaths(request.paths, source::kMostEntries);
  if (!sources.ok()) return sources.status();
  for (source::Path& source : *sources)
    source.rule.regular = true;  // nothing that can block others
  const auto report = RunJob(std::move(*sources), stop, progress, false);
  if (!report.ok()) return report.status();
  return ReplyOf(*report);
}

// One run of files at a time, whoever asked for it. `progress` is of this run alone, where others
// may wait.
Result<RunReport> Service::RunJob(std::vector<source::Path> sources, const Stop& stop,
                                  source::Progress& progress, bool waits) {
  if (sources.empty()) return RunReport();
  std::string name = sources.front().path;
  if (sources.size() > 1) name += " and " + std::to_string(sources.size() - 1) + " more";
  const auto turn = jobs_.Await({std::move(name), progress, stop, waits});
  if (!turn.ok()) return turn.status();
  // One that has stalled keeps its memory: this is the quarter that JobQueue promises for each run
  // beside it.
  constexpr std::size_t kPartBeside = 4;
  const std::size_t memory = options_.window_memory / Parts() / (turn->beside() ? kPartBeside : 1);
  frame::UnpackMemory beside(options_.unpack_memory / kPartBeside, options_.unpack_way_out);
  return RunPlan(
      {std::move(sources), options_.policy, options_.flush_interval, memory, options_.cores,
       sink_.storing, false, turn->beside() ? &beside : &unpack_, &file_complaints_},
      stop, progress);
}

Result<RunReport> Service::RunPlan(const FilePlan& plan, const Stop& stop,
                                   source::Progress& progress) {
  auto report = ReadFiles(plan, drainer_, claims_, stop, progress);
  if (report.ok()) {
    const std::lock_guard of_totals(mutex_);
    of_files_.Add(report->Total());
  }
  return report;
}

// Of this service's own files, beside something live: begun when the database takes batches, and
// again from where they were left when it takes none for a while.
Result<RunReport> Service::RunOwn(const std::vector<source::Path>& sources) {
  std::vector<record::Counters> before(sources.size());
  while (true) {
    sink_.Await(stop_);
    source::Progress progress;
    auto report = RunJob(sources, stop_, progress, true);
    progress_->frames += progress.frames;
    if (!report.ok()) return report;
    for (std::size_t i = 0; i < report->sources.size(); ++i) {
      // Each round reports what it took itself; the caller wants the sum of all.
      report->sources[i].counters.Add(before[i]);
      before[i] = report->sources[i].counters;
    }
    if (!report->LeftFiles() || stop_.requested()) return report;
  }
}

// A pipe may be silent for as long as it likes: no run of files waits for it, and it for none.
void Service::RunPipes() {
  if (!sink_.Await(stop_)) return;
  const std::size_t readers = pipes_.size();
  auto report = RunPlan({pipes_, options_.policy, options_.flush_interval,
                         options_.window_memory / Parts(), readers, sink_.storing, true, &unpack_},
                        stop_, *progress_);
  if (report.ok()) Add(std::move(*report));
}

// In this thread the live source, or the wait for the end.
void Service::RunLive() {
  StartOthers();
  if (live_source_ != nullptr) return RunLiveSource();
  ready_ = true;
  if (live_.on_ready) live_.on_ready();
  WaitForStop(stop_);
  EndOthers();
  HandOverControl();
}

void Service::RunLiveSource() {
  for (const net::ListeningSocket& socket : listener_->sockets())
    LogInfo("listening on " + socket.name());
  live_source_->Run([this] { return stop_.requested(); },
                    [this] {
                      ready_ = true;
                      if (live_.on_ready) live_.on_ready();
                    });
  // What others asked for ends first; the sockets are read meanwhile.
  std::atomic<bool> ended{false};
  std::thread ending([&] {
    EndOthers();
    ended = true;
  });
  live_source_->Run([&ended] { return ended.load(); }, {}, kWhileEnding);
  ending.join();
  // Asked now and not before: a reload that came while others ended counts, too.
  const bool keep = KeepsSockets();
  hand_over_.peers = live_source_->End(keep);
  // Behind the peers, which are handed over with the names of their sockets.
  if (keep) hand_over_.sockets = listener_->ReleaseSockets();
  HandOverControl();
  RunReport report;
  report.sources = live_source_->reports();
  Add(std::move(report));
}

void Service::StartOthers() {
  for (const std::string& path : options_.followed)
    threads_.emplace_back([this, &path] { Follow(path); });
  for (const auto& watch : watches_) threads_.emplace_back([this, &watch] { Watch(*watch); });
  if (!pipes_.empty()) threads_.emplace_back([this] { RunPipes(); });
  if (options_.sources.empty()) return;
  threads_.emplace_back([this] {
    auto report = RunOwn(options_.sources);
    if (report.ok()) Add(std::move(*report));
  });
}

void Service::Follow(const std::string& path) {
  if (!sink_.Await(stop_)) return;
  Collector collector(drainer_, options_.policy, LimitsOfOne());
  FollowedSource source(collector, claims_, stop_, *progress_, sink_.storing);
  record::Counters told;  // of the file that is being followed, which of_files_ holds already
  source.Follow(path, [&](const source::Report& report, bool ended) {
    {
      const std::lock_guard lock(mutex_);
      // A file that is followed is told of again and again, with all that it has by now.
      of_files_.Subtract(told);
      of_files_.Add(report.counters);
    }
    told = ended ? record::Counters() : report.counters;
    if (ended && NeedsLook(report)) {
      file_complaints_.Warning(report.name + ": " + std::string(NameOf(report.state)) + ": " +
                               report.reason);
    }
    if (ended) AddSource(report);
  });
  collector.Drain();
}

// All that is there by now is one run.
void Service::Watch(frame::FolderWatch& watch) {
  while (!stop_.requested()) {
    // All names first, then the run: its readers share the files out over the cores (file_run.h).
    std::vector<source::Path> found;
    while (const auto path = watch.Next()) {
      found.push_back(source::ListPaths({*path}).front());
      found.back().rule = {true, watch.folder()};
    }
    if (found.empty()) {
      static_cast<void>(WaitFor(watch.fd(), POLLIN, stop_));
      continue;
    }
    auto report = RunOwn(found);
    if (!report.ok()) return;
    for (const source::Report& source : report->sources) AddSource(source);
  }
}

bool Service::KeepsSockets() const { return live_.keeps_sockets && live_.keeps_sockets(); }

// Were it closed in between, who asks then would take the database for free, and the next process
// would find it locked.
void Service::HandOverControl() {
  if (live_.control.has_value()) hand_over_.sockets.push_back(std::move(*live_.control));
  live_.control.reset();
}

void Service::EndOthers() {
  if (control_ != nullptr) {
    // The control server before the threads: its backfills stand in the same queue as their runs.
    live_.control = control_->End(KeepsSockets());
    control_.reset();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Service::Add(RunReport report) {
  const std::lock_guard lock(mutex_);
  std::move(report.sources.begin(), report.sources.end(), std::back_inserter(report_.sources));
}

// A service lives for months: of what is done only the sum is kept, but for what needs a look, so
// many of them. Whoever read it has logged that already.
void Service::AddSource(const source::Report& source) {
  LogDetail(source.name + ": " + std::string(NameOf(source.state)) + ", " +
            std::to_string(source.counters.frames) + " frames");
  constexpr std::size_t kMostTold = 1000;
  const std::lock_guard lock(mutex_);
  if (NeedsLook(source) && report_.sources.size() < kMostTold)
    return report_.sources.push_back(source);
  done_.name = "files followed and watched";
  done_.state = source::State::kComplete;
  done_.counters.Add(source.counters);
}

// Who fills windows at the same time; each gets an equal part of their memory.
std::size_t Service::Parts() const {
  // The control server begins last, but what it takes is counted from the start.
  const bool files = !options_.sources.empty() || has_control_ || !options_.watched.empty();
  const std::size_t parts = (listener_ != nullptr ? 1U : 0U) + (files ? 1U : 0U) +
                            (pipes_.empty() ? 0U : 1U) + options_.followed.size();
  return std::max<std::size_t>(1, parts);
}

CollectorLimits Service::LimitsOfOne() const {
  // Half, since each collector has two buffers (drainer.h).
  return {options_.window_memory / Parts() / 2, options_.flush_interval, 1};
}

std::vector<Figure> Service::Figures() const {
  FigureSource source;
  source.drain = drainer_.figures();
  source.not_stored = not_stored();
  source.storing = sink_.on();
  if (live_source_ != nullptr) source.live = live_source_->figures();
  if (archive_ != nullptr) source.archive = archive_->figures();
  source.taps = taps_.taps();
  source.taps_left_out = taps_.left_out();
  {
    const std::lock_guard lock(mutex_);
    source.of_files = of_files_;
  }
  return MakeFigures(source);
}

NotStored Service::NotStoredHere() const {
  NotStored here;
  if (live_source_ != nullptr) here = live_source_->figures().not_stored;
  here.failed = drainer_.figures().failed;
  return here;
}

NotStored Service::not_stored() const {
  NotStored sum = options_.not_stored;
  sum.Add(NotStoredHere());
  return sum;
}

bool Service::healthy() const {
  // A turn waits for peers a second at most, but for the disk as long as it takes if the window is
  // full. Batches that wait tell so: the watchdog must not kill the process for it, since a restart
  // helps no disk.
  constexpr std::chrono::seconds kStuck(10);
  if (live_source_ == nullptr || Clock::now() - live_source_->beat() < kStuck) return true;
  return drainer_.figures().waiting > 0;
}

}  // namespace pdns::ingest
