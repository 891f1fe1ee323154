// What a control socket carries: lines of JSON, one request, then replies. Text -> [ControlMessage]
// -> values, and back.
//
//   {"op":"backfill","paths":["/absolute"]}  with "accepted":16, "untrusted":0 or both
//   {"op":"tap"}   {"op":"status"}
//   {"progress":{"bytes_total":0,"bytes_done":0,"frames":0}}
//   {"exit":0,"text":"for stderr","report":"for stdout","again":false}
//   {"error":"sentence","code":64}  with "busy":true where a later try may do
//   {"ok":true}  followed by a Frame Streams stream (ingest/taps.h)
//
// Guest: RapidJSON. Foreign bytes: a request is at most kLongestLine; a report names every file,
// and may be as long as kLongestReply.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "ingest/lane.h"

namespace pdns::ingest {

inline constexpr std::size_t kLongestLine = 1U << 20;
inline constexpr std::size_t kLongestReply = 64U << 20;

struct ControlRequest {
  enum class Operation : std::uint8_t { kBackfill, kTap, kStatus };
  Operation operation = Operation::kStatus;
  std::vector<std::string> paths;  // of a backfill: absolute
  // Of a backfill: what the client was told to take, if it was. Who may ask does not decide that:
  // an ingester refuses what is not its own way.
  std::optional<dnstap::TypeSet> accepted;
  std::optional<Untrusted> untrusted;
};

struct ControlProgress {
  std::uint64_t bytes_total = 0;
  std::uint64_t bytes_done = 0;
  std::uint64_t frames = 0;
};

// Exactly one of the three, or none: {"ok":true}.
struct ControlReply {
  struct Report {
    int exit_code = 0;
    std::string text;    // for a person
    std::string json;    // one line
    bool again = false;  // the ingester makes way for the next one: ask that for the rest
  };
  std::optional<ControlProgress> progress;
  std::optional<Report> report;
  Status error;
};

// One line each, its end included.
std::string ToLine(const ControlRequest& request);
std::string ToLine(const ControlReply& reply);

// Without the line's end. kMalformed, with a sentence.
Result<ControlRequest> ParseControlRequest(std::string_view line);
Result<ControlReply> ParseControlReply(std::string_view line);

}  // namespace pdns::ingest
