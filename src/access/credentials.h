// What a request shows of who asks: headers -> [ReadCredentials] -> a key that may be wrong ->
// Gate.
//
// Three ways to send a key, all of clients in use:
//   X-Api-Key: KEY                          dnsdbq and all other clients of DNSDB
//   Authorization: Basic base64(USER:KEY)   clients of CIRCL, browsers; USER is not looked at
//   Authorization: Bearer KEY               scripts
// If X-Api-Key was sent, even an empty one, Authorization is not looked at. Blanks around a value
// do not belong to it.
//
// Sources: RFC 7617 (Basic), RFC 6750 (Bearer), RFC 9110, section 11. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pdns::access {

// How the key came, which decides how a wrong one is refused.
enum class Way : std::uint8_t {
  kNone,  // neither header was sent
  kApiKey,
  kBasic,
  kBearer,
  kUnknown,  // Authorization of another scheme
};

struct Credentials {
  Way way = Way::kNone;
  std::string key;  // empty: none that can be read
};

// The values of X-Api-Key and Authorization as they were sent; nothing: not sent.
Credentials ReadCredentials(std::optional<std::string_view> api_key,
                            std::optional<std::string_view> authorization);

}  // namespace pdns::access
