// Is the text that ldns has for some rdata understood by others? Two filters that RdataToText asks:
// rdata -> [HasCommonForm] -> ldns's text -> [HasCommonWords] -> text for people.
//
// ldns 1.8.3 writes, and reads back, what BIND and dnspython refuse or read otherwise: values out
// of range, digests of a wrong length, parameters they do not know, the port names of this host.
// Each rule was found by tests/rendering, which holds all text to both parsers.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "record/rrtype.h"

namespace pdns::dns {

// May rdata of this type have a form of the type's own?
bool HasCommonForm(record::RrType type, Bytes rdata);

// Does the text that ldns made keep to what others know?
bool HasCommonWords(record::RrType type, std::string_view text);

// Of a NAPTR's text: the third string of "1 1 "u" "E2U+sip" "!^.*$!sip:x@blah.org!" ." is none, or
// text between three of its first byte, with nothing in the first part that must be paired or
// counted. BIND compiles any other expression, and may refuse it.
bool HasPlainExpression(std::string_view naptr);

}  // namespace pdns::dns
