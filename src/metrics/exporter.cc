#include "metrics/exporter.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "http/host_list.h"
#include "http/listen.h"
#include "http/server.h"

namespace pdns::metrics {
namespace {

constexpr std::string_view kWhat = "metrics address";
constexpr const char* kWrongHost =
    "not served under this name; ask by address, or make this name one of the metrics hosts of "
    "pdns-ingest\n";

// With what the machine calls itself, unless it has an odd name.
Result<http::HostList> HostsOf(std::vector<std::string> names) {
  const std::string machine = http::MachineName();
  if (http::HostList::Of({machine}).ok()) names.push_back(machine);
  return http::HostList::Of(names);
}

// A sixteenth of the descriptors, if that is fewer: the database keeps all of its files open.
http::Limits LimitsOfProcess() {
  http::Limits limits;
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0) {
    const std::size_t part = std::max<std::size_t>(descriptors.rlim_cur / 16, 2);
    limits.connections = std::min(limits.connections, part);
    limits.connections_per_address = std::min(limits.connections_per_address, part / 2);
  }
  return limits;
}

}  // namespace

class Exporter::Impl {
 public:
  explicit Impl(Source source) : answers_(std::move(source)) {}

  Status Open(net::Descriptor listening, http::HostList hosts) {
    auto server =
        http::Server::Open(std::move(listening), {LimitsOfProcess(), std::move(hosts), kWrongHost},
                           [this](const http::Request& request, http::Reply reply) {
                             answers_.Serve(request, std::move(reply));
                           });
    if (!server.ok()) return server.status();
    server_ = std::move(*server);
    return {};
  }

  int port() const { return server_->port(); }

 private:
  Answers answers_;
  std::unique_ptr<http::Server> server_;  // the last: it asks them
};

Result<std::unique_ptr<Exporter>> Exporter::Open(const std::string& address_port, Source source,
                                                 std::vector<std::string> names) {
  auto hosts = HostsOf(std::move(names));
  if (!hosts.ok()) return hosts.status();
  auto listening = http::Listen(kWhat, address_port);
  if (!listening.ok()) return listening.status();
  auto impl = std::make_unique<Impl>(std::move(source));
  if (Status opened = impl->Open(std::move(*listening), std::move(*hosts)); !opened.ok())
    return opened;
  return std::unique_ptr<Exporter>(new Exporter(std::move(impl)));
}

Status Exporter::Check(const std::string& address_port) {
  return http::Listen(kWhat, address_port).status();
}

Exporter::Exporter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Exporter::~Exporter() = default;
int Exporter::port() const { return impl_->port(); }

}  // namespace pdns::metrics
