// Where the bytes of a capture come from: path or descriptor -> [Input] -> uncompressed bytes.
//
// Plain or compressed (gzip, bzip2, xz, zstd, lz4) is told by content, never by name; up to
// kMostLayers compressions may lie in one another. What each takes to be unpacked is drawn from
// the share of the file before it is allocated (frame/input/unpack_memory.h): xz and zstd by the
// headers of the file; gzip 1 MiB, bzip2 5 MiB, lz4 two of its blocks and 0.5 MiB (at most 8.5 MiB,
// 17 MiB in its legacy form).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "frame/input/unpack_memory.h"

namespace pdns::frame {

// Asked before a read that may block (pipe, terminal, FIFO; never a regular file), in the thread of
// the input that reads.
class Waiter {
 public:
  virtual ~Waiter() = default;
  // Returns when `fd` can be read; false when the process shall end instead. May do other work
  // meanwhile.
  virtual bool AwaitReadable(int fd) = 0;

  // Asked before a wait for memory that other files hold, and ten times a second during it. When it
  // returns, nothing is kept back that others may wait for. False when the process shall end
  // instead.
  virtual bool AwaitMemory() { return true; }
};

// One thread at a time.
class Input {
 public:
  virtual ~Input() = default;

  // Up to into.size() bytes (not empty); 0 at the end, at a stop, and where compressed data was cut
  // off. kIo: the system failed; kMalformed: the compressed data is damaged. After either, what was
  // read before is good and no more will come. kBusy: there is nothing for now, which only a file
  // says that is followed with AtEnd::kReturn (input/followed.h): Await, then read again.
  virtual Result<std::size_t> Read(std::span<std::uint8_t> into) = 0;

  // After kBusy: waits, as the waiter allows, until there may be more. False: the waiter says stop,
  // and Read returns 0 from now on.
  virtual bool Await() { return true; }

  // Passes over `n` bytes; returns how many there were, fewer at the end only. Waits for what is
  // not there yet.
  virtual Result<std::uint64_t> Skip(std::uint64_t n);

  // After Read has returned 0: which compressed data was cut off, and where, in words. Empty if
  // none was. At a stop it says where reading stopped.
  virtual std::string cut() const { return {}; }

  // Bytes taken from the file so far, as they lie on disk: for progress.
  virtual std::uint64_t consumed() const = 0;

  // May the same bytes be had again by opening the path anew?
  virtual bool reopenable() const = 0;
};

// How many of its first bytes tell what a stream is. No shorter Frame Streams file has a data frame
// (START 12 bytes, a length 4, a payload), so a frame of a slow pipe never waits for what follows.
inline constexpr std::size_t kHeadSize = 16;

// A Frame Streams file begins with the escape of its START frame, four zero bytes, which no
// compression does. `head`: kHeadSize bytes, or all that there are.
bool BeginsFrameStreams(std::string_view head);

// Which files may be opened. Whoever may write to a folder may put anything there, at any moment: a
// FIFO that blocks its reader for ever, a device, a link to elsewhere. What a rule excludes is not
// opened at all, so that the writer of a FIFO does not notice. A value.
struct OpenRule {
  bool regular = false;  // regular files only
  // Not empty: `path` lies below this folder, and no link is followed on the way. Regular files
  // only.
  std::string folder;
  // Is what begins so a capture as it lies there, not compressed? `head` has kHeadSize bytes, or
  // all that there are. Null: BeginsFrameStreams.
  bool (*is_plain)(std::string_view head) = nullptr;
};

// A descriptor of the regular file `path`, by `rule`, which does not block. -1 and errno:
// EMEDIUMTYPE if it is none.
int OpenRegular(const std::string& path, const OpenRule& rule);

inline constexpr int kMostLayers = 4;

// For a file that shares its memory with no other: enough for xz -9 and zstd --long=27.
inline constexpr std::size_t kUnpackAlone = 140U << 20;

// Opens `path`, "-" being standard input. `waiter` and `share` outlive the input; without a share
// it has kUnpackAlone.
// kIo: cannot be opened or read, or may not be by `rule`, or takes too much memory; kMalformed:
// neither a Frame Streams file nor compressed.
Result<std::unique_ptr<Input>> OpenInput(const std::string& path, Waiter& waiter,
                                         const OpenRule& rule = {}, UnpackShare* share = nullptr);

// The bytes of an open descriptor, which is closed with it. `regular`: nothing has to be waited for
// but what the system calls regular and gives EAGAIN all the same (as in /proc, or by FUSE).
std::unique_ptr<Input> MakePlainInput(int fd, bool regular, Waiter& waiter);

// Unpacks `raw`, whose content decides how. kMalformed when no known compression is found.
Result<std::unique_ptr<Input>> Unpack(std::unique_ptr<Input> raw, UnpackShare* share = nullptr);

}  // namespace pdns::frame
