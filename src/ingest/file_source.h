// One capture, taken exactly once: path -> [FileSource] -> collector, and what became of it.
//
// The source is known by content (record/position.h). So a capture that was taken is not taken
// again under another name or compression, and one that has grown goes on where it was left. A
// capture that is followed is such a source as well: taken by a second lane while it is silent, it
// is counted once.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/stop.h"
#include "frame/input/input.h"
#include "ingest/claims.h"
#include "ingest/collector.h"
#include "source/diagnosis.h"
#include "source/kind.h"
#include "source/place.h"
#include "source/reader.h"
#include "source/report.h"

namespace pdns::ingest {

class FileSource : public frame::Waiter {
 public:
  // One for each collector. `storing` outlives it; null: the database always takes batches. While
  // it takes none, Read ends the source as interrupted, unless it `waits` as Follow does.
  // `memory`, which outlives it as well, is what compressed files share; null: each has
  // frame::kUnpackAlone.
  FileSource(Collector& collector, Claims& claims, const Stop& stop, source::Progress& progress,
             const Storing* storing = nullptr, bool waits = false,
             frame::UnpackMemory* memory = nullptr);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  // Takes the capture at `path`, "-" being standard input. Never fails as a whole: the report says
  // it. `rule` names a folder: nobody named it, it stood there; compressed or removed since, it is
  // taken under its new name or has vanished.
  source::Report Read(const std::string& path, const frame::OpenRule& rule = {});

  // Takes the capture at `path` while it is being written, and those that come after it under that
  // name (rotation, truncation, a file not there yet), until the stop; each goes on where an
  // earlier run left it. `tell` is called from this thread: with `ended` when a file has had its
  // time, could not be taken or the stop came; without, its state then being of no meaning, when
  // all that is there for now was taken. What cannot be opened is told once and tried again. The
  // window is handed over by age; what is left in it at the end is the caller's to drain.
  using Tell = std::function<void(const source::Report&, bool ended)>;
  void Follow(const std::string& path, const Tell& tell);

  // While a pipe or a followed file is silent, what it gave before must not grow older than
  // allowed, and a followed file is nobody's.
  bool AwaitReadable(int fd) override;

  // Hands over what it gave before, which another lane may wait for.
  bool AwaitMemory() override;

 private:
  enum class Turn : std::uint8_t { kTake, kPassOver, kFailed };
  enum class Match : std::uint8_t { kNew, kHere, kShorter, kOther, kFailed };

  void Begin(const std::string& path);
  void ReadSource();
  void ReadOpened();
  bool MissedMemory();
  void CloseReader();
  void Pause();
  void Rest();
  Turn ClaimAgain();
  void LetGo();
  bool OpenAtFirstFrame();
  Result<std::unique_ptr<frame::Input>> Open();
  bool Hold(const record::SourceId& id);
  bool FindPlace();
  Match Compare(const std::optional<record::Position>& taken);
  bool ReadFrames();
  bool AwaitStoring();
  void Conclude();
  void CountBroken();
  void Fail(source::State state, std::string reason);
  void ShowProgress(std::uint64_t frames);  // taken of this source by now

  Collector& collector_;
  Claims& claims_;
  ClaimHolder holder_;
  const Stop& stop_;
  source::Progress& progress_;
  const Storing* storing_;
  bool waits_;  // for the database to take batches
  frame::UnpackMemory* memory_;

  std::string path_;
  frame::OpenRule rule_;
  source::Report report_;
  std::optional<frame::UnpackShare> share_;  // of what reader_ reads; set where memory_ is
  std::size_t missed_ = 0;   // what it takes, when it has to be opened anew for it ...
  std::size_t reserve_ = 0;  // ... and what is better drawn, so that it is not opened a third time
  std::optional<record::SourcePosition> left_at_;  // then, by this run
  std::unique_ptr<source::Reader> reader_;
  std::optional<Bytes> frame_;  // read, not yet taken
  source::Place place_;
  Claim claim_;                   // of the source at place_
  const Tell* follow_ = nullptr;  // set: the file is followed
  std::uint64_t uncompared_ = 0;  // frames of a source that is Match::kShorter
  std::uint64_t frames_told_ = 0;
  std::uint64_t frames_before_ = 0;  // taken by earlier runs and other lanes
  std::uint64_t shown_bytes_ = 0;
  std::uint64_t shown_frames_ = 0;
};

}  // namespace pdns::ingest
