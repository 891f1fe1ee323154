// The ordinary dnstap payload by hand: payload -> [ReadFields] -> the six fields that the pipeline
// needs.
//
// protobuf-c makes an object of every field: a lookup, a piece of memory and a copy each, 4,200
// instructions a message; this passes over the same bytes in place, in 430. It knows one shape
// only, the one that resolvers write: known fields in any order, each at most once, keys of one
// byte, shortest varints, no Policy, both types there. At anything else it gives up, and the
// generated code decides; so what it takes, protobuf-c takes, for the same
// (tests/fuzz/dnstap_fields.cc).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace pdns::dnstap {

// Views into the payload.
struct Fields {
  Bytes identity;          // of the envelope; absent and empty are the same
  std::uint32_t type = 0;  // of the Message; its envelope is of type MESSAGE
  std::optional<std::uint64_t> query_seconds;
  std::optional<std::uint64_t> response_seconds;
  Bytes query_zone;  // absent and empty are the same
  std::optional<Bytes> response_message;
};

// False: not of the ordinary shape, whether well-formed or not; `fields` is then unspecified.
bool ReadFields(Bytes payload, Fields& fields);

}  // namespace pdns::dnstap
