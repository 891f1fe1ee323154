// Zone-file text of rdata, as other programs wrote it -> [RdataFromText] -> canonical rdata.
//
// What RdataToText (rdata_text.h) writes reads back to the very bytes. Addresses, names, character
// strings and the generic form of RFC 3597 are read by hand; all else by ldns, the guest, whose
// result is held to the same form as rdata off the wire (dns/rdata.h).
//
// Foreign text: at most kLongestRdataText bytes. Cost: linear in them.
//
// Functions: any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "record/rrtype.h"

namespace pdns::dns {

// The longest rdata as escaped character strings: four bytes for each byte, and quotes.
inline constexpr std::size_t kLongestRdataText = std::size_t{5} << 16;

// Nothing: the text is too long, is no text of this type, or one that is not read: that of types
// without a text form in ldns 1.8.3 (AMTRELAY), and escapes in SVCB and HTTPS, which it misreads.
// Names without a trailing dot are taken as complete.
std::optional<std::string> RdataFromText(record::RrType type, std::string_view text);

// The canonical form of rdata that stands alone, in wire form, and may be anything; nothing when it
// is malformed. Names inside are uncompressed: there is no message that they could point into.
std::optional<std::string> CanonicalLoneRdata(record::RrType type, Bytes rdata);

}  // namespace pdns::dns
