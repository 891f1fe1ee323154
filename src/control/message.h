// What a control socket carries: lines of JSON, one request, then replies. Text -> [ControlMessage]
// -> values, and back.
//
//   {"op":"backfill","paths":["/absolute"]}  with "accepted":16, "untrusted":0 or both
//   {"op":"tap"}   {"op":"status"}
//   {"op":"admin","command":"expire","options":[["older","400d"],["dry-run",""]]}
//   {"progress":{"bytes_total":0,"bytes_done":0,"frames":0}}  of an admin command, frames are rows
//   {"exit":0,"text":"for stderr","report":"for stdout","again":false}
//   {"error":"sentence","code":64}  with "busy":true where a later try may do
//   {"ok":true}  followed by a Frame Streams stream (control/taps.h)
//
// Foreign bytes: a request is at most kLongestLine; a report names every file,
// and may be as long as kLongestReply. Neither is nested deeper than json::Limits allows, nor has
// more values than json::kSmallDocument.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "source/policy.h"

namespace pdns::control {

inline constexpr std::size_t kLongestLine = 1U << 20;
inline constexpr std::size_t kLongestReply = 64U << 20;
inline constexpr std::size_t kLongestCommand = 32;
inline constexpr std::size_t kMostOptions = 1000;
inline constexpr std::size_t kMostPaths = 30'000;  // fewer than values of a json::kSmallDocument

struct Request {
  enum class Operation : std::uint8_t { kBackfill, kTap, kStatus, kAdmin };
  Operation operation = Operation::kStatus;
  std::vector<std::string> paths;  // of a backfill: absolute, at most kMostPaths
  // Of a backfill: what the client was told to take, if it was. Who may ask does not decide that:
  // an ingester refuses what is not its own way.
  std::optional<dnstap::TypeSet> accepted;
  std::optional<source::Untrusted> untrusted;
  // Of an admin command: its name, of a-z and '-', at most kLongestCommand bytes; and its options
  // with their values as pdns-admin was given them, at most kMostOptions, none with a byte 00. A
  // flag has an empty value. Which there are, and what they mean, admin/work.h knows.
  std::string command;
  std::vector<std::pair<std::string, std::string>> options;
};

struct ProgressMade {
  std::uint64_t bytes_total = 0;
  std::uint64_t bytes_done = 0;
  std::uint64_t frames = 0;
};

// Exactly one of the three, or none: {"ok":true}.
struct Reply {
  struct Report {
    int exit_code = 0;
    std::string text;    // for a person
    std::string json;    // one line
    bool again = false;  // the ingester makes way for the next one: ask that for the rest
  };
  std::optional<ProgressMade> progress;
  std::optional<Report> report;
  Status error;
};

// One line each, its end included.
std::string ToLine(const Request& request);
std::string ToLine(const Reply& reply);

// Without the line's end. kMalformed, with a sentence.
Result<Request> ParseRequest(std::string_view line);
Result<Reply> ParseReply(std::string_view line);

}  // namespace pdns::control
