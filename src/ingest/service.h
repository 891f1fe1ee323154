// A whole run: paths and sockets -> [Run] -> sink, until all is read or a stop is asked for.
//
// Threads: as many files at once as there are cores, each thread taking the next file when it is
// done; for fewer files than cores, lanes of their own within each; one lane for all sockets; the
// drainer. They share the claims, the drainer's queue and the progress, nothing else.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/stop.h"
#include "ingest/collector.h"
#include "ingest/drainer.h"
#include "ingest/report.h"
#include "ingest/sources.h"

namespace pdns::ingest {

struct ServiceOptions {
  std::vector<SourcePath> sources;
  std::string socket;  // empty: none
  LanePolicy policy;
  std::chrono::nanoseconds flush_interval = std::chrono::seconds(10);
  std::size_t window_memory = 192U << 20;  // of all windows together
  std::size_t cores = 0;                   // to be used by files; 0: all there are
};

// Runs until the files are read, and, with a socket, until the stop. The report holds what was done
// up to then. kUsage, kIo: the socket cannot be had, and nothing was taken; kIo, kCorrupt: the sink
// failed, and what it had not confirmed is not stored. A stop is no error.
Result<RunReport> Run(const ServiceOptions& options, const Sink& sink, Stop& stop,
                      Progress& progress);

}  // namespace pdns::ingest
