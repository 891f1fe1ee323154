// Base64 text -> [FromBase64] -> its bytes.
//
// Source: RFC 4648, section 4. By hand: OpenSSL's takes padding anywhere, and does not tell how
// much there was. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pdns::access {

// Nothing for any text that an encoder does not make: padding that is missing or too much, bits
// that are left over, blanks.
std::optional<std::string> FromBase64(std::string_view text);

}  // namespace pdns::access
