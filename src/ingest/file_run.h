// A row of captures, read by as many readers as there are cores: paths -> [ReadFiles] -> Drainer,
// and the report.
//
// Threads: as many files at once as there are cores, each thread taking the next file when it is
// done; for fewer files than cores, several workers within each. The readers share the claims, the
// drainer and the progress, nothing else.
//
// What is wrong with a file is logged when it has been read, by a LogLimit: whoever may name files
// can name as many as /proc has. The report has all of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/log_limit.h"
#include "base/stop.h"
#include "ingest/claims.h"
#include "ingest/drainer.h"
#include "ingest/file_source.h"
#include "ingest/report.h"
#include "source/listing.h"
#include "source/policy.h"

namespace pdns::ingest {

struct FilePlan {
  std::vector<source::Path> sources;
  source::Policy policy;
  std::chrono::nanoseconds flush_interval = std::chrono::seconds(10);
  std::size_t window_memory = 192U << 20;  // of all windows together
  std::size_t cores = 0;                   // 0: all there are
  const Storing* storing = nullptr;        // as FileSource
  bool waits = false;                      // likewise
  frame::UnpackMemory* memory = nullptr;   // likewise
  LogLimit* complaints = nullptr;  // of files, shared with other runs; none: the run has its own
};

// Returns when all is read and what was taken is in the sink, or after a stop. kIo, kCorrupt: the
// sink failed, and what it had not confirmed is not stored.
Result<RunReport> ReadFiles(const FilePlan& plan, Drainer& drainer, Claims& claims,
                            const Stop& stop, source::Progress& progress);

// Damaged, or not to be read.
bool NeedsLook(const source::Report& report);

// To follow the name of a source that source::OnlyForwards.
inline constexpr std::string_view kOnlyForwards =
    ": FORWARDER_RESPONSE frames only. This resolver forwards, and its answers are not taken: they "
    "are, if FORWARDER_RESPONSE is one of the message types that are accepted";

}  // namespace pdns::ingest
