#include "ingest/live_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "ingest/file_run.h"

namespace pdns::ingest {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kShortestTurn(10);  // while the disk is behind

}  // namespace

LiveSource::LiveSource(const Surroundings& around, const source::Policy& policy,
                       const CollectorLimits& limits)
    : around_(around),
      collector_(around.drainer, policy, limits),
      now_(policy.now),
      clock_(policy.now) {
  for (const net::ListeningSocket& socket : around.listener.sockets()) {
    reports_.emplace_back().name = socket.name();
    reports_.back().state = source::State::kComplete;
  }
  warned_.resize(reports_.size());
  judged_.resize(reports_.size());
  Publish();
}

void LiveSource::OnFrame(std::size_t socket, Bytes payload) {
  record::Counters& counters = reports_[socket].counters;
  ++around_.progress.frames;
  // Before anything is decided: who looks on sees every frame, those that are refused or not stored
  // as well.
  around_.taps.Offer(payload);
  LookAtStoring();
  if (!stores()) return PutOff(payload, counters);
  if (around_.archive == nullptr) return collector_.Add(payload, counters);
  // Opened first, as only accepted frames are archived; archived before it comes into the window,
  // since its place goes into the same batch as its tuples.
  const source::Opened* frame = collector_.Open(payload, counters);
  if (frame == nullptr && !around_.archive_all) return;
  if (frame != nullptr) LookAtClock(*frame);
  collector_.AddOpened(frame, counters, around_.archive->Append(payload));
}

void LiveSource::LookAtStoring() {
  if (around_.storing == nullptr) return;
  const Storing::State state = around_.storing->state();
  if (state == state_) return;
  // Before the state: the file that ends is asked how its frames were taken.
  if (around_.archive != nullptr) around_.archive->Rotate();
  state_ = state;
  const NotStored::Frames sum = not_stored_.Sum();
  const NotStored::Frames since{sum.kept - told_.kept, sum.lost - told_.lost};
  if (!stores() || since.kept + since.lost == 0) return;
  told_ = sum;
  LogWarning(fmt::format(
      "{} frames were not stored meanwhile: {} are in the archive, for a run over it to take; {} "
      "are lost",
      since.kept + since.lost, since.kept, since.lost));
}

// The clock is looked at only where it may matter: with frames refused for their time, and with the
// first one behind them. So a peer whose clock is wrong ends no file, however its frames lie among
// those of others.
void LiveSource::LookAtClock(const source::Opened& frame) {
  const bool before = untimely_;
  untimely_ = frame.seconds.has_value() &&
              source::JudgeTime(*frame.seconds, now_()) != record::FrameOutcome::kUsed;
  if ((before || untimely_) && clock_.Jumped()) around_.archive->Rotate();
}

// What is archived is counted in the database when it is taken from there, all else with the next
// batch.
void LiveSource::PutOff(Bytes payload, record::Counters& counters) {
  record::Counters outcome;
  const bool accepted = collector_.Accepts(payload, outcome);
  if (accepted) outcome.Count(record::FrameOutcome::kNotStored);
  const bool wanted = around_.archive != nullptr && (accepted || around_.archive_all);
  const bool kept = wanted && Archived(payload);
  if (kept) {
    counters.Add(outcome);
  } else {
    collector_.CountOnly(outcome, counters);
  }
  if (!accepted) return;
  const bool full = state_ == Storing::State::kFull;
  NotStored::Frames& frames = full ? not_stored_.full : not_stored_.unavailable;
  ++(kept ? frames.kept : frames.lost);
}

// The archive is all that such a frame has. So where its disk is behind the live source waits, as
// it does for the database otherwise, and peers wait in their sockets; but not for a disk that
// stands still.
bool LiveSource::Archived(Bytes payload) {
  constexpr milliseconds kLongest(1000);
  // After one wait in vain no frame waits any more until there is room: else each would wait a
  // second, and sockets fill meanwhile.
  archive_stands_ =
      !around_.archive->AwaitRoom(payload.size(), archive_stands_ ? milliseconds(0) : kLongest);
  beat_ = Clock::now();
  return around_.archive->Append(payload) != nullptr;
}

void LiveSource::OnBrokenStream(std::size_t socket) {
  collector_.AddBroken(reports_[socket].counters, nullptr);
}

