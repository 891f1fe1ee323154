// Bytes that may be anything -> text that a JSON document may hold.
#pragma once

#include <string>
#include <string_view>

namespace pdns::json {

// Each byte that belongs to no UTF-8 character becomes U+FFFD; all else stays. Any thread.
std::string ValidUtf8(std::string_view text);

}  // namespace pdns::json
