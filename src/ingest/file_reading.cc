#include "ingest/file_reading.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string_view>
#include <utility>

#include "base/wait.h"

namespace pdns::ingest {
namespace {

using source::End;
using State = source::State;

// Progress is more than a show: a run that shows none for JobQueue::kPatience counts as stalled. So
// it is shown while frames are only compared, too.
constexpr std::uint64_t kFramesPerShow = 4096;
constexpr std::size_t kShownDigest = 16;  // bytes of it, which a person can compare
constexpr std::string_view kIsLive = "is the archive being written: taken as it came";

// Of a capture that ends before the one that it seems to be the beginning of (record/position.h).
std::string LeftUncompared(std::uint64_t frames) {
  if (frames == 0) return {};
  return fmt::format("; its last {} {} not compared", frames,
                     frames == 1 ? "frame is" : "frames are");
}

// Device and inode name a file as long as it is there (inode(7)), whatever its path is; a number
// may be used again for another one later.
std::optional<std::pair<std::uint64_t, std::uint64_t>> FileAt(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return std::pair<std::uint64_t, std::uint64_t>(info.st_dev, info.st_ino);
}

}  // namespace

bool DrainingWaiter::AwaitReadable(int fd) {
  using std::chrono::milliseconds;
  while (!stop_.requested()) {
    const auto wait = std::chrono::ceil<milliseconds>(collector_.UntilOld());
    // An interval of 0 must not spin, and one of months does not fit the int of milliseconds that
    // poll(2) takes.
    const auto bounded = std::clamp(wait, milliseconds(1), milliseconds(60'000));
    if (WaitFor(fd, POLLIN, stop_, bounded) == Woken::kReady) return true;
    collector_.DrainIfOld();
  }
  return false;
}

// Whoever has the memory may wait for a source that this window holds some of. Handed over first,
// it keeps nobody.
bool DrainingWaiter::AwaitMemory() {
  collector_.Drain();
  return !stop_.requested();
}

void DrainingWaiter::Pause() {
  constexpr auto kPause = std::chrono::seconds(1);
  constexpr std::chrono::milliseconds kStep(100);
  const auto until = Collector::Clock::now() + kPause;
  while (!stop_.requested() && Collector::Clock::now() < until) {
    static_cast<void>(WaitForStop(stop_, kStep));
    collector_.DrainIfOld();
  }
}

FileReading::FileReading(const Surroundings& around, const Manner& manner)
    : collector_(around.collector),
      claims_(around.claims),
      holder_(around.claims, [this] { collector_.Drain(); }),
      stop_(around.stop),
      progress_(around.progress),
      storing_(around.storing),
      manner_(manner),
      clock_(around.collector.policy().now) {
  collector_.OnHandOver([this] { holder_.HandedOver(); });
}

FileReading::~FileReading() { collector_.OnHandOver({}); }

ReadState FileReading::Begin(const std::string& name) {
  report_ = {};
  report_.name = name;
  left_at_.reset();
  place_ = {};
  frames_before_ = frames_told_ = shown_bytes_ = shown_frames_ = 0;
  CloseReader();
  again_ = false;
  became_another_ = false;
  file_ = FileAt(name);
  return ReadState::kOpen;
}

ReadState FileReading::BeginAgain() {
  // The ledger may not have it: a position does not move while all frames were refused for their
  // time. Without this the run would take them, and count them, once more.
  if (place_.frames() > 0) left_at_ = {place_.id(), place_.position()};
  report_.state = State::kUnreadable;
  report_.reason.clear();
  again_ = false;
  file_ = FileAt(report_.name);
  return ReadState::kOpen;
}

ReadState FileReading::Opened(std::unique_ptr<frame::Input> input) {
  source::OpenedSource opened = source::OpenReader(std::move(input));
  ++opens_;
  // Another file may lie there by now, and begin with the same frame: of it nothing is known. One
  // that lay there before the first opening, and lies there still, was opened each time.
  if (const auto now = FileAt(report_.name); again_ && now != file_) {
    if (std::exchange(became_another_, true))
      return Fail(State::kUnreadable, "became another file twice while it was looked at");
    again_ = false;
    file_ = now;
  }
  // Only with no claim held: it waits for workers that are still decoding records of another kind.
  collector_.UseKind(*opened.kind);
  reader_ = std::move(opened.reader);
  frame_ = reader_->Next();
  at_first_ = true;
  return ReadState::kFirst;
}

ReadState FileReading::Fail(State state, std::string reason) {
  report_.state = state;
  report_.reason = std::move(reason);
  return ReadState::kEnd;
}

ReadState FileReading::Step(ReadState state) {
  switch (state) {
    case ReadState::kFirst:
      return First();
    case ReadState::kClaim:
      return ClaimSource();
    case ReadState::kCompare:
      return Compare();
    case ReadState::kRead:
      return Read();
    case ReadState::kReclaim:
      return Reclaim();
    case ReadState::kWait:
      return AwaitMore();
    case ReadState::kOpen:
    case ReadState::kEnd:
      break;
  }
  return state;
}

ReadState FileReading::First() {
  if (pending()) return Later(ReadState::kFirst);
  if (!frame_.has_value()) {
    Conclude();
    return ReadState::kEnd;
  }
  const Sha256Digest first_frame = Sha256(*frame_);
  // Opened anew, behind the claim that was released for it: the file of this path may have become
  // another meanwhile, and nothing may be taken of that under the name of the first.
  if (std::exchange(again_, false)) {
    if (first_frame == id_.first_frame) return ReadState::kClaim;
    return Fail(State::kUnreadable, "became another file while it was looked at");
  }
  id_ = {first_frame, 0};
  beginning_.Clear();
  passed_ = 0;
  report_.id = ToHex(Bytes(first_frame).first(kShownDigest));
  return ReadState::kClaim;
}

ReadState FileReading::ClaimSource() {
  place_ = source::Place(id_);
  auto claim = claims_.Acquire(id_, holder_, &stop_);
  if (!claim.ok()) {
    const bool stopped = stop_.requested();
    return Fail(stopped ? State::kInterrupted : State::kUnreadable, claim.status().message());
  }
  claim_ = std::move(*claim);
  if (!claim_.held()) return Fail(State::kAlreadyTaken, std::string(kIsLive));
  std::optional<record::Position> taken = claim_.position();
  // How far this run came itself counts where it is more than was committed (BeginAgain).
  const bool further = left_at_.has_value() && left_at_->id == id_ &&
                       (!taken.has_value() || taken->frames < left_at_->position.frames);
  if (further) taken = left_at_->position;
  if (taken.has_value() && beginning_.Excludes(*taken)) return Differs(*taken);
  if (!at_first_) {
    // Not with the claim: whoever opens a file may have to wait for memory (unpack_memory.h).
    ReleaseClaim();
    again_ = true;
    return ReadState::kOpen;
  }
  if (!taken.has_value()) return BeginToRead();
  // All that was taken is read once more: a first frame and a length do not tell that two captures
  // are the same, and a wrong guess would leave frames out, or count them twice.
  comparison_.emplace(*taken);
  return ReadState::kCompare;
}

ReadState FileReading::Compare() {
  for (; frame_.has_value(); frame_ = reader_->Next()) {
    if (stop_.requested()) return EndUncompared();
    const auto outcome = comparison_->Add(*frame_, reader_->position());
    const record::Position& seen = comparison_->seen();
    beginning_.Add(seen);
    // It goes on, though nothing is new.
    if (seen.frames % kFramesPerShow == 0) ShowProgress(shown_frames_);
    if (outcome == record::Comparison::Outcome::kOther) return Differs(comparison_->taken());
    // From here on another variant can be taken only by opening the file anew.
    at_first_ = false;
    if (outcome == record::Comparison::Outcome::kGoesOn) continue;
    place_ = source::Place(id_, comparison_->taken());
    frame_ = reader_->Next();
    return BeginToRead();
  }
  if (pending()) return Later(ReadState::kCompare);
  // What cannot be read further is told as such, not as "already taken": what stands behind the
  // damage was never compared.
  if (reader_->end() == End::kBroken || reader_->end() == End::kFailed) return EndUncompared();
  ReleaseClaim();
  return Fail(State::kAlreadyTaken, fmt::format("ends before what was taken of it already{}",
                                                LeftUncompared(comparison_->Uncompared())));
}

ReadState FileReading::EndUncompared() {
  ReleaseClaim();
  Conclude();
  return Finish();
}

// Another capture that begins with the same frame.
ReadState FileReading::Differs(const record::Position& taken) {
  ReleaseClaim();
  if (!reader_->input().reopenable()) {
    return Fail(State::kUnreadable,
                "begins like a source already taken, then differs: give it as a file, not as a "
                "pipe");
  }
  // The claim was released above: a holder of two could wait for another holder of two.
  id_.variant = claims_.NextVariant(id_, taken, beginning_);
  return ReadState::kClaim;
}

// Where frame_ is the first one to take.
ReadState FileReading::BeginToRead() {
  const bool goes_on = left_at_.has_value() && left_at_->id == id_;
  frames_before_ =
      goes_on ? frames_before_ + place_.frames() - left_at_->position.frames : place_.frames();
  // After a stop nothing is taken.
  if (frame_.has_value() && claim_.held()) static_cast<void>(claim_.AwaitTurn(&stop_));
  return ReadState::kRead;
}

ReadState FileReading::Read() {
  // A stop is seen between two frames only, with the place behind the last one: the next run goes
  // on there.
  for (; frame_.has_value() && !stop_.requested(); frame_ = reader_->Next()) {
    if (!AwaitStoring()) break;
    // Released in kWait, while the file was silent.
    if (!claim_.held()) return ReadState::kReclaim;
    // Others took it meanwhile, under another name of the same capture.
    if (reader_->position() <= passed_) continue;
    if (ClockJumped() && MayJudgeAnew()) return JudgeAnew();
    place_.Move(*frame_, reader_->position());
    collector_.Add(*frame_, report_.counters, place_);
    if (place_.frames() % kFramesPerShow == 0) ShowProgress(place_.frames() - frames_before_);
  }
  if (pending()) return Later(ReadState::kRead);
  collector_.FinishCounting();
  Conclude();
  return Finish();
}

ReadState FileReading::Reclaim() {
  auto claim = claims_.Acquire(id_, holder_);
  if (claim.ok()) claim_ = std::move(*claim);
  if (!claim_.held()) {
    collector_.FinishCounting();
    Fail(claim.ok() ? State::kAlreadyTaken : State::kUnreadable,
         claim.ok() ? std::string(kIsLive) : claim.status().message());
    return Finish();
  }
  static_cast<void>(claim_.AwaitTurn());
  const std::optional<record::Position> taken = claim_.position();
  if (!taken.has_value() || taken->bytes < reader_->position()) return ReadState::kRead;
  // Frames that others took are not this run's: its progress leaves them out.
  frames_before_ += taken->frames - place_.frames();
  place_ = source::Place(id_, *taken);
  passed_ = taken->bytes;
  ForgetRefused();
  return ReadState::kRead;
}

// Asked behind each wait, and once in so many frames: as many may be judged by another clock than
// the one that was looked at.
bool FileReading::ClockJumped() {
  constexpr unsigned kFramesPerLook = 256;
  if (clock_unseen_++ < kFramesPerLook) return false;
  clock_unseen_ = 0;
  return clock_.Jumped();
}

// What came before the jump is handed over by itself: no frame that the clock refuses from now on
// is passed by together with it.
bool FileReading::MayJudgeAnew() {
  collector_.FinishCounting();
  collector_.Drain();
  return collector_.Refused(id_).frames > 0 && reader_->input().reopenable();
}

ReadState FileReading::JudgeAnew() {
  const auto taken = StandsAt();
  left_at_ = taken.has_value() ? std::optional(record::SourcePosition{id_, *taken}) : std::nullopt;
  ReleaseClaim();
  ForgetRefused();
  again_ = true;
  return ReadState::kOpen;
}

void FileReading::ForgetRefused() {
  report_.counters.Subtract(collector_.Refused(id_));
  collector_.ForgetRefused(id_);
}

ReadState FileReading::Later(ReadState state) {
  resume_ = state;
  return ReadState::kWait;
}

ReadState FileReading::AwaitMore() {
  static_cast<void>(reader_->Await());  // after a stop Next finds the end
  frame_ = reader_->Next();
  clock_unseen_ = std::numeric_limits<unsigned>::max();  // it may have been long
  return resume_;
}

bool FileReading::Rest() {
  if (!claim_.held()) return false;
  const std::uint64_t frames = place_.frames() - frames_before_;
  const bool any = frames != frames_told_;
  // Before the claim goes: ReleaseClaim asks whether the position moves, which the counters tell.
  if (any) collector_.FinishCounting();
  ReleaseClaim();
  if (!any) return false;
  frames_told_ = frames;
  ShowProgress(frames);
  return true;
}

ReadState FileReading::Finish() {
  report_.remarks = collector_.ReleaseRemarks();
  if (const std::string complaint = source::TimeComplaint(report_.counters); !complaint.empty()) {
    // If its position did not move, a run by a right clock finds the frames untaken.
    const bool again = collector_.Refused(id_).frames > 0;
    report_.reason = complaint + (again ? "; another run may take them" : "");
  }
  ReleaseClaim();
  return ReadState::kEnd;
}

void FileReading::ReleaseClaim() {
  if (!claim_.held()) return;
  const bool any = report_.counters.frames > 0;
  claim_.Finish(StandsAt(), any && !collector_.empty());
}

// If all that came was refused for its time, the position stays where it was: a later run, by
// another clock, may take it.
std::optional<record::Position> FileReading::StandsAt() const {
  const bool any = report_.counters.frames > 0;
  if (!any || collector_.Refused(id_).frames == 0)
    return place_.frames() > 0 ? std::optional(place_.position()) : claim_.position();
  const auto moved_to = collector_.MovedTo(id_);
  const auto& claimed = claim_.position();
  const bool further =
      moved_to.has_value() && (!claimed.has_value() || claimed->frames < moved_to->frames);
  return further ? moved_to : claimed;
}

// Before a frame is taken. False: it stays where it is, for a later run.
bool FileReading::AwaitStoring() {
  constexpr std::chrono::milliseconds kLook(50);
  // The frame stays in hand, and the window is still handed over by its age: what it holds was
  // taken while the database took batches.
  while (storing_ != nullptr && !storing_->on()) {
    if (!manner_.waits) report_.stores = false;
    if (!manner_.waits || stop_.requested()) return false;
    static_cast<void>(WaitForStop(stop_, kLook));
    collector_.DrainIfOld();
  }
  return true;
}

void FileReading::Conclude() {
  const bool any = report_.counters.frames > 0;
  const auto taken_or = [&](State state) {
    return !any && frames_before_ > 0 ? State::kAlreadyTaken : state;
  };
  if (!report_.stores) {
    Fail(State::kInterrupted, "the database is full; a later run goes on from here");
    return;
  }
  if (stop_.requested() && (frame_.has_value() || reader_->end() == End::kCut)) {
    Fail(State::kInterrupted, "interrupted; the next run goes on from here");
    return;
  }
  switch (reader_->end()) {
    // A followed file that is let go of has no end; a capture without STOP ends there, too.
    case End::kNone:
    case End::kStop:
      report_.state = taken_or(frames_before_ > 0 ? State::kContinued : State::kComplete);
      break;
    case End::kCut:
      Fail(taken_or(State::kCutTail), reader_->reason());
      break;
    case End::kBroken:
      CountBroken();
      Fail(State::kCorrupt, reader_->reason());
      break;
    case End::kForeign:
    case End::kFailed:
      Fail(State::kUnreadable, reader_->reason());
      break;
  }
}

// Told by each run that meets it, but committed once: with the position it stands behind. What is
// broken before its first frame has no name to remember it by.
void FileReading::CountBroken() {
  if (!claim_.held() && place_.frames() > 0) {  // followed, and released while it was silent
    if (auto claim = claims_.Acquire(id_, holder_); claim.ok()) claim_ = std::move(*claim);
    // Others may have been here.
    if (claim_.held() && claim_.position().has_value())
      place_ = source::Place(id_, *claim_.position());
  }
  // Counted with the position it stands behind, so that the next run, which meets it again, sees
  // that it was counted (Position::broken).
  const bool here = claim_.held() && place_.frames() > 0 && place_.bytes() <= reader_->position();
  if (!here || place_.broken()) {
    report_.counters.Count(record::FrameOutcome::kMalformedFrame);
    return;
  }
  static_cast<void>(claim_.AwaitTurn());
  place_.Break();
  collector_.AddBroken(report_.counters, &place_);
  collector_.FinishCounting();
}

void FileReading::ShowProgress(std::uint64_t frames) {
  if (reader_ == nullptr) return;
  // Pipes and what is followed are not in bytes_total either.
  const bool sized = !manner_.followed && reader_->input().reopenable();
  const std::uint64_t bytes = sized ? reader_->input().consumed() : 0;
  // Never backwards: a file that is opened anew begins at 0 again.
  progress_.bytes_done += bytes > shown_bytes_ ? bytes - shown_bytes_ : 0;
  shown_bytes_ = std::max(bytes, shown_bytes_);
  progress_.frames += frames - shown_frames_;
  shown_frames_ = frames;
}

}  // namespace pdns::ingest
