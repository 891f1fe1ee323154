// Rows for programs: Row -> [RowToJson] -> one JSON object on one line, in the Passive DNS Common
// Output Format (draft-dulaunoy-dnsop-passive-dns-cof): rrname, rrtype, rdata, time_first,
// time_last, count, bailiwick.
#pragma once

#include <string>

#include "store/store.h"

namespace pdns::query {

struct JsonOptions {
  bool wire = false;    // add rdata_wire: the rdata in hex
  bool reason = false;  // add reason: why the tuple is quarantined
};

// Without a newline. 7-bit.
std::string RowToJson(const store::Row& row, const JsonOptions& options);

// "off_chain", "out_of_bailiwick", or both, joined by a comma.
std::string ReasonText(std::uint8_t reasons);

// The zone a row was accepted under, "." where it is not known.
std::string BailiwickText(const store::Row& row);

}  // namespace pdns::query
