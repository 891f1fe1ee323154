#include "base/log.h"
#include "frame/input/input.h"
#include "frame/reader.h"
#include "tap/source/sources.h"
#include "tap/source/stop_waiter.h"

namespace pdns::tap {
namespace {

Status Conclude(const std::string& name, const frame::Reader& reader, Printer& printer) {
  const std::string sentence = name + ": " + reader.reason();
  switch (reader.end()) {
    case frame::End::kForeign:
      return Status::NoInput(sentence);
    case frame::End::kFailed:
      return Status::Io(sentence);
    case frame::End::kBroken:
      printer.AddBrokenStream();
      LogWarning(sentence);
      break;
    case frame::End::kCut:
      LogWarning(sentence);
      break;
    case frame::End::kStop:
    case frame::End::kNone:
      break;
  }
  return {};
}

}  // namespace

Status PrintFile(const std::string& path, const Stop& stop, Printer& printer) {
  const std::string name = path == "-" ? "standard input" : path;
  StopWaiter waiter(stop);
  auto input = frame::OpenInput(path, waiter);
  if (!input.ok()) return Status::NoInput(name + ": " + input.status().message());
  frame::Reader reader(std::move(*input));
  while (!stop.requested()) {
    const auto payload = reader.Next();
    if (!payload.has_value()) break;
    printer.Add(*payload);
  }
  return stop.requested() ? Status() : Conclude(name, reader, printer);
}

}  // namespace pdns::tap
