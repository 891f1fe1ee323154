// Rdata of SVCB and HTTPS as text (RFC 9460, appendix A), in words that BIND 9.18 and dnspython
// 2.3 both know: "1 svc.example. alpn=h2,h3 port=8443 key7="/q{?dns}"". The keys of RFC 9460 by
// name, all others by number.
//
// Functions: any thread.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"

namespace pdns::dns {

// Nothing: not whole, or what either of them refuses: keys out of order or twice, parameters of an
// alias (priority 0), values that are not their key's, `mandatory` with what is not there,
// no-default-alpn without alpn.
std::optional<std::string> SvcbText(Bytes rdata);

}  // namespace pdns::dns
