#include "ingest/file_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace pdns::ingest {
namespace {

// Only what is surely gone does not exist: a path that may not be looked at is told as unreadable.
bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0 || errno != ENOENT; }

}  // namespace

FileSource::FileSource(Collector& collector, Claims& claims, const Stop& stop,
                       source::Progress& progress, const Storing* storing, bool waits,
                       frame::UnpackMemory* memory)
    : stop_(stop),
      memory_(memory),
      waiter_(collector, stop),
      reading_({collector, claims, stop, progress, storing}, {.followed = false, .waits = waits}) {}

source::Report FileSource::Read(const std::string& path, const frame::OpenRule& rule) {
  path_ = path;
  rule_ = rule;
  rule_.is_plain = source::IsOfAnyKind;
  missed_ = reserve_ = 0;
  ReadState state = reading_.Begin(path);
  while (state != ReadState::kEnd) {
    state = state == ReadState::kOpen ? Open() : reading_.Step(state);
    if (state == ReadState::kEnd && MissedMemory()) state = reading_.BeginAgain();
  }
  reading_.ShowEnd();
  Close();  // others may wait for its memory
  return std::move(reading_.report());
}

ReadState FileSource::Open() {
  auto input = OpenInput();
  if (!input.ok() && !rule_.folder.empty() && !Exists(path_)) {
    const std::string compressed = path_ + ".zst";  // which was whole before this one went
    if (!Exists(compressed))
      return reading_.Fail(source::State::kVanished, "removed after it was listed");
    reading_.report().name = path_ = compressed;
    return ReadState::kOpen;
  }
  if (input.ok()) return reading_.Opened(std::move(*input));
  const bool stopped = missed_ > 0 && stop_.requested();
  return reading_.Fail(stopped ? source::State::kInterrupted : source::State::kUnreadable,
                       input.status().message());
}

Result<std::unique_ptr<frame::Input>> FileSource::OpenInput() {
  Close();
  if (memory_ == nullptr) return frame::OpenInput(path_, waiter_, rule_);
  share_.emplace(*memory_, &waiter_);
  if (missed_ > 0) {
    const auto drawn = share_->Reserve(missed_, reserve_);
    if (!drawn.ok()) return drawn.status();
    if (!*drawn) return Status::Io("interrupted while it waited for memory");
  }
  return frame::OpenInput(path_, waiter_, rule_, &*share_);
}

// Does the source need more memory than it could get while it held some? Then it is opened anew,
// with that: whoever waits for memory may hold neither memory nor a claim (unpack_memory.h).
bool FileSource::MissedMemory() {
  missed_ = share_.has_value() ? share_->missed() : 0;
  if (missed_ == 0 || stop_.requested()) return false;
  // Twice as much each time, so that a source whose need grows is opened anew a few times and not
  // for each step.
  reserve_ = std::max(missed_, 2 * reserve_);
  return true;
}

void FileSource::Close() {
  reading_.CloseReader();
  share_.reset();
}

}  // namespace pdns::ingest
