// One folder, one user at a time, over all processes: path -> [FolderLock] -> held or busy.
//
// The lock is flock(2) on the folder itself: nothing is written, and it ends with the process that
// holds it, however that ends. On a file system without locks it holds nobody up.
//
// A value that can be moved. One thread at a time.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "base/status.h"

namespace pdns {

class FolderLock {
 public:
  enum class Kind : std::uint8_t { kShared, kAlone };

  // Does not wait. kBusy: another holds it; kNoInput: there is no such folder; kIo. Files may be
  // locked as well.
  static Result<FolderLock> Lock(const std::string& path, Kind kind);

  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}

  int fd_;
};

// Is `inner` the folder `outer` or a place inside it? Links are followed as far as the two are
// there. Any thread.
bool IsWithin(const std::string& inner, const std::string& outer);

// What the file system of `path` has left for this user, in bytes; kUnknownBytes if it does not
// say. Any thread.
inline constexpr std::uint64_t kUnknownBytes = std::numeric_limits<std::uint64_t>::max();
std::uint64_t FreeBytes(const std::string& path);

// kDisk, kIo. So that names made or changed in the folder last. Any thread.
Status SyncFolder(const std::string& path);

}  // namespace pdns
