// What the archive asks of the system it runs on: clocks, free space, new files. One place, so that
// tests can play a clock that moves and a disk that is full.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "base/status.h"

namespace pdns::archive {

// Bytes that this process may still write to the file system of `directory`. kIo: it does not tell.
Result<std::uint64_t> DiskFree(const std::string& directory);

// A new file for writing, or -1 and errno; EEXIST when there is one.
int CreateFile(const std::string& path);

// Makes the names in `directory` as durable as the files' content. Best effort.
void SyncDirectory(const std::string& directory);

// A value; its functions are called from the archive's threads, several at once.
struct System {
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
  std::function<std::chrono::steady_clock::time_point()> steady = std::chrono::steady_clock::now;
  std::function<Result<std::uint64_t>(const std::string& directory)> disk_free = DiskFree;
  std::function<int(const std::string& path)> create = CreateFile;
};

}  // namespace pdns::archive
