#include "tools/ingest/run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "admin/work.h"
#include "base/log.h"
#include "ingest/service.h"
#include "metrics/exporter.h"
#include "net/handed.h"
#include "net/notify.h"
#include "tools/common/progress_line.h"
#include "tools/ingest/ask_program.h"
#include "tools/ingest/backfill.h"
#include "tools/ingest/check.h"
#include "tools/ingest/database.h"
#include "tools/ingest/signal_supervisor.h"

namespace pdns::tools {
namespace {

// On top of a quarter of --memory for compressed files: so that xz -6, zstd -19 and lz4 are read
// with the least --memory.
constexpr std::size_t kUnpackBeside = 12U << 20;

// The store keeps its files open, and every peer of a socket is a descriptor more.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);  // else it stays as it was, which is enough for most
}

// Looked up early: a package that is upgraded puts the new program in this place.
std::string ProgramPath() {
  std::error_code error;
  std::string path = std::filesystem::read_symlink("/proc/self/exe", error);
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.size() > kDeleted.size() && path.ends_with(kDeleted))
    path.resize(path.size() - kDeleted.size());
  return path;
}

// What a run tells the next one in this process, if it let go of its database for its disk.
struct LetGo {
  DiskTrouble trouble;
  ingest::NotStored not_stored;
};

class IngestRun {
 public:
  // `handed`: what is inherited, of the process before or of a run before this one. `before`: the
  // run that let go of the database for its disk, if one did.
  IngestRun(const CommandLineGiven& given, const IngestOptions& options, Place place,
            std::vector<net::Handed> handed, LetGo before)
      : given_(given),
        options_(options),
        place_(std::move(place)),
        handed_(std::move(handed)),
        before_(std::move(before)) {}

  Result<int> Run() {
    RaiseDescriptorLimit();
    ingest::LiveOptions live;
    if (Status inherited = Inherit(live); !inherited.ok()) return inherited;
    if (Status named = NameWriters(live); !named.ok()) return named;
    store_.emplace(SetupOfStore());
    if (Status opened = store_->Open(before_.trouble); !opened.ok()) return opened;
    if (Status opened = OpenControl(live); !opened.ok()) return opened;
    store_->Start();
    auto report = Serve(std::move(live));
    store_->EndWait();
    if (!report.ok()) return LetGoOfDisk(report.status());
    const Status waited = store_->wait_failure();
    if (waited.ok() && !store_->waits()) {
      if (Status tidied = Tidy(*store_->writer()); !tidied.ok()) return tidied;
    }
    if (Status printed = Print(*report); !printed.ok()) return printed;
    if (!waited.ok()) return waited;
    if (Status closed = CloseStore(); !closed.ok()) return closed;
    if (Status handed = again_ ? GoAround() : HandOn(); !handed.ok()) return handed;
    return ExitCodeOf(*report);
  }

  // After Run, if the program could not be started anew: what its next run, with the options as
  // they are, goes on with.
  std::optional<std::vector<net::Handed>> ReleaseBack() { return std::move(back_); }

  // After Run, if ReleaseBack has something: why, and what is to be told on.
  LetGo ReleaseLetGo() { return std::move(let_go_); }

  // After Run failed before anything was served: what another configuration could go on with.
  std::vector<net::Handed> ReleaseSpare() { return std::move(spare_); }

