#include <chrono>

#include "base/log.h"
#include "frame/listener.h"
#include "tap/sources.h"

namespace pdns::tap {
namespace {

class ToPrinter final : public frame::FrameSink {
 public:
  explicit ToPrinter(Printer& printer) : printer_(printer) {}

  void OnFrame(Bytes payload) override { printer_.Take(payload); }
  void OnBrokenStream() override { printer_.TakeBrokenStream(); }

 private:
  Printer& printer_;
};

}  // namespace

Status TakeSocket(const std::string& path, const Stop& stop, Printer& printer) {
  constexpr std::chrono::milliseconds kLongest(1000);
  const auto listener = frame::Listener::Open(path, stop.fd());
  if (!listener.ok()) return listener.status();
  LogInfo("listening on " + path);
  ToPrinter sink(printer);
  while (!stop.requested()) (*listener)->Poll(kLongest, sink);
  return {};
}

}  // namespace pdns::tap
