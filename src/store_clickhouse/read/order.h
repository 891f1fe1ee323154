// The order of rows: that of the table, and that of a selection (store/selection.h). They differ in
// long rdata alone. The table orders rdata by all its bytes; the selection orders rdata of 255
// bytes and more by their first 223 and a digest (record::RdataId). So rows of one key, type and
// owner whose rdata share their first 223 bytes are a *group*: groups stand in the same places in
// both orders, and the rows within one do not.
//
// Values. Functions: any thread.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "record/rrtype.h"

namespace pdns::store_clickhouse {

// What record::RdataId shows of long rdata.
inline constexpr std::size_t kGroupBytes = 223;

// The columns of the table's key but for the kind. Borrowed.
struct RowId {
  std::string_view key;
  record::RrType type{};
  std::string_view owner;
  std::string_view rdata;

  friend bool operator==(const RowId&, const RowId&) = default;
};

// The same with bytes of its own.
class OwnedRowId {
 public:
  OwnedRowId() = default;
  explicit OwnedRowId(const RowId& id)
      : key_(id.key), owner_(id.owner), rdata_(id.rdata), type_(id.type) {}

  RowId view() const { return {key_, type_, owner_, rdata_}; }

 private:
  std::string key_;
  std::string owner_;
  std::string rdata_;
  record::RrType type_{};
};

std::strong_ordering CompareInTable(const RowId& a, const RowId& b);
std::strong_ordering CompareInSelection(const RowId& a, const RowId& b);

// Are both of one group?
bool SameGroup(const RowId& a, const RowId& b);

}  // namespace pdns::store_clickhouse