 private:
  // Sockets: those that came with the process where they are what is asked for, else new ones.
  Status Inherit(ingest::LiveOptions& live) {
    for (const net::Handed& one : handed_) {
      if (one.name.starts_with(ingest::kOurs)) net::ForgetDescriptor(one.name);
    }
    if (!options_.live()) return {};
    if (ingest::ConfigurationOf(handed_).has_value()) spare_ = Copies(handed_);
    *spared_ = !spare_.empty();
    ingest::HandOver inherited = ingest::Unpack(std::move(handed_));
    for (net::ListeningSocket& socket : inherited.sockets) socket.KeepFileWhile(spared_);
    live.peers = std::move(inherited.peers);
    for (const net::Endpoint& endpoint : options_.endpoints) {
      auto socket = ReuseOrOpen(endpoint, inherited.sockets);
      if (!socket.ok()) return socket.status();
      live.sockets.push_back(std::move(*socket));
    }
    if (const auto control = FindIn(inherited.sockets, ControlEndpoint());
        control != inherited.sockets.end()) {
      live.control = std::move(*control);
      inherited.sockets.erase(control);
    }
    AddActivated(inherited.sockets, live);
    dropped_ = std::move(inherited.sockets);
    if (options_.activated && live.sockets.empty())
      return Status::Usage("--activated: systemd handed over no socket, and there is no -u");
    live.limits = options_.limits;
    live.archive = options_.archive;
    if (options_.tls_certificate.empty()) return {};
    auto tls = net::TlsServer::Open(options_.tls_certificate, options_.tls_key,
                                    options_.tls_client_authorities);
    if (!tls.ok()) return tls.status();
    live.tls = std::move(*tls);
    return {};
  }

  // What comes from socket units.
  void AddActivated(std::vector<net::ListeningSocket>& inherited, ingest::LiveOptions& live) const {
    for (net::ListeningSocket& socket : inherited) {
      // The same socket may come from its unit and from the process before.
      const bool known =
          std::any_of(live.sockets.begin(), live.sockets.end(),
                      [&](const auto& other) { return other.name() == socket.name(); });
      if (!options_.activated || socket.owns_file() || known) continue;
      socket.set_tls(socket.endpoint().kind == net::Endpoint::Kind::kTcp &&
                     !options_.tls_certificate.empty());
      live.sockets.push_back(std::move(socket));
    }
  }

  Result<net::ListeningSocket> ReuseOrOpen(const net::Endpoint& endpoint,
                                           std::vector<net::ListeningSocket>& inherited) const {
    const auto found = FindIn(inherited, endpoint);
    if (found == inherited.end()) return net::ListeningSocket::Open(endpoint, options_.access);
    net::ListeningSocket socket = std::move(*found);
    inherited.erase(found);
    socket.set_tls(endpoint.tls);
    // Who may connect may have been changed. Nobody is shut out where that cannot be done.
    if (Status set = socket.SetAccess(options_.access); !set.ok()) LogWarning(set.message());
    return socket;
  }

  // None, if there are not as many descriptors left: then there is no second try.
  static std::vector<net::Handed> Copies(const std::vector<net::Handed>& handed) {
    std::vector<net::Handed> copies;
    for (const net::Handed& one : handed) {
      const int copy = fcntl(one.fd.get(), F_DUPFD_CLOEXEC, 0);
      if (copy < 0) return {};
      copies.push_back({one.name, net::Descriptor(copy)});
    }
    return copies;
  }

  static std::vector<net::ListeningSocket>::iterator FindIn(
      std::vector<net::ListeningSocket>& sockets, const net::Endpoint& endpoint) {
    return std::find_if(sockets.begin(), sockets.end(), [&](const auto& socket) {
      return socket.endpoint().kind == endpoint.kind && socket.name() == endpoint.text;
    });
  }

  net::Endpoint ControlEndpoint() const {
    return {net::Endpoint::Kind::kUnix, ControlPath(options_, place_.directory), false};
  }

  Status NameWriters(ingest::LiveOptions& live) const {
    if (!options_.live()) return {};
    auto writers = WritersOf(options_);
    if (!writers.ok()) return writers.status();
    live.writers = std::move(*writers);
    return {};
  }

  // A live run stops taking frames before the outbox is full: what is in windows still has room
  // then. A run over files waits for room, batch by batch.
  DatabaseLimits OutboxLimits(std::uint64_t most) const {
    DatabaseLimits limits;
    if (!options_.live()) return limits;
    limits.most = most / 4 * 3;
    limits.least_free = options_.database_limits.least_free;
    return limits;
  }

