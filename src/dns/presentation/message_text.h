// The words of a DNS message: numbers of its header, records and EDNS -> text for people, 7-bit and
// inert on a terminal, as BIND's tools have them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/message.h"

namespace pdns::dns {

// "QUERY", "UPDATE"; "OPCODE9" for numbers without a name.
std::string OpcodeToText(unsigned opcode);

// "NOERROR", "BADVERS"; "RCODE12" for numbers without a name.
std::string RcodeToText(unsigned rcode);

// A name in any case, RCODEn, or a bare number up to 4095.
std::optional<unsigned> RcodeFromText(std::string_view text);

// "IN", "ANY"; "CLASS77" (RFC 3597).
std::string ClassToText(std::uint16_t rr_class);

// TypeToText (text.h) with the names that BIND's tools have for types that zone files name by
// number: "SINK", not "TYPE40".
std::string TypeMnemonic(record::RrType type);

// Of "qr", "aa", "tc", "rd", "ra", "ad", "cd" those that are set, in this order.
std::vector<std::string_view> FlagWords(const Header& header);

struct RdataText {
  std::string text;
  bool malformed = false;  // not what the type asks for: the text is then that of RFC 3597
};

// As a zone file has it, names in lower case (rdata_text.h). `record` is one of `message`.
RdataText TextOfRdata(const Message& message, const Record& record);

// "COOKIE", "CLIENT-SUBNET"; "OPT65001" for codes without a name.
std::string EdnsOptionName(std::uint16_t code);

// What the option says, where it has a form of its own, else its data in hex.
std::string EdnsOptionText(const EdnsOption& option);

}  // namespace pdns::dns
