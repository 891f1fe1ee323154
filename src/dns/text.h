// Names and types as people type and read them. Guest: ldns, for parsing and for the mnemonics of
// types that have no row in record/type_facts.h.
//
// Output is 7-bit and inert on a terminal: every byte outside 0x21..0x7e, and . \ " ; ( ) @ $
// inside a label, is escaped as RFC 1035 5.1 has it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "record/name.h"
#include "record/rrtype.h"

namespace pdns::dns {

// Lower case, with trailing dot: "www.example.com."; "." for the root. `name` is a valid wire name.
std::string NameToText(Bytes name);

// With or without trailing dot, in any case, escapes allowed; nothing when it is no name.
std::optional<record::Name> NameFromText(std::string_view text);

// "AAAA"; "TYPE65280" for numbers without a mnemonic (RFC 3597), and for types whose mnemonic other
// parsers of zone files seldom know (record::TypeFacts::rare).
std::string TypeToText(record::RrType type);

// A mnemonic, a rare one too, or TYPEn in any case, or a bare number.
std::optional<record::RrType> TypeFromText(std::string_view text);

}  // namespace pdns::dns
