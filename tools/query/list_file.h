// A list in a file, a FIFO or standard input: path, stop -> [ReadListFile] -> its indicators; what
// is none is told on stderr.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ask/list.h"
#include "base/status.h"
#include "base/stop.h"

namespace pdns::tools {

inline constexpr std::size_t kMostBadTold = 20;  // indicators of a list; the others are counted

struct ListFile {
  std::shared_ptr<const ask::List> list;
  std::uint64_t bad = 0;  // lines that are no indicators
};

// "-" is standard input. Nothing: the stop was requested before its end, which may never come: of
// a FIFO without a writer, a terminal, a device. kNoInput: it cannot be read, or is JSON of another
// kind; kIo: reading failed on the way. The thread of main() alone.
Result<std::optional<ListFile>> ReadListFile(const std::string& path, const Stop& stop);

}  // namespace pdns::tools