void LiveSource::Run(const std::function<bool()>& ended, const std::function<void()>& on_ready,
                     milliseconds longest_turn) {
  // Under a steady stream there may be no moment with nothing left to read. Then it is ready all
  // the same.
  constexpr milliseconds kCatchUp(150);
  const auto start = Clock::now();
  bool ready = !on_ready;
  while (!ended()) {
    // Until ready there is no waiting: a turn that finds nothing has caught up.
    Turn(ready ? longest_turn : milliseconds(0));
    if (ready) continue;
    ready = around_.listener.caught_up() || Clock::now() - start > kCatchUp;
    if (!ready) continue;
    published_ = {};  // who is told so finds in the figures what was read
    Publish();
    on_ready();
  }
}

void LiveSource::Turn(milliseconds longest) {
  LookAtStoring();
  // Counts alone wait until tuples can be stored with them.
  const bool drains = stores() || collector_.holds_tuples();
  const auto until_old = drains ? std::chrono::ceil<milliseconds>(collector_.UntilOld()) : longest;
  // If the window is old and the disk is behind, UntilOld is 0 and stays so: kShortestTurn keeps
  // the thread from spinning until a buffer is back.
  around_.listener.Poll(std::min(std::max(until_old, kShortestTurn), longest), *this);
  // Only if a buffer is ready: to wait for the disk here would leave the sockets unread. A window
  // that is full waits in Add, and then peers wait in their sockets.
  if (drains) collector_.DrainIfOldAndReady();
  if (around_.archive != nullptr) around_.archive->Tick();
  collector_.FinishCounting();
  WarnOfForwarders();
  WarnOfTimes();
  beat_ = Clock::now();
  Publish();
}

std::vector<frame::HandedPeer> LiveSource::End(bool keep) {
  constexpr milliseconds kRest(500);
  // Shorter than without a next process: plain peers keep what they have sent in their sockets, and
  // the next process reads it.
  constexpr milliseconds kRestOfKept(50);
  constexpr std::chrono::seconds kLongestDrain(3);
  std::vector<frame::HandedPeer> peers;
  // Most is written while the sockets are still read, so that little is left for when they are not.
  collector_.Drain();
  const auto until = Clock::now() + kLongestDrain;
  while (keep && !around_.drainer.Idle() && Clock::now() < until) Turn(kShortestTurn);
  if (keep) {
    around_.listener.ReadRest(kRestOfKept, *this);  // there may be no next process after all
    peers = around_.listener.HandOver(*this);
  } else {
    around_.listener.ReadRest(kRest, *this);
  }
  // Before the last batch: the file's end moves its source (Service::OnArchiveEnds), and what the
  // batch holds must be on the disk in the archive first. The sockets are not read any more, so
  // nothing comes behind it.
  if (around_.archive != nullptr) around_.archive->Close();
  collector_.Drain();
  published_ = {};
  Publish();
  return peers;
}

std::vector<source::Report> LiveSource::reports() const { return reports_; }

LiveFigures LiveSource::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

void LiveSource::Publish() {
  // All counters of all sockets are copied, under a lock: ten times a second is enough for who
  // looks at them.
  constexpr milliseconds kPause(100);
  const auto now = Clock::now();
  if (published_ != Clock::time_point() && now - published_ < kPause) return;
  published_ = now;
  const auto& listeners = around_.listener.figures();
  const std::lock_guard lock(mutex_);
  figures_.sockets.resize(reports_.size());
  for (std::size_t i = 0; i < reports_.size(); ++i)
    figures_.sockets[i] = {reports_[i].name, reports_[i].counters, listeners[i]};
  figures_.window_memory = collector_.memory();
  figures_.newest = collector_.newest();
  figures_.not_stored = not_stored_;
}

bool LiveSource::FileMoves() {
  collector_.FinishCounting();
  // Counters first: the last frames of the file may not be added up yet.
  return collector_.Moves();
}

// A few frames may be odd; some are enough to tell, whenever it begins.
void LiveSource::WarnOfTimes() {
  constexpr std::uint64_t kEnough = 16;
  for (std::size_t i = 0; i < reports_.size(); ++i) {
    record::Counters since = reports_[i].counters;
    since.Subtract(judged_[i]);
    if (since.frames < kEnough) continue;
    judged_[i] = reports_[i].counters;
    const std::string complaint = source::TimeComplaint(since);
    if (!complaint.empty()) time_warnings_.Warning(reports_[i].name + ": " + complaint);
  }
}

void LiveSource::WarnOfForwarders() {
  for (std::size_t i = 0; i < reports_.size(); ++i) {
    if (warned_[i] || !source::OnlyForwards(reports_[i].counters)) continue;
    warned_[i] = true;
    LogWarning(reports_[i].name + std::string(kOnlyForwards));
  }
}

}  // namespace pdns::ingest
