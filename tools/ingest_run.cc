#include "ingest_run.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "attendant.h"
#include "backfill.h"
#include "base/log.h"
#include "ingest/service.h"
#include "metrics/exporter.h"
#include "net/handed.h"
#include "net/notify.h"
#include "progress_line.h"
#include "store_rocks/open.h"

namespace pdns::tools {
namespace {

constexpr int kNeedsAttention = 1;

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

class IngestRun {
 public:
  IngestRun(const CommandLineGiven& given, const IngestOptions& options, std::string database)
      : given_(given), options_(options), database_(std::move(database)) {}

  Result<int> Run() {
    RaiseDescriptorLimit();
    ingest::LiveOptions live;
    if (Status inherited = Inherit(live); !inherited.ok()) return inherited;
    // A third for the windows, half of which may be sorted at a time for as much again; a quarter
    // for the store. The rest is for writing and merging its files.
    store_rocks::WriteOptions how;
    how.memory = options_.memory / 4;
    how.journal_keep = options_.journal_keep.age;
    how.journal_rows = options_.journal_keep.rows;
    auto writer = store_rocks::OpenWriter(database_, how);
    if (!writer.ok()) return writer.status();
    writer_ = writer->get();
    if (Status opened = OpenControl(live); !opened.ok()) return opened;
    auto report = Serve(**writer, std::move(live));
    if (!report.ok()) return report.status();
    if (Status tidied = Tidy(**writer); !tidied.ok()) return tidied;
    if (Status printed = Print(*report); !printed.ok()) return printed;
    if (Status closed = (*writer)->Close(); !closed.ok()) return closed;
    writer_ = nullptr;
    writer->reset();
    if (Status handed = HandOn(); !handed.ok()) return handed;
    return report->NeedsAttention() ? kNeedsAttention : 0;
  }

 private:
  // Sockets: those that came with the process where they are what is asked for, else new ones.
  Status Inherit(ingest::LiveOptions& live) {
    auto handed = net::TakeHanded();
    for (const net::Handed& one : handed) {
      if (one.name.starts_with(ingest::kOurs)) net::ForgetDescriptor(one.name);
    }
    if (!options_.live()) return {};
    ingest::HandOver inherited = ingest::Unpack(std::move(handed));
    live.peers = std::move(inherited.peers);
    for (const net::Endpoint& endpoint : options_.endpoints) {
      auto socket = TakeOrOpen(endpoint, inherited.sockets);
      if (!socket.ok()) return socket.status();
      live.sockets.push_back(std::move(*socket));
    }
    if (const auto control = FindIn(inherited.sockets, ControlEndpoint());
        control != inherited.sockets.end()) {
      live.control = std::move(*control);
      inherited.sockets.erase(control);
    }
    for (net::ListeningSocket& socket : inherited.sockets) {
      // The same socket may come from its unit and from the process before.
      const bool known =
          std::any_of(live.sockets.begin(), live.sockets.end(),
                      [&](const auto& other) { return other.name() == socket.name(); });
      if (!options_.activated || socket.owns_file() || known) continue;
      socket.set_tls(socket.endpoint().kind == net::Endpoint::Kind::kTcp &&
                     !options_.tls_certificate.empty());
      live.sockets.push_back(std::move(socket));
    }
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

  Result<net::ListeningSocket> TakeOrOpen(const net::Endpoint& endpoint,
                                          std::vector<net::ListeningSocket>& inherited) const {
    const auto found = FindIn(inherited, endpoint);
    if (found == inherited.end()) return net::ListeningSocket::Open(endpoint, options_.access);
    net::ListeningSocket socket = std::move(*found);
    inherited.erase(found);
    socket.set_tls(endpoint.tls);
    return socket;
  }

  static std::vector<net::ListeningSocket>::iterator FindIn(
      std::vector<net::ListeningSocket>& sockets, const net::Endpoint& endpoint) {
    return std::find_if(sockets.begin(), sockets.end(), [&](const auto& socket) {
      return socket.endpoint().kind == endpoint.kind && socket.name() == endpoint.text;
    });
  }

  net::Endpoint ControlEndpoint() const {
    return {net::Endpoint::Kind::kUnix, ControlPath(options_, database_), false};
  }

  Status OpenControl(ingest::LiveOptions& live) const {
    if (!options_.live() || live.control.has_value()) return {};
    auto socket = net::ListeningSocket::Open(ControlEndpoint(), {});
    if (!socket.ok()) return socket.status();
    live.control = std::move(*socket);
    return {};
  }

  Result<ingest::RunReport> Serve(store::Writer& writer, ingest::LiveOptions live) {
    const ingest::Sink sink{[&](const record::SourceId& id) { return writer.Progress(id); },
                            [&](const record::Batch& batch) { return writer.Apply(batch); }};
    ingest::ServiceOptions plan{ingest::ListSources(options_.paths),
                                options_.followed,
                                options_.watched,
                                options_.policy,
                                options_.flush_interval,
                                options_.memory / 3};
    const bool files_only = !options_.live() && !plan.sources.empty();
    live.on_ready = [] { net::Notify("READY=1"); };
    live.keeps_sockets = [this] { return attendant_->reloads() || net::HasManager(); };
    ingest::Progress progress;
    ingest::Service service(std::move(plan), std::move(live), sink, stop_);
    if (Status opened = service.Open(progress); !opened.ok()) return opened;
    attendant_ = std::make_unique<Attendant>(stop_, ChargeOf(service));
    auto line = files_only ? std::make_unique<ProgressLine>(progress) : nullptr;
    auto report = RunSeen(service);
    attendant_->Forget();
    hand_over_ = service.TakeHandOver();
    return report;
  }

  Result<ingest::RunReport> RunSeen(ingest::Service& service) const {
    const auto exporter = OpenExporter(service);
    if (!exporter.ok()) return exporter.status();
    return service.Run();
  }

  Attendant::Charge ChargeOf(const ingest::Service& service) const {
    Attendant::Charge charge;
    charge.figures = [&service, this] { return FiguresOf(service); };
    charge.alive = [&service] { return service.healthy(); };
    charge.stats_interval = options_.stats_interval;
    if (options_.live()) {
      charge.may_reload = [this] {
        if (access(program_.c_str(), X_OK) != 0)
          return Status::Errno(program_ + " cannot be executed", errno);
        const auto next = ParseIngestOptions(given_.argc, given_.argv);
        return next.ok() ? CanServe(*next) : next.status();
      };
    }
    return charge;
  }

  // What the next process would stumble over, told while this one still serves.
  static Status CanServe(const IngestOptions& next) {
    if (!next.tls_certificate.empty()) {
      const auto tls =
          net::TlsServer::Open(next.tls_certificate, next.tls_key, next.tls_client_authorities);
      if (!tls.ok()) return tls.status();
    }
    if (!next.archive.has_value()) return {};
    const std::string& folder = next.archive->directory;
    std::error_code error;
    std::filesystem::create_directory(folder, error);  // as the next process would
    if (error) return Status::Io("archive " + folder + ": cannot be made: " + error.message());
    if (access(folder.c_str(), W_OK | X_OK) == 0) return {};
    return Status::Errno("archive " + folder + ": cannot be written to", errno);
  }

  std::vector<Figure> FiguresOf(const ingest::Service& service) const {
    auto figures = service.Figures();
    AddStoreFigures(figures);
    struct statvfs disk {};
    if (statvfs(database_.c_str(), &disk) == 0) {
      figures.push_back({"pdns_disk_free_bytes",
                         "Free space of a file system.",
                         Figure::Kind::kGauge,
                         {{"of", "database"}},
                         static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize)});
    }
    return figures;
  }

