// A dnstap payload with all that it says, for showing: payload bytes -> [MessageReader] -> Message.
//
// The pipeline reads six fields (decode.h); this reads every field of proto/dnstap.proto by the
// generated code. Guest: protobuf-c.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace pdns::dnstap {

// What a response policy did. Enumerations are numbers as sent, known or not.
struct Policy {
  std::optional<Bytes> type;  // text by its definition, but foreign: any bytes
  std::optional<Bytes> rule;
  std::optional<std::uint32_t> action;
  std::optional<std::uint32_t> match;
  std::optional<Bytes> value;
};

struct Time {
  std::optional<std::uint64_t> seconds;     // since the epoch, UTC; any number
  std::optional<std::uint32_t> nanosecond;  // any number
};

// Nothing is checked but the protobuf form: addresses of any length, DNS messages of any bytes.
struct Message {
  std::optional<Bytes> identity;
  std::optional<Bytes> version;
  std::optional<Bytes> extra;
  std::uint32_t type = 0;  // record::MessageTypeName knows 1..14
  std::optional<std::uint32_t> socket_family;
  std::optional<std::uint32_t> socket_protocol;
  std::optional<Bytes> query_address;
  std::optional<Bytes> response_address;
  std::optional<std::uint32_t> query_port;
  std::optional<std::uint32_t> response_port;
  Time query_time;
  std::optional<Bytes> query_message;
  std::optional<Bytes> query_zone;
  Time response_time;
  std::optional<Bytes> response_message;
  std::optional<Policy> policy;
  std::optional<std::uint32_t> http_protocol;
};

// Message types come in pairs: the odd numbers are queries, the even ones responses.
constexpr bool IsQuery(std::uint32_t type) { return type % 2 == 1; }

// The words of the enumerations, "INET6", "TCP"; empty for numbers that dnstap does not define.
std::string_view FamilyName(std::uint32_t family);
std::string_view ProtocolName(std::uint32_t protocol);
std::string_view HttpName(std::uint32_t version);
std::string_view PolicyActionName(std::uint32_t action);
std::string_view PolicyMatchName(std::uint32_t match);

// One thread at a time.
class MessageReader {
 public:
  MessageReader();
  ~MessageReader();
  MessageReader(const MessageReader&) = delete;
  MessageReader& operator=(const MessageReader&) = delete;

  // Views live until the next Read, and no longer than the payload. Nothing when the payload is not
  // a Dnstap of type MESSAGE with a message in it.
  std::optional<Message> Read(Bytes payload);

 private:
  struct Held;
  std::unique_ptr<Held> held_;
};

}  // namespace pdns::dnstap
