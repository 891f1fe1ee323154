// What reading a capture is made of, whether it stands still (file_source.h) or grows
// (followed_source.h): frames -> [FileReading] -> collector, and what became of it.
//
// One state at a time; Step does its work and tells the next one:
//
//   kOpen     The file is to be opened, by the owner, with no claim held. Ends: Opened, to kFirst;
//             or Fail, to kEnd.
//   kFirst    Its first frame names the source. Ends: kClaim; without a frame, kEnd.
//   kClaim    The source is claimed, one of its variants after another (record/position.h). Ends:
//             nobody took any of it, kRead; some was taken, kCompare; what was read of the file by
//             now says that it is another variant, kClaim; the reader stands behind the first
//             frame, kOpen, without the claim; it cannot be held, kEnd.
//   kCompare  What was taken of the source is read once more. Ends: kRead behind it; kClaim if the
//             file differs; kEnd if it ends before.
//   kRead     Frames are taken. Ends: at the end of the file, at a stop and where the database
//             takes no batches, kEnd; if the claim was released in kWait, kReclaim; where the clock
//             was put right that refused the frames that came last, kOpen, without the claim: they
//             are judged anew.
//   kReclaim  There is a frame after kWait: the source is claimed again, and what others took of it
//             meanwhile is passed over. Ends: kRead; it cannot be held, kEnd.
//   kWait     A file that is followed has no more for now. The owner calls Rest, which releases the
//             claim, and then Step waits. Ends: back to kFirst, kCompare or kRead.
//   kEnd      The report is complete, and no claim is held.
//
// A claim is held from kClaim through kCompare and kRead, and released between two states only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/stop.h"
#include "frame/input/input.h"
#include "ingest/claims.h"
#include "ingest/collector.h"
#include "record/comparison.h"
#include "source/clock.h"
#include "source/diagnosis.h"
#include "source/kind.h"
#include "source/place.h"
#include "source/reader.h"
#include "source/report.h"

namespace pdns::ingest {

// Waits for what is silent; meanwhile a window that grows old is handed over. It knows no source
// and no claim. One thread, that of the collector, which outlives it as `stop` does.
class DrainingWaiter final : public frame::Waiter {
 public:
  DrainingWaiter(Collector& collector, const Stop& stop) : collector_(collector), stop_(stop) {}

  bool AwaitReadable(int fd) override;
  // Hands over what came before, which others may wait for.
  bool AwaitMemory() override;
  // A second, or until the stop: before the next try at what cannot be opened.
  void Pause();

 private:
  Collector& collector_;
  const Stop& stop_;
};

enum class ReadState : std::uint8_t {
  kOpen,
  kFirst,
  kClaim,
  kCompare,
  kRead,
  kReclaim,
  kWait,
  kEnd,
};

// One thread, that of the collector.
class FileReading {
 public:
  // What it works with; all of it outlives it. Each collector has one FileReading.
  struct Surroundings {
    Collector& collector;
    Claims& claims;
    const Stop& stop;
    source::Progress& progress;
    const Storing* storing = nullptr;  // null: the database always takes batches
  };
  struct Manner {
    bool followed = false;
    bool waits = false;  // for the database to take batches; else the source ends as interrupted
  };

  FileReading(const Surroundings& around, const Manner& manner);
  ~FileReading();
  FileReading(const FileReading&) = delete;
  FileReading& operator=(const FileReading&) = delete;

  // Begins with another file, whose report has this name: kOpen. What was open is closed.
  ReadState Begin(const std::string& name);
  // Once more with the same file: goes on where this run left it. kOpen.
  ReadState BeginAgain();

  // In kOpen. Reads the first frame, which may block as the waiter of `input` allows.
  ReadState Opened(std::unique_ptr<frame::Input> input);
  // The report says so. kEnd, but where the claim is held still.
  ReadState Fail(source::State state, std::string reason);

  // Any state but kOpen and kEnd.
  ReadState Step(ReadState state);

  // In kWait: nobody's claim is held while nothing comes. True if frames were taken since it was
  // true last.
  bool Rest();

  // In kEnd: how many frames were taken, for the progress.
  void ShowEnd() { ShowProgress(report_.counters.frames); }
  void CloseReader() { reader_.reset(); }

  source::Reader* reader() { return reader_.get(); }  // null: nothing is open
  source::Report& report() { return report_; }
  // Captures opened since this object was made, and each time anew.
  std::uint64_t opens() const { return opens_; }

 private:
  ReadState First();
  ReadState ClaimSource();
  ReadState Compare();
  ReadState Differs(const record::Position& taken);
  ReadState EndUncompared();
  ReadState BeginToRead();
  ReadState Read();
  ReadState Reclaim();
  ReadState AwaitMore();
  ReadState Later(ReadState state);
  ReadState Finish();

  bool pending() const { return !frame_.has_value() && reader_->end() == source::End::kNone; }
  bool AwaitStoring();
  void ReleaseClaim();
  bool ClockJumped();
  bool MayJudgeAnew();
  ReadState JudgeAnew();
  void ForgetRefused();
  std::optional<record::Position> StandsAt() const;
  void Conclude();
  void CountBroken();
  void ShowProgress(std::uint64_t frames);  // taken of this source by now

  Collector& collector_;
  Claims& claims_;
  ClaimHolder holder_;
  const Stop& stop_;
  source::Progress& progress_;
  const Storing* storing_;
  const Manner manner_;
  source::ClockJumps clock_;
  unsigned clock_unseen_ = 0;  // frames taken since it was looked at

  source::Report report_;
  std::unique_ptr<source::Reader> reader_;
  std::uint64_t opens_ = 0;
  std::optional<Bytes> frame_;  // read, not yet taken
  bool at_first_ = false;       // it is the first one of the file
  // Which file stood at the path before it was opened: device and number. None: it cannot be told.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> file_;
  bool became_another_ = false;  // in this Begin, once
  bool again_ = false;           // the file is opened anew for another look at the same source
  ReadState resume_ = ReadState::kRead;  // after kWait

  record::SourceId id_;
  record::Beginning beginning_;                    // of the file, whatever it was compared with
  std::optional<record::Comparison> comparison_;   // in kCompare
  std::optional<record::SourcePosition> left_at_;  // by this run, when the file is begun again
  source::Place place_;                            // of id_
  Claim claim_;                                    // of id_
  std::uint64_t passed_ = 0;  // bytes of it that others took while it was not held
  std::uint64_t frames_told_ = 0;
  std::uint64_t frames_before_ = 0;  // taken by earlier runs and others
  std::uint64_t shown_bytes_ = 0;
  std::uint64_t shown_frames_ = 0;
};

}  // namespace pdns::ingest