  // A third of the memory is for the windows, half of which may be sorted at a time for as much
  // again; a quarter for the store. The rest is for compressed files (frame/input/unpack_memory.h)
  // and for writing and merging the store's.
  IngestDatabase::Setup SetupOfStore() {
    IngestDatabase::Setup setup;
    setup.how = SetupOf(options_, place_);
    setup.limits = options_.database_limits;
    if (place_.cluster.has_value()) setup.limits = OutboxLimits(setup.how.cluster.most_outbox);
    setup.live = options_.live();
    setup.on_open = [this] {
      // Without a control socket nobody could ask this process: it goes around and makes one.
      again_ = no_control_;
      if (again_) stop_.Request();
      return !again_;
    };
    setup.on_failure = [this] { stop_.Request(); };
    return setup;
  }

  // It lies in the database's folder by default, and cannot be made on some disks that are waited
  // for.
  Status OpenControl(ingest::LiveOptions& live) {
    if (!options_.live() || live.control.has_value()) return {};
    auto socket = net::ListeningSocket::Open(ControlEndpoint(), {});
    no_control_ = !socket.ok() && store_->waits();
    if (no_control_) return {};
    if (!socket.ok()) return socket.status();
    live.control = std::move(*socket);
    return {};
  }

  Result<ingest::RunReport> Serve(ingest::LiveOptions live) {
    ingest::ServiceOptions plan{
        source::ListPaths(options_.paths),
        options_.followed,
        options_.watched,
        options_.policy,
        options_.flush_interval,
        options_.memory / 3,
        options_.memory / 4 + kUnpackBeside,
        "a larger --memory of the ingester gives more (a quarter of it and 12 MiB)",
        0,
        before_.not_stored};
    const bool files_only = !options_.live() && !plan.sources.empty();
    NoteHeld(live);
    live.admin = [this](const control::Request& request, const Stop& stop, source::Progress& done) {
      return admin::RunWork(request, *store_, stop, done);
    };
    live.on_ready = [this] {
      spare_.clear();
      dropped_.clear();
      net::Notify("READY=1");
    };
    live.keeps_sockets = [this] {
      return supervisor_->reloads() || net::HasManager() || again_ || LetsGo();
    };
    source::Progress progress;
    sink_ = store_->sink();
    ingest::Service service(std::move(plan), std::move(live), sink_, stop_);
    if (Status opened = service.Open(progress); !opened.ok()) return opened;
    supervisor_ = std::make_unique<SignalSupervisor>(stop_, HandlersOf(service));
    auto line = files_only ? std::make_unique<ProgressLine>(progress) : nullptr;
    auto report = RunSeen(service);
    supervisor_->Forget();
    hand_over_ = service.ReleaseHandOver();
    let_go_.not_stored = service.not_stored();
    if (!report.ok()) failed_ = service.ReleaseReport();
    return report;
  }

  Result<ingest::RunReport> RunSeen(ingest::Service& service) const {
    const auto exporter = OpenExporter(service);
    if (!exporter.ok()) return exporter.status();
    // All is open. Whatever ends it from here on, a stop before it is ready, too, is no failed
    // start, and nobody goes on with the sockets unless they are handed over.
    *spared_ = false;
    return service.Run();
  }

  SignalSupervisor::Handlers HandlersOf(const ingest::Service& service) const {
    SignalSupervisor::Handlers handlers;
    handlers.figures = [&service, this] { return FiguresOf(service); };
    handlers.alive = [&service] { return service.healthy(); };
    handlers.stats_interval = options_.stats_interval;
    if (options_.live()) {
      handlers.may_reload = [this](const Stop& hurry) {
        const std::vector<std::string> arguments(given_.argv, given_.argv + given_.argc);
        Held held = held_;
        if (!store_->waits()) held.Add(Held::Kind::kOpen, place_.text);
        return AskProgram(program_, arguments, held.Environment(), hurry);
      };
    }
    return handlers;
  }

  // What a process that is asked beside this one finds taken, and the next one will have.
  void NoteHeld(const ingest::LiveOptions& live) {
    for (const net::ListeningSocket& socket : live.sockets) NoteHeld(socket);
    if (live.control.has_value()) NoteHeld(*live.control);
    held_.Add(Held::Kind::kDatabase, place_.text);
    if (!options_.metrics.empty()) held_.Add(Held::Kind::kMetrics, options_.metrics);
    if (options_.archive.has_value()) held_.Add(Held::Kind::kArchive, ArchiveId(*options_.archive));
  }

