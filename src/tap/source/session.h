// A run of pdns-tap: sources -> [Run] -> text on a descriptor, and how it went.
//
// A SourceList is a value. Run: one thread, which starts others for sources that are read at the
// same time and ends them.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "base/stop.h"
#include "tap/print/printer.h"

namespace pdns::tap {

struct SourceList {
  std::vector<std::string> files{};  // one after the other
  std::vector<std::string> followed{};
  std::vector<std::string> sockets{};  // these and all below at the same time
  std::string control{};               // the control socket of a running ingester; empty: none

  // Does anything of this come as it happens, rather than lie in files?
  bool live() const;
};

struct Outcome {
  Counts counts;
  Status status;             // the first source, or the output, that failed
  bool interrupted = false;  // before everything was read
  bool reader_gone = false;  // nobody reads the output any more
};

// Until all sources have ended, `options.limit` is reached, nobody reads the output, or `interrupt`
// is requested. One source that fails does not end the others.
Outcome Run(const SourceList& sources, const PrintOptions& options, int output,
            const Stop& interrupt);

}  // namespace pdns::tap
