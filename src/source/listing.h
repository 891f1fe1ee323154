// What a person names on the command line -> [ListPaths] -> the captures it means, in order.
//
// A Path is a value. Functions: any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "frame/input/input.h"

namespace pdns::source {

struct Path {
  std::string path;        // "-" is standard input
  std::uint64_t size = 0;  // on disk, 0 when not known
  Status status;           // not ok: named, but cannot be read
  // Of one that was found in a folder: how it is opened. It may be gone by then.
  frame::OpenRule rule{};

  bool listed() const { return !rule.folder.empty(); }
};

// A directory means every regular file in it and below, in the byte order of their paths; hidden
// ones (".x": files still being made, locks) are passed over, and so are links. Everything else
// stands for itself.
std::vector<Path> ListPaths(const std::vector<std::string>& arguments);

// The same for somebody else, whose folders are not to cost what they like: kUsage when there are
// more than `most` entries in them, of whatever kind.
inline constexpr std::size_t kMostEntries = 200'000;  // some 50 MiB
Result<std::vector<Path>> ListPaths(const std::vector<std::string>& arguments, std::size_t most);

// Standard input, a FIFO, a device: what may be silent for as long as somebody else likes.
bool IsPipe(const Path& source);

}  // namespace pdns::source