  void NoteHeld(const net::ListeningSocket& socket) {
    held_.Add(Held::Kind::kSocket, socket.name());
    if (!socket.owns_file()) return held_.Add(Held::Kind::kActivated, socket.name());
    held_.Add(Held::Kind::kSocketFile, Held::FileName(socket.name(), socket.file_id()));
  }

  std::vector<Figure> FiguresOf(const ingest::Service& service) const {
    auto figures = service.Figures();
    AddStoreFigures(figures);
    struct statvfs disk {};
    if (statvfs(place_.directory.c_str(), &disk) == 0) {
      figures.push_back({"pdns_disk_free_bytes",
                         "Free space of a file system.",
                         Figure::Kind::kGauge,
                         {{"of", "database"}},
                         static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize)});
    }
    return figures;
  }

  void AddStoreFigures(std::vector<Figure>& figures) const {
    const store::Writer* writer = store_->writer();
    if (writer == nullptr) return;
    const store::Figures store = writer->figures();
    const auto gauge = [&](std::string name, std::string help, std::uint64_t value) {
      figures.push_back(
          {std::move(name), std::move(help), Figure::Kind::kGauge, {}, static_cast<double>(value)});
    };
    gauge("pdns_store_bytes", "Size of the table files.", store.disk_bytes);
    gauge("pdns_store_log_bytes", "Size of the logs.", store.log_bytes);
    gauge("pdns_store_files", "Table files.", store.files);
    gauge("pdns_store_cache_bytes", "Blocks held in memory.", store.cache_bytes);
    gauge("pdns_store_buffer_bytes", "Rows not yet in a table file.", store.buffer_bytes);
    gauge("pdns_store_tidying", "1 while table files are merged.", store.tidying ? 1 : 0);
  }

  Result<std::unique_ptr<metrics::Exporter>> OpenExporter(const ingest::Service& service) const {
    if (options_.metrics.empty()) return std::unique_ptr<metrics::Exporter>();
    return metrics::Exporter::Open(options_.metrics,
                                   {.figures = [&service, this] { return FiguresOf(service); },
                                    .healthy = [&service] { return service.healthy(); },
                                    .ready = [&service] { return service.ready(); }},
                                   options_.metrics_hosts);
  }

  Status Tidy(store::Writer& writer) {
    const auto hurry = [this] { return stop_.requested(); };
    writer.WaitForMerges(hurry);
    if (!options_.compact || hurry()) return {};
    LogInfo("compacting " + place_.text);
    return writer.Compact(hurry);
  }

  Status Print(const ingest::RunReport& report) const {
    if (supervisor_->reloads()) LogInfo("starting anew, with all connections kept");
    const bool took = !options_.paths.empty() || options_.live();
    if (took && !supervisor_->reloads() && !again_)
      std::fputs(ingest::ReportText(report).c_str(), stderr);
    if (!options_.report_json) return {};
    const std::string json = ingest::ReportJson(report) + "\n";
    const bool written = std::fputs(json.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
    return written ? Status() : Status::Io("the report cannot be written to standard output");
  }

  // Did the disk refuse a batch of a live run that nobody ended? It goes around and waits, since
  // what resolvers send meanwhile cannot be had again.
  bool LetsGo() const {
    return options_.live() && !supervisor_->ends() && !store_->disk_failure().ok();
  }

  // The disk refused a batch: what was in memory is not stored.
  Result<int> LetGoOfDisk(const Status& failed) {
    if (supervisor_ == nullptr || !LetsGo()) return failed;
    constexpr std::chrono::seconds kLongest(30);
    constexpr std::chrono::minutes kWell(1);
    const bool soon = std::chrono::steady_clock::now() - start_ < kWell;
    let_go_.trouble.reason = store_->disk_failure();
    let_go_.trouble.pause =
        soon ? std::min(2 * before_.trouble.pause, kLongest) : DiskTrouble().pause;
    const auto& frames = let_go_.not_stored.failed;
    LogError(
        fmt::format("{} frames in memory are not stored: {} are in the archive or in files, for "
                    "another run to take; {} are lost",
                    frames.kept + frames.lost, frames.kept, frames.lost));
    store_.reset();  // the next open replays what its log has
    if (Status printed = Print(failed_); !printed.ok()) return printed;
    if (Status around = GoAround(); !around.ok()) return around;
    return back_.has_value() ? Result<int>(0) : failed;
  }

  // To the next run in this process, unless a signal came meanwhile that wants otherwise.
  Status GoAround() {
    if (supervisor_->End() || supervisor_->ends()) return HandOn();
    auto handed = ingest::Pack(std::move(hand_over_));
    if (!handed.ok()) return handed.status();
    back_ = std::move(*handed);
    return {};
  }

  int ExitCodeOf(const ingest::RunReport& report) const {
    if (!options_.live()) return report.exit_code();
    return report.NeedsAttention() || let_go_.not_stored.Sum().lost > 0 ? 1 : 0;
  }

  // Where others go on, a log that is not empty costs them the time to replay it, no more.
  Status CloseStore() {
    const bool anew = supervisor_->reloads() || again_;
    Status closed = store_->Close(anew);
    const bool goes_on = anew || net::HasManager();
    if (closed.code() != Code::kDisk || !goes_on) return closed;
    LogWarning(closed.message());
    return {};
  }

  // To the next process: by a re-exec, or kept by the manager until it is started.
  Status HandOn() {
    // Asked only when the supervisor has ended: a signal that it hears later would be lost.
    const bool reloads = supervisor_->End();
    if (reloads) hand_over_.configuration = options_.config_text.value_or("");
    // An end that was asked for while a reload was under way leaves nobody to hand on to.
    if (!reloads && !net::HasManager()) hand_over_ = {};
    if (hand_over_.sockets.empty() && hand_over_.peers.empty() && !reloads) return {};
    auto handed = ingest::Pack(std::move(hand_over_));
    if (!handed.ok()) return handed.status();
    if (reloads) {
      const std::vector<std::string> arguments(given_.argv, given_.argv + given_.argc);
      const Status failed = net::Reexecute(program_, arguments, *handed);
      LogError("no reload, going on with the configuration as it was: " + failed.message());
      back_ = std::move(*handed);
      return {};
    }
    for (const net::Handed& one : *handed) net::StoreDescriptor(one.name, one.fd.get());
    net::AwaitManager();
    return {};
  }

  CommandLineGiven given_;
  std::optional<std::vector<net::Handed>> back_;
  std::vector<net::Handed> spare_;  // copies of what was inherited, until something is served
  // There are some, so the files of sockets stay where they are.
  const std::shared_ptr<std::atomic<bool>> spared_ = std::make_shared<std::atomic<bool>>(false);
  std::vector<net::ListeningSocket> dropped_;  // inherited and asked for no more, as long
  Held held_;
  std::atomic<bool> again_{false};
  bool no_control_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  const IngestOptions& options_;
  Place place_;
  std::vector<net::Handed> handed_;  // until Inherit
  LetGo before_;
  LetGo let_go_;
  std::string program_ = ProgramPath();
  Stop stop_;
  std::unique_ptr<SignalSupervisor> supervisor_;
  ingest::HandOver hand_over_;
  ingest::RunReport failed_;             // of a service whose sink failed
  std::optional<IngestDatabase> store_;  // its thread uses what stands above
  ingest::Sink sink_;
};

}  // namespace

Result<int> RunIngest(const CommandLineGiven& given, const IngestOptions& options,
                      const Place& place, std::vector<net::Handed>& handed) {
  LetGo before;
  while (true) {
    IngestRun run(given, options, place, std::move(handed), std::move(before));
    auto code = run.Run();
    before = run.ReleaseLetGo();
    auto back = run.ReleaseBack();
    handed = back.has_value() ? std::move(*back) : run.ReleaseSpare();
    if (!back.has_value()) return code;
  }
}

}  // namespace pdns::tools
