// What a person names on the command line -> [ListSources] -> the captures it means, in order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"

namespace pdns::ingest {

struct SourcePath {
  std::string path;        // "-" is standard input
  std::uint64_t size = 0;  // on disk, 0 when not known
  Status status;           // not ok: named, but cannot be read
};

// A directory means every regular file in it and below, in the byte order of their paths; links to
// directories are not followed. Everything else stands for itself.
std::vector<SourcePath> ListSources(const std::vector<std::string>& arguments);

}  // namespace pdns::ingest
