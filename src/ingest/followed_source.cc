#include "ingest/followed_source.h"

#include <utility>

#include "frame/input/followed.h"

namespace pdns::ingest {

FollowedSource::FollowedSource(Collector& collector, Claims& claims, const Stop& stop,
                               source::Progress& progress, const Storing* storing)
    : stop_(stop),
      waiter_(collector, stop),
      reading_({collector, claims, stop, progress, storing}, {.followed = true, .waits = true}) {}

void FollowedSource::Follow(const std::string& path, const Tell& tell) {
  std::string told;  // why the file cannot be opened
  while (!stop_.requested()) {
    const auto there = frame::AwaitFile(path, waiter_);
    if (there.ok() && !*there) break;
    reading_.Begin(path);
    if (there.ok()) {
      ReadOne(path, tell);
    } else {
      reading_.Fail(source::State::kUnreadable, there.status().message());
    }
    const bool opened = reading_.reader() != nullptr;
    if (opened || reading_.report().reason != told) tell(reading_.report(), true);
    told = opened ? "" : reading_.report().reason;
    // What could not be read to its end is no better further on: the next file may be.
    if (!opened || !reading_.reader()->PassRest().ok()) waiter_.Pause();
  }
}

void FollowedSource::ReadOne(const std::string& path, const Tell& tell) {
  ReadState state = ReadState::kOpen;
  while (state != ReadState::kEnd) {
    if (state == ReadState::kWait && reading_.Rest()) tell(reading_.report(), false);
    state = state == ReadState::kOpen ? Open(path) : reading_.Step(state);
  }
  reading_.ShowEnd();
}

ReadState FollowedSource::Open(const std::string& path) {
  reading_.CloseReader();
  auto input = frame::OpenFollowed(path, waiter_, frame::AtEnd::kReturn);
  if (input.ok()) return reading_.Opened(std::move(*input));
  return reading_.Fail(source::State::kUnreadable, input.status().message());
}

}  // namespace pdns::ingest
