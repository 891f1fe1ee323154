#include "metrics/exporter.h"

#include <utility>

#include "http/host_list.h"
#include "http/listen.h"
#include "http/server.h"

namespace pdns::metrics {
namespace {

constexpr std::string_view kWhat = "metrics address";
constexpr const char* kWrongHost =
    "not served under this name; ask by address, or start pdns-ingest with --metrics-host NAME\n";

// With what the machine calls itself, unless it has an odd name.
Result<http::HostList> HostsOf(std::vector<std::string> names) {
  const std::string machine = http::MachineName();
  if (http::HostList::Of({machine}).ok()) names.push_back(machine);
  return http::HostList::Of(names);
}

}  // namespace

class Exporter::Impl {
 public:
  explicit Impl(Source source) : answers_(std::move(source)) {}

  Status Open(net::Descriptor listening, http::HostList hosts) {
    auto server = http::Server::Open(std::move(listening), {{}, std::move(hosts), kWrongHost},
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
