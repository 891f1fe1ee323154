// dnstap payloads by protobuf-c. Link pdns_proto and PkgConfig::protobuf_c.
#pragma once

#include <dnstap.pb-c.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "unit/support/dns_message.h"

namespace pdns::testing {

// What a payload says; the default is a RESOLVER_RESPONSE without anything in it.
struct Dnstap {
  std::uint32_t outer_type = 1;                        // MESSAGE
  bool with_message = true;                            // false: the envelope only
  std::uint32_t type = 4;                              // RESOLVER_RESPONSE; any number
  std::optional<std::string> response = std::nullopt;  // response_message
  std::optional<std::uint64_t> response_time = std::nullopt;
  std::optional<std::uint64_t> query_time = std::nullopt;
  std::optional<std::string> zone = std::nullopt;      // query_zone, wire
  std::optional<std::string> query = std::nullopt;     // query_message
  std::optional<std::string> identity = std::nullopt;  // of the envelope
};

namespace internal {

inline void Set(protobuf_c_boolean& has, ProtobufCBinaryData& field,
                const std::optional<std::string>& value) {
  if (!value.has_value()) return;
  has = 1;
  field.len = value->size();
  // protobuf-c only reads it.
  field.data = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value->data()));
}

// Any number, also one that the enum does not know.
template <class Enum>
void SetNumber(Enum& field, std::uint32_t number) {
  static_assert(sizeof field == sizeof number);
  std::memcpy(&field, &number, sizeof number);
}

}  // namespace internal

inline std::string Payload(const Dnstap& what) {
  Dnstap__Message message = DNSTAP__MESSAGE__INIT;
  internal::SetNumber(message.type, what.type);
  internal::Set(message.has_response_message, message.response_message, what.response);
  internal::Set(message.has_query_message, message.query_message, what.query);
  internal::Set(message.has_query_zone, message.query_zone, what.zone);
  message.has_response_time_sec = what.response_time.has_value();
  message.response_time_sec = what.response_time.value_or(0);
  message.has_query_time_sec = what.query_time.has_value();
  message.query_time_sec = what.query_time.value_or(0);

  Dnstap__Dnstap outer = DNSTAP__DNSTAP__INIT;
  internal::SetNumber(outer.type, what.outer_type);
  internal::Set(outer.has_identity, outer.identity, what.identity);
  if (what.with_message) outer.message = &message;
  std::string bytes(dnstap__dnstap__get_packed_size(&outer), '\0');
  dnstap__dnstap__pack(&outer, reinterpret_cast<std::uint8_t*>(bytes.data()));
  return bytes;
}

// A RESOLVER_RESPONSE of `message`, as a resolver in good health writes it.
inline std::string ResponsePayload(std::string_view message, std::uint64_t seconds,
                                   std::string_view zone_wire = std::string_view("\0", 1)) {
  Dnstap what;
  what.response = std::string(message);
  what.response_time = seconds;
  what.zone = std::string(zone_wire);
  return Payload(what);
}

}  // namespace pdns::testing
