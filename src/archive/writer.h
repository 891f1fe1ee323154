// Frames on their way into the archive's files: appending thread -> [Writer] -> disk, by a
// thread of its own, so that a slow disk never holds up a socket.
//
// In between lies a queue of bytes that are framed already, at most `buffer` of them. When a write
// fails or the file system has less than `min_free` left, writing pauses; 5 s later, when there is
// room, it takes new files again. A file whose write failed is cut back to its last whole frame and
// takes nothing more; what was queued for it is lost, and counted.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "archive/keeper.h"
#include "archive/system.h"
#include "base/bytes.h"
#include "frame/stream_writer.h"

namespace pdns::archive {

class Writer {
 public:
  struct Settings {
    std::string directory;
    std::string name;
    std::uint64_t min_free = 0;
    std::size_t buffer = 0;
  };
  struct Figures {
    std::uint64_t frames = 0;  // that stand in files
    std::uint64_t bytes = 0;   // of all files, uncompressed
    std::uint64_t files = 0;
    std::uint64_t lost = 0;  // frames that were queued and could not be written
    std::uint64_t pauses = 0;
    bool paused = false;
    std::uint64_t disk_free = 0;
    std::string file;  // the path written now; empty: none
  };

  // `system` and `keeper` are good as long as this object.
  Writer(Settings settings, const System& system, Keeper& keeper);
  ~Writer();  // as Finish
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // The appending thread's calls. None waits for the disk.

  // May a new file begin?
  bool paused() const { return paused_.load(std::memory_order_relaxed); }
  // Shall the file begun last go on?
  bool CanGoOn() const { return !paused() && failed_.load(std::memory_order_relaxed) != begun_; }
  bool HasRoom(std::size_t size) const;
  void Begin(std::chrono::sys_seconds arrival);  // a file, with START
  void Add(Bytes payload);                       // to the file begun last
  void End();                                    // of that file: STOP
  // No new file for a while; `reason` is logged.
  void Pause(const std::string& reason);

  // Waits until all that was added before is written and synced. False: of what was added since the
  // Flush before, some was lost. Any thread.
  bool Flush();

  Figures figures() const;  // any thread

  // Writes what is queued and ends the thread. Nothing may be added afterwards.
  void Finish();

 private:
  using Clock = std::chrono::steady_clock;
  struct Chunk {
    std::uint64_t file = 0;
    std::optional<std::chrono::sys_seconds> begins;  // the first of its file: the frame's arrival
    bool ends = false;                               // the last one
    std::uint64_t frames = 0;
    std::string bytes;
  };

  Chunk& Tail();
  void Run();
  void Write(const Chunk& chunk);
  void Open(std::uint64_t file, std::chrono::sys_seconds begun);
  bool NewFile(std::chrono::sys_seconds begun);
  void SyncFile();
  void Close();
  void Fail(const Status& status);
  void Lose(std::uint64_t frames);
  void LookAtDisk();

  const Settings settings_;
  const System& system_;
  Keeper& keeper_;

  // Shared between the appending and the writing thread.
  std::atomic<bool> paused_{false};
  std::atomic<std::uint64_t> failed_{0};  // the last file whose write failed
  std::atomic<std::size_t> held_{0};      // bytes queued or being written
  std::uint64_t begun_ = 0;               // files; the appending thread's

  mutable std::mutex mutex_;  // the queue, the marks of Flush, the figures
  std::condition_variable work_;
  std::condition_variable synced_;
  std::deque<Chunk> queue_;
  bool finishing_ = false;
  bool ended_ = false;
  // Counted in frames, since the beginning.
  std::uint64_t added_ = 0;
  std::uint64_t wanted_ = 0;     // to be synced, by Flush
  std::uint64_t synced_to_ = 0;  // written and synced, or lost
  std::uint64_t lost_at_ = 0;    // the last loss lies at or before it
  std::uint64_t told_ = 0;       // losses up to here were told by a Flush
  Figures figures_;
  Clock::time_point resume_at_{};
  Clock::time_point next_warning_{};
  bool warned_ = false;  // of the pause that is on

  // The writing thread's.
  std::uint64_t done_ = 0;  // frames written or lost
  std::uint64_t file_ = 0;  // opened last
  std::unique_ptr<frame::StreamWriter> stream_;
  std::string path_;
  bool unsynced_ = false;
  bool name_synced_ = false;
  Clock::time_point next_look_{};

  std::thread thread_;
};

}  // namespace pdns::archive
