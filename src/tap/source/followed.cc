#include "frame/input/followed.h"

#include "base/log.h"
#include "frame/reader.h"
#include "tap/source/sources.h"
#include "tap/source/stop_waiter.h"

namespace pdns::tap {
namespace {

// One file, from its beginning until another is in its place.
Status PrintOne(const std::string& path, const Stop& stop, frame::Waiter& waiter,
                Printer& printer) {
  auto input = frame::OpenFollowed(path, waiter);
  if (!input.ok()) return Status::NoInput(path + ": " + input.status().message());
  frame::Reader reader(std::move(*input));
  while (!stop.requested()) {
    const auto payload = reader.Next();
    if (!payload.has_value()) break;
    printer.Add(*payload);
  }
  if (stop.requested()) return {};
  if (reader.end() == frame::End::kFailed) return Status::Io(path + ": " + reader.reason());
  if (reader.end() != frame::End::kBroken && reader.end() != frame::End::kForeign) return {};
  printer.AddBrokenStream();
  LogWarning(path + ": " + reader.reason() + "; waiting for another file in its place");
  return reader.PassRest();
}

}  // namespace

Status FollowFile(const std::string& path, const Stop& stop, Printer& printer) {
  StopWaiter waiter(stop);
  while (!stop.requested()) {
    const auto there = frame::AwaitFile(path, waiter);
    if (!there.ok()) return there.status();
    if (!*there) break;
    if (Status taken = PrintOne(path, stop, waiter, printer); !taken.ok()) return taken;
  }
  return {};
}

}  // namespace pdns::tap
