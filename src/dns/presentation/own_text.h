// Text of rdata that ldns 1.8.3 writes as others do not, or at a price: rdata -> [OwnText] -> the
// form of the type's own specification, which BIND and dnspython read. tests/rendering holds it to
// both.
//
// Functions: any thread.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "record/rrtype.h"

namespace pdns::dns {

// \# 3 0102ff (RFC 3597 section 5).
std::string GenericText(Bytes rdata);

// "a string", with \DDD for what is not printable.
std::string QuotedText(Bytes string);

// With padding.
std::string Base64Text(Bytes bytes);

// Four bytes as IPv4, 16 as IPv6; nothing for others.
std::optional<std::string> AddressText(Bytes bytes);

// The types in the bitmap of NSEC and its kin (RFC 4034 section 4.1.2), "" for an empty one;
// nothing for what no signer writes: type 0, windows out of order, empty or with zeros at their
// end.
std::optional<std::string> BitmapText(Bytes bitmap);

// Nothing: not of a type or a kind that is written here. Rdata of such a type that is none has the
// generic form.
std::optional<std::string> OwnText(record::RrType type, Bytes rdata);

}  // namespace pdns::dns
