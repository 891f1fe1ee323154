// The files of an archive by their names: folder -> [ListFiles] -> files, oldest first; what to
// keep of them, and when to begin a new one.
//
// NAME-20261122T190000Z.dnstap: UTC of the first frame's arrival; a second file of the same second
// is NAME-20261122T190000Z-2.dnstap. Compressed, ".zst" follows. Decisions here are pure: the
// caller gives the time and does the deed. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace pdns::archive {

// Zero stands for never and without end.
struct RotateRule {
  std::chrono::seconds after{0};
  std::uint64_t bytes = 0;
};

struct KeepRule {
  std::chrono::seconds age{0};
  std::uint64_t bytes = 0;  // on disk, of all files together
};

struct File {
  std::string file;  // its name in the folder
  std::chrono::sys_seconds begun{};
  unsigned ordinal = 1;     // among those of one second
  bool compressed = false;  // ".zst"
  std::uint64_t size = 0;   // on disk
};

// "NAME-20261122T190000Z.dnstap"; from the second `ordinal` on with its number.
std::string FileName(std::string_view name, std::chrono::sys_seconds begun, unsigned ordinal);

// Nothing when `file` is not one that FileName makes for `name`, with ".zst" or without.
std::optional<File> ParseFileName(std::string_view name, std::string_view file);

// Where the compressed form of `file` grows: hidden, so that nobody takes it for a capture.
std::string PartName(std::string_view file);
bool IsPartName(std::string_view name, std::string_view file);

// kUsage when `name` cannot begin a file name.
Status CheckName(std::string_view name);

// The files of `name` in `directory`, oldest first; a file's two forms stand side by side while it
// is being compressed. kIo: the folder cannot be read.
Result<std::vector<File>> ListFiles(const std::string& directory, std::string_view name);

// Which of `files` (oldest first) are to go: those whose last frame, by the name of the next file,
// is older than allowed, and the oldest as long as all together are too large. Never `writing`. For
// their age alone the oldest, and further ones as long as all of these span no more than `by_age`;
// none if it is zero: `now` may be a clock that jumped.
std::vector<File> Expired(const std::vector<File>& files, std::string_view writing,
                          const KeepRule& keep, std::chrono::sys_seconds now,
                          std::chrono::nanoseconds by_age);

// Shall a file of this age and size, which holds frames, end before `next` bytes more?
bool RotationDue(const RotateRule& rotate, std::chrono::nanoseconds age, std::uint64_t bytes,
                 std::uint64_t next);

}  // namespace pdns::archive
