#include <chrono>
#include <utility>
#include <vector>

#include "base/log.h"
#include "frame/listen/listener.h"
#include "net/endpoint.h"
#include "tap/source/sources.h"

namespace pdns::tap {
namespace {

class ToPrinter final : public frame::FrameSink {
 public:
  explicit ToPrinter(Printer& printer) : printer_(printer) {}

  void OnFrame(std::size_t /*socket*/, Bytes payload) override { printer_.Add(payload); }
  void OnBrokenStream(std::size_t /*socket*/) override { printer_.AddBrokenStream(); }

 private:
  Printer& printer_;
};

}  // namespace

Status PrintSocket(const std::string& path, const Stop& stop, Printer& printer) {
  constexpr std::chrono::milliseconds kLongest(1000);
  auto socket = net::ListeningSocket::Open({net::Endpoint::Kind::kUnix, path, false}, {});
  if (!socket.ok()) return socket.status();
  std::vector<net::ListeningSocket> sockets;
  sockets.push_back(std::move(*socket));
  const auto listener = frame::Listener::Open(std::move(sockets), {}, nullptr, stop.fd());
  if (!listener.ok()) return listener.status();
  LogInfo("listening on " + path);
  ToPrinter sink(printer);
  while (!stop.requested()) (*listener)->Poll(kLongest, sink);
  return {};
}

}  // namespace pdns::tap
