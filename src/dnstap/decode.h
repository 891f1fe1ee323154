// One dnstap payload: payload bytes -> [Decoder] -> Response, or the outcome that ends it here.
//
// The ordinary payload is read by hand (fields.h), which spares 3,700 instructions a message; every
// other one goes to the code generated for proto/dnstap.proto.
//
// Guest: protobuf-c, with a bump allocator of the decoder's own in place of malloc: a payload's
// pieces die together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "dnstap/fields.h"
#include "record/outcome.h"

namespace pdns::dnstap {

// Message types by their dnstap number, as a set.
using TypeSet = std::uint32_t;
inline constexpr std::size_t kResolverResponse = 4;
inline constexpr std::size_t kForwarderResponse = 8;
constexpr TypeSet SetOf(std::size_t type) { return TypeSet{1} << type; }

// What the pipeline uses of a message. Views live until the next Decode, and no longer than the
// payload.
struct Response {
  std::size_t message_type = 0;          // 1..14; 0 for a number that dnstap does not define
  std::optional<Bytes> message;          // response_message, DNS wire format, unchecked
  std::optional<std::uint64_t> seconds;  // response_time_sec, else query_time_sec, unchecked
  std::optional<Bytes> zone;  // query_zone: a valid wire name in any case; absent: not known
  Bytes identity;             // of the sensor, any bytes; empty when absent
};

// One thread at a time.
class Decoder {
 public:
  explicit Decoder(TypeSet accepted);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Fills `response`. kUsed: of an accepted type, to be looked at further; kSkipped: of another
  // type (message_type says which); kMalformedProtobuf: not a Dnstap MESSAGE, or its query_zone is
  // no name.
  record::FrameOutcome Decode(Bytes payload, Response& response);

  // The same by the generated code alone: what Decode is held to.
  record::FrameOutcome DecodeGenerated(Bytes payload, Response& response);

 private:
  class Arena;

  record::FrameOutcome Judge(const Fields& fields, Response& response) const;

  TypeSet accepted_;
  std::unique_ptr<Arena> arena_;
};

}  // namespace pdns::dnstap
