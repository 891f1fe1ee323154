// What stands in the records of a name: addresses, targets and texts, each a function of the name.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "corpus/names.h"
#include "corpus/wire_name.h"

namespace pdns::bench {

// The `which`-th address of the name. Names of one domain share a host (shared hosting), names in a
// cloud have their own.
std::uint32_t Ipv4(const Subject& subject, std::uint64_t which);
std::array<std::uint32_t, 4> Ipv6(const Subject& subject, std::uint64_t which);

// A name inside the zone of the subject; `salt` gives another one.
WireName LocalTarget(const Subject& subject, std::uint64_t salt = 0);
// A name in a cloud; now and then in mixed case, as some zones are written.
WireName ForeignTarget(const Subject& subject);
WireName MailServer(const Subject& subject, unsigned which);
WireName NameServer(const Subject& subject, unsigned which);
// True if the name servers are inside the zone.
bool OwnServers(const Subject& subject);
WireName PointerTarget(const Subject& subject);
// SPF, DMARC, DKIM or a token; up to some 400 bytes.
std::string TextString(const Subject& subject, unsigned which);

}  // namespace pdns::bench
