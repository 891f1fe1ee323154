// What becomes of a frame and of a record: each counted under exactly one of these names.
//
// The order of the enumerators is the order of the checks, so that a frame or record with several
// faults has one name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pdns::record {

enum class FrameOutcome : std::uint8_t {
  kUsed,
  kSkipped,  // another dnstap message type; counted per type
  kMalformedFrame,
  kMalformedProtobuf,
  kMalformedDns,
  kMalformedLine,  // of a log or an export: not of its form
  kNoMessage,
  kNoTime,
  kPastTime,
  kFutureTime,
  kNotResponse,
  kOpcode,
  kQuestion,
  kRcode,
  kTruncated,
  kNotStored,  // of an accepted type, not looked at further: the database took no batches then
};
inline constexpr auto kFrameOutcomes = static_cast<std::size_t>(FrameOutcome::kNotStored) + 1;

enum class RecordOutcome : std::uint8_t {
  kStored,
  kClass,
  kMeta,
  kMalformed,
  kDuplicate,
  kOffChain,
  kOutOfBailiwick,
};
inline constexpr auto kRecordOutcomes =
    static_cast<std::size_t>(RecordOutcome::kOutOfBailiwick) + 1;

// A counter's place in the report: "refused" "rcode". Group is empty for used, stored and skipped.
struct CounterName {
  std::string_view group;
  std::string_view name;
};

CounterName NameOf(FrameOutcome outcome);
CounterName NameOf(RecordOutcome outcome);

// dnstap message types by number, 1..14: "RESOLVER_RESPONSE"; "UNKNOWN" for every other number.
inline constexpr std::size_t kMessageTypes = 15;  // 0 stands for unknown
std::string_view MessageTypeName(std::size_t type);

}  // namespace pdns::record
