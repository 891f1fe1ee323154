// Indicators as responders paste them, one a text: [ParseIndicator] -> a name or a block of
// addresses, which NamePattern and store::Span take.
//
// Functions: any thread. Types are plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "dns/address_block.h"

namespace pdns::ask {

// Bytes of one text; more is refused.
inline constexpr std::size_t kMaxIndicator = 4096;

struct Indicator {
  enum class Kind : std::uint8_t { kName, kBlock };
  Kind kind = Kind::kName;
  std::string name;         // kName: text that NamePattern::Parse takes
  dns::AddressBlock block;  // kBlock
  bool changed = false;     // what is asked is not what was pasted, beyond case, blanks around it,
                         // a trailing dot, the host bits of a block, another spelling of an address
  std::string understood;  // the name, or the block as dns::BlockText has it
};

// Refanged (ask/refang.h), one of these; of columns between commas, semicolons, bars or tabs the
// first that is an address or has a dot; kUsage, naming the text, for what is none:
//   http://user@www.blah.org:8080/x?y#z   the host of a URL
//   www.blah.org/x                        also without a scheme, when what stands before the slash
//                                         has a dot and ends in letters; else the slash is the
//                                         name's (0/25.2.0.192.in-addr.arpa), as is `\/` always
//   someone@blah.org                      the host of a mail address
//   blah.org:443, 1.2.3.4:80, [::1]:443   the host; also of 1.2.3.4#53, as BIND's log has it
//   1.2.3.4, 2001:db8::/32, [::]/64       addresses, blocks; host bits are ignored
//   1.2.3.4-1.2.3.9                       a range
//   www.blah.org, *.blah.org, büro.de     all that NamePattern::Parse takes; other scripts as
//                                         A-labels; no hash, UUID, CVE or AS number, no backslash
//                                         before a letter, and no bracket or quote unless escaped
// Not a name is what ends in a number, also in a date, or is an address with wildcards
// (1.2.3.300, 1.2.3, 1.2.3.*), with Remedy::kPattern; nor, unless it ends with a dot as answers
// print names, what has one of !#$%&'=?^~ unescaped.
Result<Indicator> ParseIndicator(std::string_view text);

// A name as answers print it -> text that ParseIndicator reads as that name. Some of its characters
// would stand between columns, ports and paths, `*` and `+` are patterns, and a last label with a
// digit in front makes an address: as \DDD they are read as what they are. So is a slash at the
// start or in the last label; within a name (0/25.2.0.192.in-addr.arpa) it stays. The owner of a
// wildcard (*.example) stays as everybody writes it, and asks for what is below as well.
std::string AsIndicator(std::string_view name);

// "127.0.0.1" -> "1.0.0.127.in-addr.arpa."; "10.1.0.0/16" -> "*.1.10.in-addr.arpa."; text as above.
// kUsage for names and for blocks that end between octets (IPv4) or nibbles (IPv6).
Result<std::string> PtrName(std::string_view text);

}  // namespace pdns::ask
