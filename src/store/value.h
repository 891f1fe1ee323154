// The value of a row: History, and rdata where the key is too short for it, <-> bytes. Laid down
// byte by byte in schema/keys.md.
//
// Functions keep no state.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "record/history.h"

namespace pdns::store {

// Times after the year 9999 are no times: they would not fit a date of four digits either.
inline constexpr std::uint64_t kMaxSeconds = 253402300799;

struct Value {
  record::History history;
  Bytes rdata;  // of a row with a cut key: all of it; a view into the bytes. Else empty
};

// `rdata`: of a row with a cut key. It may be left out of what is merged into a row that has it.
// The history has a sensor at least.
void AppendValue(std::string& out, const record::History& history, Bytes rdata = {});

// Nothing when the bytes are no value that AppendValue would write.
std::optional<Value> DecodeValue(Bytes bytes);

// The merge of two values of one key, in any order. False if one of them cannot be read, or if they
// hold different rdata.
bool MergeValues(Bytes a, Bytes b, std::string& merged);

}  // namespace pdns::store