  void AddStoreFigures(std::vector<Figure>& figures) const {
    const store::Figures store = writer_->figures();
    const auto gauge = [&](std::string name, std::string help, std::uint64_t value) {
      figures.push_back(
          {std::move(name), std::move(help), Figure::Kind::kGauge, {}, static_cast<double>(value)});
    };
    gauge("pdns_store_bytes", "Size of the table files.", store.disk_bytes);
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
                                    .ready = [&service] { return service.ready(); }});
  }

  Status Tidy(store::Writer& writer) {
    const auto hurry = [this] { return stop_.requested(); };
    writer.WaitForMerges(hurry);
    if (!options_.compact || hurry()) return {};
    LogInfo("compacting " + database_);
    return writer.Compact(hurry);
  }

  Status Print(const ingest::RunReport& report) const {
    if (attendant_->reloads()) LogInfo("starting anew, with all connections kept");
    const bool took = !options_.paths.empty() || options_.live();
    if (took && !attendant_->reloads()) std::fputs(ingest::ReportText(report).c_str(), stderr);
    if (!options_.report_json) return {};
    const std::string json = ingest::ReportJson(report) + "\n";
    const bool written = std::fputs(json.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
    return written ? Status() : Status::Io("the report cannot be written to standard output");
  }

  // To the next process: by a re-exec, or kept by the manager until it is started.
  Status HandOn() {
    // Asked only when the attendant has ended: a signal that it hears later would be lost.
    const bool reloads = attendant_->End();
    // An end that was asked for while a reload was under way leaves nobody to hand on to.
    if (!reloads && !net::HasManager()) hand_over_ = {};
    if (hand_over_.sockets.empty() && hand_over_.peers.empty() && !reloads) return {};
    auto handed = ingest::Pack(std::move(hand_over_));
    if (!handed.ok()) return handed.status();
    if (reloads) {
      const std::vector<std::string> arguments(given_.argv, given_.argv + given_.argc);
      return net::Reexecute(program_, arguments, std::move(*handed));
    }
    for (const net::Handed& one : *handed) net::StoreDescriptor(one.name, one.fd.get());
    net::AwaitManager();
    return {};
  }

  CommandLineGiven given_;
  const store::Writer* writer_ = nullptr;  // while it is open
  const IngestOptions& options_;
  std::string database_;
  std::string program_ = ProgramPath();
  Stop stop_;
  std::unique_ptr<Attendant> attendant_;
  ingest::HandOver hand_over_;
};

}  // namespace

Result<int> RunIngest(const CommandLineGiven& given, const IngestOptions& options,
                      const std::string& database) {
  return IngestRun(given, options, database).Run();
}

}  // namespace pdns::tools
