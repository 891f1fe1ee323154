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
#include "record/rrtype.h"

namespace pdns::dns {

struct RdataLayout {
  std::uint8_t before = 0;  // bytes in front of the names
  std::uint8_t names = 0;   // 0: the type has no such layout
  std::uint8_t behind = 0;  // bytes behind the names ...
  bool tail = false;        // ... or any number of them, kept as sent
};

constexpr RdataLayout LayoutOf(record::RrType type) {
  using record::RrType;
  switch (type) {
    case RrType::kNs:
    case RrType::kMd:
    case RrType::kMf:
    case RrType::kCname:
    case RrType::kMb:
    case RrType::kMg:
    case RrType::kMr:
    case RrType::kPtr:
    case RrType::kDname:
      return {.names = 1};
    case RrType::kNxt:
    case RrType::kNsec:
      return {.names = 1, .tail = true};
    case RrType::kMinfo:
    case RrType::kRp:
      return {.names = 2};
    case RrType::kSoa:
      return {.names = 2, .behind = 20};
    case RrType::kMx:
    case RrType::kAfsdb:
    case RrType::kRt:
    case RrType::kKx:
    case RrType::kLp:
      return {.before = 2, .names = 1};
    case RrType::kPx:
      return {.before = 2, .names = 2};
    case RrType::kSvcb:
    case RrType::kHttps:
      return {.before = 2, .names = 1, .tail = true};
    case RrType::kSrv:
      return {.before = 6, .names = 1};
    case RrType::kSig:
    case RrType::kRrsig:
      return {.before = 18, .names = 1, .tail = true};
    default:
      return {};
  }
}

// `at` is the offset of the two RDLENGTH bytes, which with the rdata lie inside `message`; `layout`
// has names. Nothing when the rdata is malformed.
std::optional<Bytes> CutRdata(Bytes message, std::size_t at, const RdataLayout& layout,
                              Scratch& scratch);

}  // namespace pdns::dns
