#include "record/outcome.h"

#include <array>

namespace pdns::record {

CounterName NameOf(FrameOutcome outcome) {
  static constexpr auto kNames = std::to_array<CounterName>({{"", "used"},
                                                             {"", "skipped"},
                                                             {"malformed", "frame"},
                                                             {"malformed", "protobuf"},
                                                             {"malformed", "dns"},
                                                             {"malformed", "line"},
                                                             {"refused", "no_message"},
                                                             {"refused", "no_time"},
                                                             {"refused", "past_time"},
                                                             {"refused", "future_time"},
                                                             {"refused", "not_response"},
                                                             {"refused", "opcode"},
                                                             {"refused", "question"},
                                                             {"refused", "rcode"},
                                                             {"refused", "truncated"},
                                                             {"refused", "not_stored"}});
  static_assert(kNames.size() == kFrameOutcomes);
  return kNames.at(static_cast<std::size_t>(outcome));
}

CounterName NameOf(RecordOutcome outcome) {
  static constexpr auto kNames = std::to_array<CounterName>({{"", "stored"},
                                                             {"record", "class"},
                                                             {"record", "meta"},
                                                             {"record", "malformed"},
                                                             {"record", "duplicate"},
                                                             {"quarantine", "off_chain"},
                                                             {"quarantine", "out_of_bailiwick"}});
  static_assert(kNames.size() == kRecordOutcomes);
  return kNames.at(static_cast<std::size_t>(outcome));
}

std::string_view MessageTypeName(std::size_t type) {
  static constexpr std::array<std::string_view, kMessageTypes> kNames{
      "UNKNOWN",         "AUTH_QUERY",        "AUTH_RESPONSE",
      "RESOLVER_QUERY",  "RESOLVER_RESPONSE", "CLIENT_QUERY",
      "CLIENT_RESPONSE", "FORWARDER_QUERY",   "FORWARDER_RESPONSE",
      "STUB_QUERY",      "STUB_RESPONSE",     "TOOL_QUERY",
      "TOOL_RESPONSE",   "UPDATE_QUERY",      "UPDATE_RESPONSE"};
  return type < kNames.size() ? kNames[type] : kNames[0];
}

}  // namespace pdns::record
