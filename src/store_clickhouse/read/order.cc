#include "store_clickhouse/read/order.h"

#include "base/bytes.h"
#include "record/tuple_key.h"

namespace pdns::store_clickhouse {
namespace {

// As unsigned bytes, the shorter first, like the server.
std::strong_ordering Bytewise(std::string_view a, std::string_view b) {
  return a.compare(b) <=> 0;  // NOLINT(modernize-use-nullptr): clang-tidy 14 misreads <=>
}

std::strong_ordering CompareToRdata(const RowId& a, const RowId& b) {
  if (const auto order = Bytewise(a.key, b.key); std::is_neq(order)) return order;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads <=>
  if (const auto order = a.type <=> b.type; std::is_neq(order)) return order;
  return Bytewise(a.owner, b.owner);
}

bool SharesGroupBytes(std::string_view a, std::string_view b) {
  return a.size() >= kGroupBytes && b.size() >= kGroupBytes &&
         a.substr(0, kGroupBytes) == b.substr(0, kGroupBytes);
}

}  // namespace

std::strong_ordering CompareInTable(const RowId& a, const RowId& b) {
  const auto order = CompareToRdata(a, b);
  return std::is_neq(order) ? order : Bytewise(a.rdata, b.rdata);
}

std::strong_ordering CompareInSelection(const RowId& a, const RowId& b) {
  if (const auto order = CompareToRdata(a, b); std::is_neq(order)) return order;
  const bool digests = a.rdata != b.rdata && SharesGroupBytes(a.rdata, b.rdata);
  if (!digests) return Bytewise(a.rdata, b.rdata);
  return Bytewise(record::RdataId(AsBytes(a.rdata)), record::RdataId(AsBytes(b.rdata)));
}

bool SameGroup(const RowId& a, const RowId& b) {
  return SharesGroupBytes(a.rdata, b.rdata) && std::is_eq(CompareToRdata(a, b));
}

}  // namespace pdns::store_clickhouse
