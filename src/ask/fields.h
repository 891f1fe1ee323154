// Names of columns and of members of objects, as other programs call what holds an indicator:
// name -> [FieldOf] -> whether its values are indicators.
//
// Functions: any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace pdns::ask {

enum class Field : std::uint8_t {
  kOther,
  kMaybe,      // "name", "value", "address": where the value is an address, or has a dot
  kIndicator,  // "domain", "rrname", "url", "ip": whatever it is
};

// Case, blanks, quotes, `_` and `-` do not count: "IP Address" is "ip_address".
Field FieldOf(std::string_view name);

// Is a field of this name of the Passive DNS Common Output Format: an owner as answers print it?
inline bool IsPrintedName(std::string_view name) { return name == "rrname"; }

// Is this value one of a field that is kMaybe: an address, a block, or a name with a dot?
bool IsLikelyIndicator(std::string_view text);

// Does a program write this where it has no value: nothing, "-", "(empty)", "null"?
bool IsNoValue(std::string_view text);

}  // namespace pdns::ask
