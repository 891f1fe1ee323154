#include "store_clickhouse/read/sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/bytes.h"
#include "store/found_at.h"
#include "store/row_key.h"
#include "store_clickhouse/read/order.h"

namespace pdns::store_clickhouse {
namespace {

using store::Selection;
using store::Side;

// The states are finished by the server: what it sends are numbers, and their form is no version's
// own.
constexpr std::string_view kColumns =
    "key, rrtype, owner, rdata, finalizeAggregation(first), finalizeAggregation(last), "
    "finalizeAggregation(cnt), finalizeAggregation(zone), finalizeAggregation(reasons), "
    "finalizeAggregation(sensors), finalizeAggregation(days)";

// record::RdataId, as the server makes it.
constexpr std::string_view kIdOfRdata =
    "if(length(rdata) < 255, rdata, concat(substring(rdata, 1, 223), toString(SHA256(rdata))))";

std::string Number(record::RrType type) {
  return fmt::format("{}", static_cast<std::uint16_t>(type));
}

// '\x6f\x72': a server reads ten thousand of them in half the time that unhex('..') takes, which is
// a call of a function to it. Digits are all that stands in the quotes, too.
void AppendListed(std::string& sql, std::string_view bytes) {
  const std::string digits = ToHex(AsBytes(bytes));
  sql += '\'';
  for (std::size_t i = 0; i < digits.size(); i += 2) sql.append("\\x").append(digits, i, 2);
  sql += '\'';
}

void AppendKeys(std::string& sql, const KeySet& set) {
  sql += fmt::format("kind = {}", static_cast<unsigned>(set.kind));
  if (set.keys.size() == 1) {
    sql += " AND key = " + Literal(set.keys.front());
    return;
  }
  if (!set.keys.empty()) {
    sql += " AND key IN (";
    for (std::size_t i = 0; i < set.keys.size(); ++i) {
      if (i > 0) sql += ", ";
      AppendListed(sql, set.keys[i]);
    }
    sql += ')';
    return;
  }
  if (!set.range.lo.empty()) sql += " AND key >= " + Literal(set.range.lo);
  if (!set.range.hi.empty()) sql += " AND key < " + Literal(set.range.hi);
}

void AppendTypes(std::string& sql, std::vector<record::RrType> types) {
  if (types.empty()) return;
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  if (types.size() == 1) {
    sql += " AND rrtype = " + Number(types.front());
    return;
  }
  sql += " AND rrtype IN (";
  for (std::size_t i = 0; i < types.size(); ++i) sql += (i > 0 ? ", " : "") + Number(types[i]);
  sql += ')';
}

// A comparison of tuples, (key, rrtype, ..) > (..), would say the same, but the server uses no
// index for it.
void AppendBound(std::string& sql, const Bound& from) {
  if (from.how == Bound::How::kStart) return;
  const std::string key = Literal(from.key);
  sql += " AND key >= " + key;
  if (from.how == Bound::How::kAtKey) return;
  const std::string type = Number(from.type);
  const std::string owner = Literal(from.owner);
  sql += fmt::format(" AND (key > {} OR rrtype > {} OR (rrtype = {} AND (owner > {}", key, type,
                     type, owner);
  if (from.how != Bound::How::kBehindOwner) {
    sql += fmt::format(" OR (owner = {} AND rdata {} {})", owner,
                       from.how == Bound::How::kAt ? ">=" : ">", Literal(from.rdata));
  }
  sql += ")))";
}

RowKind KindOfAddresses(const std::string& address) {
  return address.size() == 4 ? RowKind::kIpv4 : RowKind::kIpv6;
}

KeySet SetOf(const Selection& selection, RowKind kind) {
  KeySet set;
  set.kind = kind;
  if (store::HoldsOne(selection)) {
    set.keys.push_back(selection.span.lo);
  } else if (selection.side == Side::kAddress && !selection.span.lo.empty()) {
    set.range = {selection.span.lo, store::PrefixRange(selection.span.hi).hi};
  } else if (selection.side != Side::kText && !selection.span.lo.empty()) {
    set.range = store::PrefixRange(selection.span.lo);
  }
  return set;
}

// The column `key` of a row of text: the rdata, or what the row's key has of it where it is long,
// as in reverse keys (schema/keys.md).
std::string TextKey(const store::Place& place) {
  std::string row_key = store::OwnerKey(place.owner.wire());
  const std::size_t owner = row_key.size();
  AppendU16(row_key, static_cast<std::uint16_t>(place.type));
  store::AppendRestOfId(row_key, owner, place.rdata_id);
  const auto row = store::SplitRowKey(AsBytes(row_key));
  if (!row.has_value()) return {};
  std::string key = store::ReverseKeyAt(store::Kind::kText, {}, *row);
  return key.substr(1, key.find('\0', 1));  // up to and with its end; no 00 stands before that
}

}  // namespace

std::vector<KeySet> KeySetsOf(const Selection& selection) {
  if (selection.trust == store::Trust::kQuarantined) {
    if (selection.side == Side::kOwner) return {SetOf(selection, RowKind::kQuarantined)};
    return {SetOf(Selection(), RowKind::kQuarantined)};
  }
  switch (selection.side) {
    case Side::kOwner:
      return {SetOf(selection, RowKind::kOwner)};
    case Side::kTarget:
      return {SetOf(selection, RowKind::kName)};
    case Side::kText:
      return {SetOf(selection, RowKind::kText)};
    case Side::kAddress:
      break;
  }
  if (!selection.span.lo.empty()) return {SetOf(selection, KindOfAddresses(selection.span.lo))};
  return {SetOf(selection, RowKind::kIpv4), SetOf(selection, RowKind::kIpv6)};
}

After AfterOf(const Selection& selection) {
  const store::Place& place = *selection.after;
  After after;
  Bound& bound = after.bound;
  bound.type = place.type;
  const std::string owner = store::OwnerKey(place.owner.wire());
  if (selection.trust == store::Trust::kQuarantined || selection.side == Side::kOwner) {
    after.kind =
        selection.trust == store::Trust::kQuarantined ? RowKind::kQuarantined : RowKind::kOwner;
    bound.key = owner;
  } else {
    bound.owner = owner;
    bound.key = selection.side == Side::kText ? TextKey(place) : place.at;
    after.kind = selection.side == Side::kText     ? RowKind::kText
                 : selection.side == Side::kTarget ? RowKind::kName
                                                   : KindOfAddresses(place.at);
  }
  const bool group = place.rdata_id.size() >= kGroupBytes;
  bound.how = group ? Bound::How::kAt : Bound::How::kBehind;
  bound.rdata = group ? place.rdata_id.substr(0, kGroupBytes) : place.rdata_id;
  return after;
}

std::string PageSql(const Page& page) {
  std::string sql = "SELECT ";
  sql += page.owners ? std::string_view("key, rrtype, owner") : kColumns;
  sql += " FROM rows FINAL PREWHERE ";
  AppendKeys(sql, *page.keys);
  if (page.types != nullptr) AppendTypes(sql, *page.types);
  AppendBound(sql, page.from);
  if (page.order) sql += " ORDER BY kind, key, rrtype, owner, rdata";
  if (page.owners) sql += " LIMIT 1 BY key, rrtype, owner";
  sql += fmt::format(" LIMIT {} FORMAT RowBinary", page.rows);
  return sql;
}

std::string IdPageSql(const IdPage& page) {
  const Bound& group = page.group;
  std::string sql = fmt::format(
      "SELECT {} FROM rows FINAL PREWHERE kind = {} AND key = {} AND rrtype = {} AND owner = {} "
      "AND rdata >= {}",
      kColumns, static_cast<unsigned>(page.kind), Literal(group.key), Number(group.type),
      Literal(group.owner), Literal(group.rdata));
  if (const auto range = store::PrefixRange(group.rdata); !range.hi.empty())
    sql += " AND rdata < " + Literal(range.hi);
  if (!page.after_id.empty())
    sql += fmt::format(" WHERE {} > {}", kIdOfRdata, Literal(page.after_id));
  return sql + fmt::format(" ORDER BY {} LIMIT {} FORMAT RowBinary", kIdOfRdata, page.rows);
}

}  // namespace pdns::store_clickhouse
