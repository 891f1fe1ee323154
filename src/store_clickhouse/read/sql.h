// Selections as SQL: Selection, place -> [PageSql] -> text -> client. Pages of the table's rows, in
// the order of its key.
//
//   SELECT key, .. FROM rows FINAL PREWHERE <columns of the key> LIMIT n FORMAT RowBinary
//
// FINAL merges the parts of a row while it reads, and keeps the order of the key (kind, key,
// rrtype, owner, rdata). PREWHERE must stand there by name: without it FINAL merges columns of all
// rows that an index granule has, which costs four times the CPU. Only columns of the key may stand
// in it: a condition on a state there would look at parts of a row.
//
// Bytes that came from outside stand in the text as hexadecimal digits alone, in unhex('..') or, in
// long lists, as '\x..', so nothing in a name or in rdata can end a literal. Functions keep no
// state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "record/rrtype.h"
#include "store/key_range.h"
#include "store/selection.h"
#include "store_clickhouse/schema.h"

namespace pdns::store_clickhouse {

// A part of one kind of rows by the column `key`.
struct KeySet {
  RowKind kind = RowKind::kOwner;
  store::KeyRange range;          // not used where `keys` has any
  std::vector<std::string> keys;  // these alone; at most kMostKeys
};

// ClickHouse takes 50,000 elements of syntax in a statement (max_ast_elements). Longer lists cost
// it time beyond proportion.
inline constexpr std::size_t kMostKeys = 10'000;

// What holds all rows of a selection, in its order. Quarantined rows that are not asked for by
// their owner: all that are quarantined, since they have no index.
std::vector<KeySet> KeySetsOf(const store::Selection& selection);

// Where a page begins, in the order of a kind's rows.
struct Bound {
  enum class How : std::uint8_t {
    kStart,        // at the first row
    kAtKey,        // at the first row of `key` or a later one
    kBehindOwner,  // behind all rows of that key, type and owner
    kAt,           // at `rdata` of that key, type and owner
    kBehind,       // behind it
  };
  How how = How::kStart;
  std::string key;
  record::RrType type{};
  std::string owner;
  std::string rdata;
};

// Where to go on behind selection.after, which must be set, and in which kind. The table orders
// rdata by all its bytes, and a place knows no more than record::RdataId: if that tells rdata of
// 223 bytes and more only in part, the bound is where rdata begin that share those bytes, and the
// caller skips those that are not behind the place.
struct After {
  RowKind kind = RowKind::kOwner;
  Bound bound;
};
After AfterOf(const store::Selection& selection);

struct Page {
  const KeySet* keys = nullptr;
  const std::vector<record::RrType>* types = nullptr;  // empty: all
  Bound from;
  std::size_t rows = 0;  // at most
  bool owners = false;   // key, rrtype, owner alone, each once
  // The server's version reads FINAL by many threads, and so in order only when it is told to. An
  // older one, which reads in order anyway, would sort all rows for it.
  bool order = false;
};
std::string PageSql(const Page& page);

// Rows of one key, type and owner whose rdata begin with the same 223 bytes, `group.rdata`: in the
// order of record::RdataId, behind that of `after_id` (empty: from the first).
struct IdPage {
  RowKind kind = RowKind::kOwner;
  Bound group;
  std::string after_id;
  std::size_t rows = 0;
};
std::string IdPageSql(const IdPage& page);

}  // namespace pdns::store_clickhouse
