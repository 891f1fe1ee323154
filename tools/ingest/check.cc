#include "tools/ingest/check.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "frame/input/folder_watch.h"
#include "metrics/exporter.h"
#include "net/tls.h"
#include "store_rocks/open.h"
#include "tools/ingest/backfill.h"
#include "tools/ingest/database.h"

namespace pdns::tools {
namespace {

constexpr std::string_view kVariable = "PDNS_HELD";

// Sockets that are tried, open until all are: two of one configuration may be in each other's way.
using Tried = std::vector<net::ListeningSocket>;

// The next process goes on with a socket that is held, but for one whose file is gone: nobody can
// connect to that any more, and it is made anew.
bool GoesOn(const net::Endpoint& endpoint, const Held& held) {
  const std::string& text = endpoint.text;
  if (!held.Has(Held::Kind::kSocket, text)) return false;
  // A socket of systemd's is there as long as its unit, with a file or without.
  if (endpoint.kind != net::Endpoint::Kind::kUnix || held.Has(Held::Kind::kActivated, text))
    return true;
  return held.Has(Held::Kind::kSocketFile, Held::FileName(text, net::SocketFileId(text)));
}

Status CheckSocket(const net::Endpoint& endpoint, const net::Access& access, const Held& held,
                   Tried& tried) {
  if (GoesOn(endpoint, held)) return {};
  auto opened = net::ListeningSocket::Open(endpoint, access);
  if (!opened.ok()) return opened.status();
  tried.push_back(std::move(*opened));
  return {};
}

// One path may be written in several ways. What was handed over is tried by nobody, so the second
// of a pair would be found only by the process that goes on with the first.
Status CheckPairs(std::vector<net::Endpoint> endpoints, const net::Endpoint& control) {
  endpoints.push_back(control);
  std::set<std::string> seen;
  for (const net::Endpoint& endpoint : endpoints) {
    std::string place = endpoint.text;
    if (endpoint.kind == net::Endpoint::Kind::kUnix) {
      std::error_code unknown;  // the socket's own opening says what is wrong
      place = std::filesystem::weakly_canonical(place, unknown).string();
      if (unknown) place = endpoint.text;
    } else if (place.ends_with(":0")) {
      continue;  // a port of its own each time
    }
    if (!seen.insert(place).second)
      return Status::Usage("socket " + Printable(endpoint.text) + " is given twice");
  }
  return {};
}

Status CheckSockets(const IngestOptions& options, const std::string& database, const Held& held,
                    Tried& tried) {
  if (Status access = net::CheckAccess(options.access); !access.ok()) return access;
  if (const auto writers = WritersOf(options); !writers.ok()) return writers.status();
  const net::Endpoint control{net::Endpoint::Kind::kUnix, ControlPath(options, database), false};
  if (Status pairs = CheckPairs(options.endpoints, control); !pairs.ok()) return pairs;
  for (const net::Endpoint& endpoint : options.endpoints) {
    if (Status opened = CheckSocket(endpoint, options.access, held, tried); !opened.ok())
      return opened;
  }
  const bool activated = held.HasAny(Held::Kind::kActivated);
  if (options.activated && options.endpoints.empty() && !held.empty() && !activated)
    return Status::Usage("--activated: systemd handed over no socket, and there is no -u");
  if (!options.tls_certificate.empty()) {
    const auto tls = net::TlsServer::Open(options.tls_certificate, options.tls_key,
                                          options.tls_client_authorities);
    if (!tls.ok()) return tls.status();
  }
  return CheckSocket(control, {}, held, tried);
}

// Nobody can open it to write beside the one who holds it. To read it all of its files are needed,
// too: one that was moved away, damaged or closed to this user while it was open would be found by
// the next process, when this one has let go of it.
Status CheckOpenDatabase(const std::string& path) {
  store_rocks::ReadOptions little;
  little.filters = false;
  if (const auto read = store_rocks::OpenDatabase(path, little); !read.ok()) return read.status();
  if (access(path.c_str(), W_OK) != 0 && errno == EACCES)
    return Status::Errno("database " + path + ": cannot be written to", errno);
  return {};
}

// Of a cluster, that its shards have the table. Nothing of its outbox is delivered.
Status CheckDatabase(const IngestOptions& options, const Place& place, const Held& held) {
  if (held.Has(Held::Kind::kDatabase, place.text)) {
    const bool open = held.Has(Held::Kind::kOpen, place.text);
    return open && !place.cluster.has_value() ? CheckOpenDatabase(place.text) : Status();
  }
  WriteSetup setup = SetupOf(options, place);
  setup.cluster.deliver = false;
  return OpenWriter(setup).status();
}

Status CheckMetrics(const IngestOptions& options, const Held& held) {
  if (options.metrics.empty() || held.Has(Held::Kind::kMetrics, options.metrics)) return {};
  return metrics::Exporter::Check(options.metrics);
}

Status CheckArchive(const IngestOptions& options, const Held& held) {
  if (!options.archive.has_value()) return {};
  const bool ours = held.Has(Held::Kind::kArchive, ArchiveId(*options.archive));
  return archive::Archive::Check(*options.archive, ours);
}

Status CheckWatched(const IngestOptions& options) {
  for (const std::string& folder : options.watched) {
    if (const auto watch = frame::FolderWatch::Open(folder); !watch.ok()) return watch.status();
  }
  return {};
}

}  // namespace

Held Held::FromEnvironment() {
  Held held;
  const char* value = std::getenv(std::string(kVariable).c_str());
  std::istringstream lines(value == nullptr ? "" : value);
  for (std::string line; std::getline(lines, line);) held.lines_.insert(line);
  return held;
}

std::string Held::Environment() const {
  std::string text(kVariable);
  char before = '=';
  for (const std::string& line : lines_) {
    text += before + line;
    before = '\n';
  }
  return text;
}

bool Held::HasAny(Kind kind) const {
  const std::string prefix = Line(kind, "");
  const auto found = lines_.lower_bound(prefix);
  return found != lines_.end() && found->starts_with(prefix);
}

std::string Held::FileName(std::string_view path, std::string_view id) {
  return std::string(path) + ' ' + std::string(id);
}

std::string Held::Line(Kind kind, std::string_view name) {
  return std::to_string(static_cast<int>(kind)) + ' ' + std::string(name);
}

std::string ArchiveId(const archive::Options& archive) {
  return archive.directory + '/' + archive.name;
}

// The database first: the control socket lies in its folder.
Status CheckIngest(const IngestOptions& options, const Place& place, const Held& held) {
  if (!held.empty() && !options.live()) {
    return Status::Usage(
        "nothing to serve: it names no socket, no file to follow and no folder to watch");
  }
  Status checked = CheckDatabase(options, place, held);
  if (!options.live()) return checked;
  Tried tried;
  if (checked.ok()) checked = CheckSockets(options, place.directory, held, tried);
  if (checked.ok()) checked = CheckMetrics(options, held);
  if (checked.ok()) checked = CheckArchive(options, held);
  if (checked.ok()) checked = CheckWatched(options);
  return checked;
}

}  // namespace pdns::tools
