// The archive of what a live ingester takes: frames -> [Archive] -> Frame Streams files in a
// folder, rotated, compressed and removed by rule.
//
// Each frame gets the place in its file that a later reader of the file will find it at, so that
// the ledger, told that place in the batch that holds the frame, knows the file as a source taken
// so far. A full or failing disk costs the archive, never the ingest: it pauses, says so, counts
// what it leaves out, and goes on with a new file when there is room again.
//
// Files: archive_files.h; bytes: https://farsightsec.github.io/fstrm/. Threads of its own: one that
// writes, one that compresses and removes.
//
// One thread appends, rotates and closes; what is for any thread says so.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "archive/files.h"
#include "archive/keeper.h"
#include "archive/system.h"
#include "archive/writer.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/status.h"
#include "record/batch.h"
#include "source/place.h"

namespace pdns::archive {

struct Options {
  std::string directory;
  std::string name = "pdns";                // of its files; several archives may share a folder
  bool all = false;                         // for the caller: every frame, or accepted ones only
  std::chrono::seconds rotate_after{3600};  // 0: never
  std::uint64_t rotate_bytes = 0;           // uncompressed; 0: never
  std::chrono::seconds keep_for{0};         // 0: for ever
  std::uint64_t keep_bytes = 0;             // on disk; 0: without end
  std::uint64_t min_free = 1U << 30;        // of the file system; with less, archiving pauses
  bool compress = true;
  std::size_t buffer = 16U << 20;  // of frames that wait for the disk
};

struct Figures {
  std::uint64_t frames = 0;    // that stand in files
  std::uint64_t bytes = 0;     // of all files, uncompressed
  std::uint64_t files = 0;     // begun
  std::uint64_t left_out = 0;  // frames given to Append that are in no file
  std::uint64_t rotations = 0;
  std::uint64_t removed = 0;     // files
  std::uint64_t compressed = 0;  // files
  std::uint64_t pauses = 0;
  bool paused = false;
  std::uint64_t disk_free = 0;
  std::string file;  // the path written now; empty: none
};

// Both are called by the thread that appends, inside Append, Tick, Rotate and Close.
struct Hooks {
  // A file begins: which source is it? On an error the archive pauses.
  std::function<Result<record::SourceId>(const Sha256Digest& first_frame)> on_begin;
  // It gets no more frames; the position is that of the last one given out.
  std::function<void(const record::SourceId&, const record::Position&)> on_end;
};

class Archive {
 public:
  // kUsage: a name or folder that cannot be; kIo: the folder cannot be made or written to, or
  // another ingester writes files of this name there. The folder is made when its parent exists.
  static Result<std::unique_ptr<Archive>> Open(Options options, Hooks hooks, System system = {});
  // Would Open succeed? `ours`: an archive of that folder and name is open in the process before,
  // which will let go of it. Errors as Open.
  static Status Check(const Options& options, bool ours);

  ~Archive();  // as Close
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  // Queues a frame, never waiting for the disk, and tells its source and place, good until the next
  // call. Null, and counted as left out: the archive is paused or closed, the buffer is full, or no
  // reader would take a payload of this length. One thread.
  const source::Place* Append(Bytes payload);

  // Waits until the buffer has room for a frame of so many bytes, at most `longest`. False: it has
  // none; true at once while archiving pauses. By the thread that appends.
  bool AwaitRoom(std::size_t size, std::chrono::milliseconds longest) const;

  // Ends a file that is old, or that the disk has no room for. Cheap; to be called when idle, by
  // the thread that appends.
  void Tick();

  // Ends the file that is being written, if there is one; the next frame begins another. By the
  // thread that appends.
  void Rotate();

  // Waits until every frame appended before is written and on the disk. False: some of those
  // appended since the Flush before are not, and the archive is paused. Any thread.
  bool Flush();

  // Ends the file and the threads; the next ingester may have the folder. What is not compressed
  // yet is left for it. By the thread that appends.
  void Close();

  Figures figures() const;  // any thread

 private:
  Archive(Options options, Hooks hooks, System system, int lock);
  void EndIfDue(std::uint64_t next);
  bool BeginIfNone(Bytes payload);
  void EndFile();

  const Options options_;
  const Hooks hooks_;
  const System system_;
  int lock_;  // the descriptor that holds the folder; -1 once closed
  Keeper keeper_;
  Writer writer_;

  // The appending thread's.
  bool open_ = false;
  source::Place place_;
  std::chrono::steady_clock::time_point begun_{};

  std::atomic<std::uint64_t> left_out_{0};
  std::atomic<std::uint64_t> rotations_{0};
};

}  // namespace pdns::archive
