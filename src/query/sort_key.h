// What answers are sorted by: a tuple and its history -> [AppendSortKey] -> bytes whose order is
// that of the answers, as sort::Sorter (sort/sorter.h) takes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "record/history.h"

namespace pdns::query {

enum class SortBy : std::uint8_t {
  kFirst,  // time first seen, not before 1970
  kLast,   // time last seen, the same
  kCount,
  kName,   // owner, in DNSSEC's canonical order (RFC 4034 6.1)
  kType,   // by number
  kRdata,  // names that are pointed at, in that order; addresses of A, then of AAAA; the others by
           // their bytes
};

// The orders by their names, which stand in one table: the option, its help and completion come
// from it. Exactly as they stand there, in lower case; nothing for any other text. Any thread.
std::optional<SortBy> SortByFromText(std::string_view text);

// "first, last, count". Any thread.
std::string SortNames(std::string_view between);

// At most twice the rdata and 512 bytes. No key is the beginning of another one of the same `by`
// and `reverse`: what is appended behind (a further key, a number) breaks ties. `reverse` turns
// the order round.
void AppendSortKey(std::string& out, SortBy by, bool reverse, const record::Tuple& tuple,
                   const record::History& history);

// Of rdata that is told once each: two tuples have one key just where dns::RdataToText has one text
// for them, whatever their types. Names in DNSSEC's canonical order, addresses of A, then of AAAA,
// then all others by their text. No key is the beginning of another one.
void AppendValueKey(std::string& out, const record::Tuple& tuple);

}  // namespace pdns::query
