// Files of the outbox: written so that they are there after a crash of the machine, and read whole.
//
// Functions: any thread. Errors: kDisk where the disk is full, read-only or failing; else kIo.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace pdns::store_clickhouse {

// Something that is too large to be made whole in memory: it hands its bytes to the sink, piece by
// piece, and ends with the first error of the sink.
using PieceSink = std::function<Status(std::string_view piece)>;
using Pieces = std::function<Status(const PieceSink& sink)>;

// As WriteFile below.
Status WriteFile(const std::string& path, const Pieces& pieces);

// A file that is read from its start, piece by piece. One thread at a time.
class FileReader {
 public:
  static Result<FileReader> Open(const std::string& path);
  FileReader(FileReader&& other) noexcept
      : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
  FileReader& operator=(FileReader&&) = delete;
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  ~FileReader();

  // At most `size` bytes; 0 at the end. kDisk, kIo.
  Result<std::size_t> Read(char* into, std::size_t size);

 private:
  FileReader(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::string path_;
  int fd_;
};

// Makes or replaces `path`, and syncs its bytes. Its name is durable after SyncDirectory. After an
// error the file is not there, or not whole.
Status WriteFile(const std::string& path, std::string_view bytes);

Status RenameFile(const std::string& from, const std::string& to);

// No error if it is not there.
Status RemoveFile(const std::string& path);

Status SyncDirectory(const std::string& path);

// Nothing if there is no such file. kCorrupt: it has more than `most` bytes, or is no regular file.
Result<std::optional<std::string>> ReadFile(const std::string& path, std::size_t most);

// Held until it is destroyed, or the process ends.
class DirectoryLock {
 public:
  // Of the file `path`, which it makes. kBusy names the process that has it.
  static Result<DirectoryLock> Acquire(const std::string& path);
  DirectoryLock(DirectoryLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace pdns::store_clickhouse
