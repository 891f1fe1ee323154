#include "tools/serve/run.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "access/audit.h"
#include "access/gate.h"
#include "access/keys.h"
#include "access/listen_rule.h"
#include "base/log.h"
#include "http/host_list.h"
#include "http/listen.h"
#include "http/server.h"
#include "net/handed.h"
#include "net/notify.h"
#include "serve/api/lookup.h"
#include "serve/service.h"
#include "tools/common/database_path.h"
#include "tools/common/open_database.h"
#include "tools/common/signals.h"

namespace pdns::tools {
namespace {

// The socket that the service manager has opened, or one of our own.
Result<net::Descriptor> ListeningSocket(const ServeOptions& options) {
  std::vector<net::Handed> handed = net::ReceiveHanded();
  if (handed.size() > 1)
    return Status::Usage("more than one socket was handed over: one is served");
  if (!handed.empty()) return http::AdoptListening(std::move(handed.front().fd));
  return http::Listen("--listen", options.listen);
}

Result<http::Settings> HttpSettings(const ServeOptions& options) {
  std::vector<std::string> names = options.hosts;
  if (std::string machine = http::MachineName(); !machine.empty())
    names.push_back(std::move(machine));
  auto hosts = http::HostList::Of(names);
  if (!hosts.ok()) return Status::Usage("--host: " + hosts.status().message());
  http::Settings settings;
  settings.hosts = std::move(*hosts);
  settings.wrong_host = "this host name is not served: --host names those that are\n";
  settings.keep_alive = true;
  settings.refusal = serve::RefusalOf;
  settings.limits.connections = options.max_connections;
  settings.limits.body_bytes = serve::kMostBody;
  settings.limits.bodies_bytes = 2 * serve::kMostBody;
  // One address, such as a proxy's, may have most of them, and not all.
  settings.limits.connections_per_address =
      std::max<std::size_t>(1, options.max_connections - options.max_connections / 4);
  if (options.tls_certificate.empty()) return settings;
  auto certificate = http::ReadCertificate(options.tls_certificate, options.tls_key);
  if (!certificate.ok()) return certificate.status();
  settings.certificate = std::move(*certificate);
  return settings;
}

Result<serve::ServiceSettings> ServiceSettings(const ServeOptions& options,
                                               const std::string& database) {
  serve::ServiceSettings settings;
  store_rocks::ReadOptions how;
  how.memory = options.memory;
  settings.open = [database, how] { return OpenForReading(database, how); };
  settings.origin = options.origin;
  auto cors = serve::Cors::Of(options.cors);
  if (!cors.ok()) return Status::Usage("--cors: " + cors.status().message());
  settings.cors = std::move(*cors);
  settings.most_time = options.max_time;
  // When an answer has been sent, its thread is about to end, and the next request may be there;
  // on a busy machine a few of them.
  constexpr std::size_t kEnding = 64;
  settings.most_at_once = 2 * options.max_connections + kEnding;
  return settings;
}

// Who may ask, and what is written of it. A value; what is asked through it points at its members.
struct Guard {
  std::unique_ptr<access::Gate> gate;
  std::unique_ptr<access::Audit> audit;  // none: no log

  serve::Access access() const { return {gate.get(), audit.get()}; }
};

Result<Guard> OpenGuard(const ServeOptions& options) {
  Guard guard;
  if (options.keys.empty()) {
    guard.gate = std::make_unique<access::Gate>();
  } else {
    auto keys = access::KeyList::Read(options.keys);
    if (!keys.ok()) return keys.status();
    guard.gate = std::make_unique<access::Gate>(std::move(*keys));
  }
  if (options.audit.empty()) return guard;
  access::Audit::Settings settings;
  settings.path = options.audit;
  auto audit = access::Audit::Open(std::move(settings));
  if (!audit.ok()) return audit.status();
  guard.audit = std::move(*audit);
  return guard;
}

// A certificate is renewed under the same name every few weeks.
void RenewCertificate(const ServeOptions& options, http::Server& server) {
  auto settings = HttpSettings(options);
  const Status changed =
      settings.ok() ? server.Change(std::move(*settings)) : Status(settings.status());
  if (changed.ok()) {
    LogInfo(options.tls_certificate + ": read anew");
  } else {
    LogWarning("the certificate stays as it was: " + changed.message());
  }
}

// New keys, the certificate, and the log by its name. What is wrong with one of them is said, and
// it stays as it was.
void Reload(const ServeOptions& options, const Guard& guard, http::Server& server) {
  if (!options.tls_certificate.empty()) RenewCertificate(options, server);
  if (!options.keys.empty()) {
    auto keys = access::KeyList::Read(options.keys);
    if (keys.ok()) {
      LogInfo(fmt::format("{}: {} keys", options.keys, keys->keys().size()));
      guard.gate->Replace(std::move(*keys));
    } else {
      LogWarning("the keys stay as they were: " + keys.status().message());
    }
  }
  if (guard.audit == nullptr) return;
  if (const Status opened = guard.audit->Reopen(); !opened.ok())
    LogWarning("the audit log stays as it was: " + opened.message());
}

void WaitFor(const Stop& stop, const ServeOptions& options, const Guard& guard,
             http::Server& server) {
  // Half of what the manager allows, if it watches.
  const auto beat =
      std::chrono::duration_cast<std::chrono::milliseconds>(net::WatchdogInterval() / 2);
  while (!stop.requested()) {
    pollfd wake{stop.fd(), POLLIN, 0};
    constexpr std::chrono::milliseconds kLookAnyway(1000);
    const auto wait = beat.count() > 0 ? std::min(beat, kLookAnyway) : kLookAnyway;
    poll(&wake, 1, static_cast<int>(wait.count()));
    if (beat.count() > 0) net::Notify("WATCHDOG=1");
    if (ReloadWanted()) Reload(options, guard, server);
  }
}

}  // namespace

Status RunServe(const ServeOptions& options, const Stop& stop) {
  const auto database = DatabasePath(options.database, Access::kRead);
  if (!database.ok()) return database.status();
  auto http_settings = HttpSettings(options);
  if (!http_settings.ok()) return http_settings.status();
  auto socket = ListeningSocket(options);
  if (!socket.ok()) return socket.status();
  const bool guarded = options.open || !options.keys.empty();
  if (Status may = access::CheckListening(*socket, guarded); !may.ok())
    return Status::Usage(may.message() + " (--keys, --open, --listen)");
  auto guard = OpenGuard(options);
  if (!guard.ok()) return guard.status();
  const std::string address = http::AddressOf(*socket);
  auto settings = ServiceSettings(options, *database);
  if (!settings.ok()) return settings.status();
  settings->access = guard->access();
  // The server goes first: answers that wait for their peers end with it.
  serve::Service service(std::move(*settings));
  auto server = http::Server::Open(std::move(*socket), std::move(*http_settings),
                                   [&service](const http::Request& request, http::Reply reply) {
                                     service.Handle(request, std::move(reply));
                                   });
  if (!server.ok()) return server.status();
  LogInfo(fmt::format("serving database {} at {}://{}/", *database,
                      options.tls_certificate.empty() ? "http" : "https", address));
  ReloadOnSignal();
  net::Notify("READY=1");
  WaitFor(stop, options, *guard, **server);
  net::Notify("STOPPING=1");
  service.End();
  return {};
}

}  // namespace pdns::tools
