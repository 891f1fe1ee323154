// What is wanted of a database, in the field's words: query -> [Selection] -> Snapshot::Scan, and
// -> Writer::Expire. Each engine compiles it to what it is good at (key ranges and jumps; WHERE).
//
// Names stand here in their ordered form, N(name) of record/tuple_key.h: labels from the top-level
// domain on, so that all below a name is one range of bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/rrtype.h"
#include "record/tuple_key.h"

namespace pdns::store {

// Which end of a record is asked for.
enum class Side : std::uint8_t {
  kOwner,    // rows by their owner
  kTarget,   // rows that point at a name, by that name (dns/targets.h)
  kAddress,  // rows that hold an address, A, AAAA and hints, by that address
  kText,     // rows that have neither, by their rdata
};

// One kind of rows or the other, never both in one answer.
enum class Trust : std::uint8_t { kTrusted, kQuarantined };

// A part of one side. Names: all whose ordered form begins with `lo`; `hi` is empty. Addresses:
// `lo` to `hi`, both of 4 or both of 16 bytes, both included. Text, and an empty `lo`: the whole
// side.
struct Span {
  std::string lo;
  std::string hi;
};

// The names that begin so: one name, or a name and all below it (all names for the root).
Span NameSpan(Bytes name);
Span SubtreeSpan(Bytes top);

// What to do with the rows of a name, before they are read.
enum class Step : std::uint8_t {
  kTake,
  kSkip,
  kJump,  // skip it, and all names before the one that the test gives
  kEnd,   // skip it and all names behind it
};

// A test of names that is more than a span. One thread at a time.
class NameTest {
 public:
  virtual ~NameTest() = default;

  // `ordered` begins with N(name); other bytes may follow. For kJump it sets `jump` to the bytes of
  // an ordered name behind this one.
  virtual Step Match(std::string_view ordered, std::string& jump) const = 0;
};

// Where a row stands in the order of a selection, on every engine: to go on behind it. At most some
// 800 bytes. A value.
struct Place {
  std::string at;  // what was found: N(target), or the address; empty for owners, text, quarantine
  record::Name owner;
  record::RrType type{};
  std::string rdata_id;  // record::RdataId of its rdata

  friend bool operator==(const Place&, const Place&) = default;
};

// What is wanted. Rows come in this order, each part by its bytes:
//
//   kOwner, and all quarantined rows   N(owner), type, RdataId
//   kTarget, kAddress                  what was found, type, N(owner), RdataId; IPv4 before IPv6
//   kText                              rdata, type, N(owner); long rdata by its first 223 bytes
//                                      or fewer, and at the end by its SHA-256
//
// Where keys are cut, an engine that orders by keys may order by the key in place of the last parts
// (schema/keys.md, "Order of rows"). A caller to whom that matters sorts. `after` always goes on
// behind the row of that place in the engine's own order: no row is left out or comes twice.
//
// A row that is found several times in the span (several hints) comes once, at the first.
struct Selection {
  Side side = Side::kOwner;
  Trust trust = Trust::kTrusted;
  Span span;
  std::shared_ptr<const NameTest> names;  // of owners or targets; none: all in the span
  std::vector<record::RrType> types;      // none: all
  std::optional<Place> after;             // only rows behind it; none: from the start
};

}  // namespace pdns::store
