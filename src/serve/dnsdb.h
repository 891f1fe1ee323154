// The answer to a request of the DNSDB API: DnsdbRequest, a moment of the database -> [AnswerDnsdb]
// -> lines of a Body.
//
// Version 2 is the streaming format SAF: {"cond":"begin"}, {"obj":{...}} for each object, and a
// last line that says how the answer ended: "succeeded", "limited" (there is more, or it took too
// long), "failed" (nothing of what is missing was found out). Version 1 is the objects alone; one
// that is not whole ends with a cut connection, and one without objects is a 404.
//
// Source: the DNSDB API, versions 1 and 2. One thread, the snapshot's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "access/gate.h"
#include "serve/common/answering.h"
#include "serve/dnsdb_request.h"
#include "store/database.h"

namespace pdns::serve {

enum class DnsdbVersion : std::uint8_t { kV1, kV2 };

// How many objects were told.
std::uint64_t AnswerDnsdb(store::Snapshot& snapshot, const DnsdbRequest& request,
                          DnsdbVersion version, const Ending& ending, Body& body);

// The answer to rate_limit: one line, with what the key may have in a minute, or in a day if only
// that is limited. None: no limits.
std::string DnsdbRateLimit(const std::optional<access::Allotment>& allotment);

}  // namespace pdns::serve
