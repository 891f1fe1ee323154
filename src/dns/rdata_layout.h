// Canonical rdata by hand, for types whose rdata is fixed bytes, one or two names, and fixed bytes
// or any at all: every type with names inside but NAPTR.
//
// ldns makes an object of every field; this copies them straight from the message, which spares
// 1,800 instructions a record (570 a message, of 0.3 such records). It takes and refuses what the
// way through ldns (rdata.h) does, and for the same bytes: tests/fuzz/rdata_layout.cc and the unit
// test hold both to one another.
#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.h"
#include "dns/scratch.h"
#include "record/type_facts.h"

namespace pdns::dns {

using record::RdataLayout;

constexpr RdataLayout LayoutOf(record::RrType type) { return record::FactsOf(type).layout; }

// `at` is the offset of the two RDLENGTH bytes, which with the rdata lie inside `message`; `layout`
// has names. Nothing when the rdata is malformed.
std::optional<Bytes> CutRdata(Bytes message, std::size_t at, const RdataLayout& layout,
                              Scratch& scratch);

}  // namespace pdns::dns
