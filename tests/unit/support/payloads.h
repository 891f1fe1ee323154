// Payloads that the pipeline takes: each frame with an answer of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "unit/support/dns_message.h"
#include "unit/support/dnstap_payload.h"

namespace pdns::testing {

inline constexpr std::uint64_t kTime = 1'700'000'000;  // long ago, as captures are

inline std::string Numbered(std::string_view series, unsigned number) {
  return std::string(series).append(std::to_string(number));
}

// "<series><number>.example A 192.0.2.1", asked of the servers of example, at kTime + number.
inline std::string NumberedPayload(const std::string& series, unsigned number) {
  const std::string name = Numbered(series, number) + ".example";
  return ResponsePayload(AddressResponse(name), kTime + number, WireName("example"));
}

// `payload`, which has none yet, with an identity.
inline std::string FromSensor(std::string_view identity, std::string payload) {
  payload += '\x0a';  // field 1, bytes
  AppendVarint(payload, identity.size());
  return payload.append(identity);
}

inline std::vector<std::string> NumberedPayloads(const std::string& series, unsigned count,
                                                 unsigned from = 0) {
  std::vector<std::string> payloads;
  for (unsigned i = from; i < from + count; ++i) payloads.push_back(NumberedPayload(series, i));
  return payloads;
}

}  // namespace pdns::testing
