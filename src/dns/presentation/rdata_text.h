// Canonical rdata as zone-file text: wire -> [RdataToText] -> 7-bit text that reads back to the
// same wire.
//
// Guest: ldns, field by field; names and strings are written here. ldns 1.8.3 is lossy for some
// types, so whatever is not made of plain names, numbers, strings and addresses is read back and
// compared, and where no faithful text is found the form of RFC 3597 stands: "\# 4 0a000001". The
// text is held to an independent parser in tests/rendering.
#pragma once

#include <string>

#include "base/bytes.h"
#include "record/rrtype.h"

namespace pdns::dns {

std::string RdataToText(record::RrType type, Bytes rdata);

}  // namespace pdns::dns
