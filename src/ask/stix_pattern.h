// Names and addresses that a STIX pattern compares with: "[domain-name:value = 'a.example' OR
// ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')]" -> [StixValues] -> a.example, 192.0.2.1,
// 192.0.2.2. OASIS STIX 2.1, chapter 9.
//
// Functions: any thread.
#pragma once

#include <functional>
#include <string_view>

#include "base/status.h"

namespace pdns::ask {

// Literals behind =, IN and ISSUBSET, unescaped, of paths that end in `value` and begin with
// domain-name, ipv4-addr, ipv6-addr, url, email-addr, network-traffic or email-message. How the
// comparisons are tied (AND, OR, FOLLOWEDBY) does not matter: each value is one to ask for.
// Other paths and comparisons that exclude (NOT, !=) or order (<) are passed over.
// kUsage, behind the values before it: a literal without its end, or one behind LIKE or MATCHES,
// which is no value (Remedy::kPattern).
Status StixValues(std::string_view pattern, const std::function<void(std::string_view)>& each);

}  // namespace pdns::ask
