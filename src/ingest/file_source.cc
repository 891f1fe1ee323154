#include "ingest/file_source.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/wait.h"
#include "frame/input/followed.h"

namespace pdns::ingest {
namespace {

using source::End;

constexpr std::uint64_t kFramesPerShow = 4096;
constexpr std::string_view kIsLive = "is the archive being written: taken as it came";
constexpr std::size_t kShownDigest = 16;  // bytes of it, which a person can compare

// Of a capture that ends before the one that it seems to be the beginning of (record/position.h).
std::string LeftUncompared(std::uint64_t frames) {
  if (frames == 0) return {};
  return fmt::format("; its last {} {} not compared", frames,
                     frames == 1 ? "frame is" : "frames are");
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0 || errno != ENOENT; }

}  // namespace

FileSource::FileSource(Collector& collector, Claims& claims, const Stop& stop,
                       source::Progress& progress, const Storing* storing, bool waits,
                       frame::UnpackMemory* memory)
    : collector_(collector),
      claims_(claims),
      holder_(claims, [&collector] { collector.Drain(); }),
      stop_(stop),
      progress_(progress),
      storing_(storing),
      waits_(waits),
      memory_(memory) {
  collector_.OnHandOver([this] { holder_.HandedOver(); });
}

FileSource::~FileSource() { collector_.OnHandOver({}); }

source::Report FileSource::Read(const std::string& path, const frame::OpenRule& rule) {
  Begin(path);
  rule_ = rule;
  ReadSource();
  CloseReader();  // others may wait for its memory
  return std::move(report_);
}

void FileSource::Follow(const std::string& path, const Tell& tell) {
  follow_ = &tell;
  std::string told;  // why the file cannot be opened
  while (!stop_.requested()) {
    const auto there = frame::AwaitFile(path, *this);
    if (there.ok() && !*there) break;
    Begin(path);
    if (there.ok()) {
      ReadSource();
    } else {
      Fail(source::State::kUnreadable, there.status().message());
    }
    const bool opened = reader_ != nullptr;
    if (opened || report_.reason != told) tell(report_, true);
    told = opened ? "" : report_.reason;
    // What could not be taken to its end is no better further on: the next file may be.
    if (!opened || !reader_->PassRest().ok()) Pause();
  }
  follow_ = nullptr;
}

void FileSource::Begin(const std::string& path) {
  path_ = path;
  rule_ = {};
  report_ = {};
  report_.name = path;
  CloseReader();
  missed_ = reserve_ = 0;
  left_at_.reset();
  place_ = {};
  frames_before_ = frames_told_ = shown_bytes_ = shown_frames_ = 0;
}

void FileSource::ReadSource() {
  do {
    if (OpenAtFirstFrame()) ReadOpened();
  } while (MissedMemory());
  ShowProgress(report_.counters.frames);
}

void FileSource::ReadOpened() {
  const Sha256Digest first_frame = Sha256(*frame_);
  place_ = source::Place({first_frame, 0});
  report_.id = ToHex(Bytes(first_frame).first(kShownDigest));
  if (!FindPlace()) return;
  const bool goes_on = left_at_.has_value() && left_at_->id == place_.id();
  frames_before_ =
      goes_on ? frames_before_ + place_.frames() - left_at_->position.frames : place_.frames();
  // After a stop nothing is taken below.
  if (frame_.has_value() && claim_.held()) static_cast<void>(claim_.AwaitTurn(&stop_));
  if (ReadFrames()) Conclude();
  if (const std::string complaint = source::TimeComplaint(report_.counters); !complaint.empty()) {
    const bool again = !collector_.Moves();
    report_.reason = complaint + (again ? "; another run may take them" : "");
  }
  LetGo();
}

// Does the source need more memory than it could get while it held some? Then it is opened anew,
// with that: whoever waits for memory may hold neither memory nor a claim
// (frame/input/unpack_memory.h).
bool FileSource::MissedMemory() {
  missed_ = share_.has_value() ? share_->missed() : 0;
  if (missed_ == 0 || stop_.requested()) return false;
  reserve_ = std::max(missed_, 2 * reserve_);
  if (place_.frames() > 0) left_at_ = {place_.id(), place_.position()};
  report_.state = source::State::kUnreadable;
  report_.reason.clear();
  return true;
}

void FileSource::CloseReader() {
  reader_.reset();
  share_.reset();
}

// Before the next try at a file that cannot be opened.
void FileSource::Pause() {
  constexpr auto kPause = std::chrono::seconds(1);
  const auto until = Collector::Clock::now() + kPause;
  while (!stop_.requested() && Collector::Clock::now() < until) {
    constexpr std::chrono::milliseconds kStep(100);
    static_cast<void>(WaitForStop(stop_, kStep));
    collector_.DrainIfOld();
  }
}

bool FileSource::AwaitReadable(int fd) {
  using std::chrono::milliseconds;
  if (follow_ != nullptr) Rest();
  while (!stop_.requested()) {
    const auto wait = std::chrono::ceil<milliseconds>(collector_.UntilOld());
    const auto bounded = std::clamp(wait, milliseconds(1), milliseconds(60'000));
    if (WaitFor(fd, POLLIN, stop_, bounded) == Woken::kReady) return true;
    collector_.DrainIfOld();
  }
  return false;
}

bool FileSource::AwaitMemory() {
  collector_.Drain();
  return !stop_.requested();
}

// No more for now: the source may go to another lane, say a nightly one over the same folder.
void FileSource::Rest() {
  if (!claim_.held()) return;
  const std::uint64_t frames = place_.frames() - frames_before_;
  const bool any = frames != frames_told_;
  if (any) collector_.FinishCounting();
  LetGo();
  if (!any) return;
  frames_told_ = frames;
  ShowProgress(frames);
  (*follow_)(report_, false);
}

// After a rest, with a frame at hand. What another lane took meanwhile is passed over.
FileSource::Turn FileSource::ClaimAgain() {
  auto claim = claims_.Acquire(place_.id(), holder_);
  if (!claim.ok()) {
    Fail(source::State::kUnreadable, claim.status().message());
    return Turn::kFailed;
  }
  claim_ = std::move(*claim);
  if (!claim_.held()) {
    Fail(source::State::kAlreadyTaken, std::string(kIsLive));
    return Turn::kFailed;
  }
  static_cast<void>(claim_.AwaitTurn());
  const std::optional<record::Position> taken = claim_.position();
  if (!taken.has_value() || taken->bytes < reader_->position()) return Turn::kTake;
  frames_before_ += taken->frames - place_.frames();
  place_ = source::Place(place_.id(), *taken);
  if (taken->bytes > reader_->position()) reader_->SkipTo(taken->bytes);
  return Turn::kPassOver;
}

void FileSource::LetGo() {
  if (!claim_.held()) return;
  const bool any = report_.counters.frames > 0;
  const bool moves = place_.frames() > 0 && (!any || collector_.Moves());
  claim_.Finish(moves ? std::optional(place_.position()) : claim_.position(),
                any && !collector_.empty());
}

Result<std::unique_ptr<frame::Input>> FileSource::Open() {
  CloseReader();
  if (follow_ != nullptr) return frame::OpenFollowed(path_, *this);
  rule_.is_plain = source::IsOfAnyKind;
  if (memory_ == nullptr) return frame::OpenInput(path_, *this, rule_);
  share_.emplace(*memory_, this);
  if (missed_ > 0) {
    const auto drawn = share_->Reserve(missed_, reserve_);
    if (!drawn.ok()) return drawn.status();
    if (!*drawn) return Status::Io("interrupted while it waited for memory");
  }
  return frame::OpenInput(path_, *this, rule_, &*share_);
}

// False when the source has no frame to begin with; the report is then complete.
bool FileSource::OpenAtFirstFrame() {
  auto input = Open();
  if (!input.ok() && !rule_.folder.empty() && !Exists(path_)) {
    const std::string compressed = path_ + ".zst";  // which was whole before this one went
    if (!Exists(compressed)) {
      Fail(source::State::kVanished, "removed after it was listed");
      return false;
    }
    report_.name = path_ = compressed;
    return OpenAtFirstFrame();
  }
  if (!input.ok()) {
    const bool stopped = missed_ > 0 && stop_.requested();
    Fail(stopped ? source::State::kInterrupted : source::State::kUnreadable,
         input.status().message());
    return false;
  }
  source::OpenedSource opened = source::OpenReader(std::move(*input));
  collector_.UseKind(*opened.kind);
  reader_ = std::move(opened.reader);
  frame_ = reader_->Next();
  if (frame_.has_value()) return true;
  Conclude();
  return false;
}

// False: it is not held, the report is complete.
bool FileSource::Hold(const record::SourceId& id) {
  auto claim = claims_.Acquire(id, holder_, &stop_);
  if (!claim.ok()) {
    const bool stopped = stop_.requested();
    Fail(stopped ? source::State::kInterrupted : source::State::kUnreadable,
         claim.status().message());
    return false;
  }
  claim_ = std::move(*claim);
  if (!claim_.held()) Fail(source::State::kAlreadyTaken, std::string(kIsLive));
  return claim_.held();
}

// Holds the source, its variant found, with reader, frame_ and place_ at the first frame to take
// (frame_ empty: there is none); one that is followed may be let go again by then. False: not held,
// the report is complete.
bool FileSource::FindPlace() {
  for (record::SourceId id = place_.id();; ++id.variant) {
    place_ = source::Place(id);
    if (!Hold(id)) return false;
    const std::optional<record::Position> taken = claim_.position();
    const bool further = left_at_.has_value() && left_at_->id == id &&
                         (!taken.has_value() || taken->frames < left_at_->position.frames);
    const Match match = Compare(further ? left_at_->position : taken);
    if (match == Match::kNew || match == Match::kHere) return true;
    LetGo();
    if (match == Match::kShorter) {
      Fail(source::State::kAlreadyTaken,
           fmt::format("ends before what was taken of it already{}", LeftUncompared(uncompared_)));
      return false;
    }
    if (match == Match::kFailed) {
      Conclude();
      return false;
    }
    // Another capture that begins with the same frame: look again from its start.
    if (!reader_->input().reopenable()) {
      Fail(source::State::kUnreadable,
           "begins like a source already taken, then differs: give it as a file, not as a pipe");
      return false;
    }
    if (!OpenAtFirstFrame()) return false;
    if (Sha256(*frame_) != id.first_frame) {
      Fail(source::State::kUnreadable, "became another file while it was looked at");
      return false;
    }
  }
}

// Reads what was taken once more: less than a tenth of what it cost to take it, and nothing else
// tells captures apart that begin alike.
FileSource::Match FileSource::Compare(const std::optional<record::Position>& taken) {
  if (!taken.has_value()) return Match::kNew;
  record::Position seen;
  for (; frame_.has_value(); frame_ = reader_->Next()) {
    if (stop_.requested()) return Match::kFailed;
    record::Advance(seen, *frame_);
    seen.bytes = reader_->position();
    // It goes on, though nothing is new.
    if (seen.frames % kFramesPerShow == 0) ShowProgress(shown_frames_);
    if (!record::OnTheWay(seen, *taken)) return Match::kOther;
    if (seen.frames < taken->frames) continue;
    if (Sha256(*frame_) != taken->last_frame) return Match::kOther;
    place_ = source::Place(place_.id(), *taken);
    frame_ = reader_->Next();
    return Match::kHere;
  }
  if (reader_->end() == End::kBroken || reader_->end() == End::kFailed) return Match::kFailed;
  uncompared_ = seen.frames % record::Stride(taken->frames);
  return Match::kShorter;
}

// False: the ledger failed, the report is complete.
bool FileSource::ReadFrames() {
  for (; frame_.has_value() && !stop_.requested(); frame_ = reader_->Next()) {
    if (!AwaitStoring()) break;
    const Turn turn = claim_.held() ? Turn::kTake : ClaimAgain();
    if (turn == Turn::kPassOver) continue;
    if (turn == Turn::kFailed) {
      collector_.FinishCounting();
      return false;
    }
    place_.Move(*frame_, reader_->position());
    collector_.Add(*frame_, report_.counters, place_);
    if (place_.frames() % kFramesPerShow == 0) ShowProgress(place_.frames() - frames_before_);
  }
  collector_.FinishCounting();
  return true;
}

// Before a frame is taken. False: it stays where it is, for a later run.
bool FileSource::AwaitStoring() {
  constexpr std::chrono::milliseconds kLook(50);
  while (storing_ != nullptr && !storing_->on()) {
    const bool waits = waits_ || follow_ != nullptr;
    if (!waits) report_.stores = false;
    if (!waits || stop_.requested()) return false;
    static_cast<void>(WaitForStop(stop_, kLook));
    collector_.DrainIfOld();
  }
  return true;
}

void FileSource::Conclude() {
  const bool any = report_.counters.frames > 0;
  const auto taken_or = [&](source::State state) {
    return !any && frames_before_ > 0 ? source::State::kAlreadyTaken : state;
  };
  if (!report_.stores)
    return Fail(source::State::kInterrupted, "the database is full; a later run goes on from here");
  if (stop_.requested() && (frame_.has_value() || reader_->end() == End::kCut)) {
    return Fail(source::State::kInterrupted, "interrupted; the next run goes on from here");
  }
  switch (reader_->end()) {
    case End::kNone:
    case End::kStop:
      report_.state =
          taken_or(frames_before_ > 0 ? source::State::kContinued : source::State::kComplete);
      return;
    case End::kCut:
      return Fail(taken_or(source::State::kCutTail), reader_->reason());
    case End::kBroken:
      CountBroken();
      return Fail(source::State::kCorrupt, reader_->reason());
    case End::kForeign:
    case End::kFailed:
      return Fail(source::State::kUnreadable, reader_->reason());
  }
}

// Told by each run that meets it, but committed once: with the position it stands behind. What is
// broken before its first frame has no name to remember it by.
void FileSource::CountBroken() {
  if (!claim_.held() && place_.frames() > 0) {  // followed, and let go while it was silent
    if (auto claim = claims_.Acquire(place_.id(), holder_); claim.ok()) claim_ = std::move(*claim);
    // Another lane may have been here.
    if (claim_.held() && claim_.position().has_value())
      place_ = source::Place(place_.id(), *claim_.position());
  }
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

void FileSource::Fail(source::State state, std::string reason) {
  report_.state = state;
  report_.reason = std::move(reason);
}

void FileSource::ShowProgress(std::uint64_t frames) {
  if (reader_ == nullptr) return;
  // Pipes and what is followed are not in bytes_total either.
  const bool sized = follow_ == nullptr && reader_->input().reopenable();
  const std::uint64_t bytes = sized ? reader_->input().consumed() : 0;
  progress_.bytes_done += bytes > shown_bytes_ ? bytes - shown_bytes_ : 0;
  shown_bytes_ = std::max(bytes, shown_bytes_);
  progress_.frames += frames - shown_frames_;
  shown_frames_ = frames;
}

}  // namespace pdns::ingest
