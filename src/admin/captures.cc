#include "admin/captures.h"

#include <poll.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "base/hash.h"
#include "base/wait.h"
#include "source/kind.h"

namespace pdns::admin {
namespace {

using State = CaptureState::State;
// Rows of the ledger by their first frame.
using Rows = std::map<Sha256Digest, std::vector<record::SourcePosition>>;

class StopWaiter final : public frame::Waiter {
 public:
  explicit StopWaiter(const Stop& stop) : stop_(stop) {}
  bool AwaitReadable(int fd) override { return WaitFor(fd, POLLIN, stop_) == Woken::kReady; }

 private:
  const Stop& stop_;
};

std::unique_ptr<source::Reader> OpenFile(const source::Path& file, frame::Waiter& waiter,
                                         CaptureState& state) {
  frame::OpenRule rule = file.rule;
  rule.regular = true;  // a pipe would be emptied, and could not be taken afterwards
  rule.is_plain = &source::IsOfAnyKind;
  auto input = file.status.ok() ? frame::OpenInput(file.path, waiter, rule)
                                : Result<std::unique_ptr<frame::Input>>(file.status);
  if (input.ok()) return source::OpenReader(std::move(*input)).reader;
  state.state = State::kUnreadable;
  state.reason = input.status().message();
  return nullptr;
}

bool Failed(source::End end) {
  return end == source::End::kBroken || end == source::End::kForeign || end == source::End::kFailed;
}

// Its first frame, by which the ledger may know it.
void ReadFirst(const source::Path& file, frame::Waiter& waiter, CaptureState& state) {
  const auto reader = OpenFile(file, waiter, state);
  if (reader == nullptr) return;
  const auto first = reader->Next();
  if (first.has_value()) {
    state.id = record::SourceId{Sha256(*first), 0};
    state.state = State::kNone;
    return;
  }
  state.state = Failed(reader->end()) ? State::kUnreadable : State::kEmpty;
  state.reason = reader->reason();
}

// Follows the file along all rows that begin like it, until it ends or differs from each.
class Follower {
 public:
  explicit Follower(const std::vector<record::SourcePosition>& rows) {
    for (const record::SourcePosition& row : rows) candidates_.push_back(&row);
  }

  void Add(Bytes frame, std::uint64_t behind) {
    record::Advance(seen_, frame);
    seen_.bytes = behind;
    const auto apart = [this](const record::SourcePosition* row) {
      return seen_.frames <= row->position.frames && !record::OnTheWay(seen_, row->position);
    };
    candidates_.erase(std::remove_if(candidates_.begin(), candidates_.end(), apart),
                      candidates_.end());
  }

  void Tell(CaptureState& state) const {
    state.frames = seen_.frames;
    // The longest way that it goes along: a row of fewer frames is of a copy that was cut.
    for (const record::SourcePosition* row : candidates_) {
      const std::uint64_t taken = std::min(seen_.frames, row->position.frames);
      if (taken <= state.taken) continue;
      state.taken = taken;
      state.id = row->id;
    }
    state.state = state.taken == 0              ? State::kNone
                  : state.taken == state.frames ? State::kWhole
                                                : State::kPart;
  }

 private:
  std::vector<const record::SourcePosition*> candidates_;
  record::Position seen_;
};

void Follow(const source::Path& file, const std::vector<record::SourcePosition>& rows,
            frame::Waiter& waiter, const Stop& stop, CaptureState& state) {
  const auto reader = OpenFile(file, waiter, state);
  if (reader == nullptr) return;
  Follower follower(rows);
  while (const auto frame = reader->Next()) {
    if (stop.requested()) return void(state.state = State::kUnknown);
    follower.Add(*frame, reader->position());
  }
  if (stop.requested()) return void(state.state = State::kUnknown);
  follower.Tell(state);
  if (Failed(reader->end())) state.reason = reader->reason();
}

}  // namespace

Result<std::vector<CaptureState>> LookUpCaptures(store::Snapshot& snapshot,
                                                 const std::vector<source::Path>& files,
                                                 const Stop& stop, source::Progress& progress) {
  std::vector<CaptureState> states(files.size());
  StopWaiter waiter(stop);
  Rows rows;
  for (std::size_t i = 0; i < files.size(); ++i) {
    states[i].path = files[i].path;
    progress.bytes_total += files[i].size;
    if (stop.requested()) continue;
    ReadFirst(files[i], waiter, states[i]);
    if (states[i].id.has_value()) rows[states[i].id->first_frame];
  }
  const auto keep = [&rows](const record::SourcePosition& row) {
    const auto found = rows.find(row.id.first_frame);
    if (found != rows.end()) found->second.push_back(row);
    return true;
  };
  const store::Scanned scanned =
      snapshot.ScanLedger(keep, [&stop](std::uint64_t) { return !stop.requested(); });
  if (!scanned.status.ok()) return scanned.status;
  for (std::size_t i = 0; i < files.size(); ++i) {
    CaptureState& state = states[i];
    if (stop.requested() && state.id.has_value()) state.state = State::kUnknown;
    if (state.state == State::kNone && !rows[state.id->first_frame].empty())
      Follow(files[i], rows[state.id->first_frame], waiter, stop, state);
    progress.bytes_done += files[i].size;
  }
  return states;
}

}  // namespace pdns::admin
