#include "store_clickhouse/read/rows.h"

#include <fmt/format.h>

#include <limits>

#include "record/tuple_key.h"
#include "store_clickhouse/little_endian.h"
#include "store_clickhouse/states.h"

namespace pdns::store_clickhouse {
namespace {

constexpr std::uint8_t kMostReasons = record::kOffChain | record::kOutOfBailiwick;

// Bytes of a row's values before its days (states.h).
constexpr std::size_t kNumbers = 34;

constexpr std::size_t kShownError = 200;  // bytes of an error that a server put behind rows

// Does a name of the wire stand there in its ordered form, and nothing else?
bool IsOrderedName(std::string_view bytes) {
  Cursor cursor(AsBytes(bytes));
  record::ReadOrderedName(cursor);
  return cursor.AtEnd();
}

// What tells at sight that a row is none of ours. Names are decoded by whoever wants them, and
// what rdata points at is looked at with them (read/merge.h).
bool IsRow(RowKind kind, const RowId& id) {
  if (id.rdata.size() > std::numeric_limits<std::uint16_t>::max()) return false;
  switch (kind) {
    case RowKind::kOwner:
    case RowKind::kQuarantined:
      return id.owner.empty();
    case RowKind::kIpv4:
      return id.key.size() == 4;
    case RowKind::kIpv6:
      return id.key.size() == 16;
    default:
      return true;
  }
}

}  // namespace

std::string PrintableRow(RowKind kind, const RowId& id) {
  constexpr std::size_t kMost = 100;
  return fmt::format("kind {} key {} rrtype {} owner {}", static_cast<unsigned>(kind),
                     ToHex(AsBytes(id.key.substr(0, kMost))), static_cast<unsigned>(id.type),
                     ToHex(AsBytes(id.owner.substr(0, kMost))));
}

std::string_view RowReader::ReadString() {
  return AsText(cursor_.Read(static_cast<std::size_t>(cursor_.Varint())));
}

bool RowReader::ReadRow(TableRow& row) {
  row.id.key = ReadString();
  row.id.type = static_cast<record::RrType>(ReadLittle<std::uint16_t>(cursor_));
  row.id.owner = ReadString();
  row.id.rdata = {};
  if (!owners_) row.id.rdata = ReadString();
  if (!cursor_.ok()) return false;
  if (!IsRow(kind_, row.id)) return Spoilt(row.id);
  if (owners_) return IsOrderedName(row.id.owner) || Spoilt(row.id);
  const std::size_t before = cursor_.position();
  row.history = ReadValues(cursor_);
  if (!cursor_.ok()) return EndsBehind(before) ? false : Spoilt(row.id);
  const bool quarantined = kind_ == RowKind::kQuarantined;
  const bool reasons =
      row.history.reasons <= kMostReasons && (row.history.reasons != 0) == quarantined;
  return reasons || Spoilt(row.id);
}

// Where the values of a row could not be read: because the body ends within them?
bool RowReader::EndsBehind(std::size_t from) const {
  Cursor cursor(body_, from);
  cursor.Read(kNumbers);
  const std::uint64_t days = cursor.Varint();
  return !cursor.ok() || days > cursor.left() / sizeof(std::uint32_t);
}

bool RowReader::Spoilt(const RowId& id) {
  status_ = Status::Corrupt(fmt::format("{}: a row of the table is not one of pdns: {}", server_,
                                        PrintableRow(kind_, id)));
  return false;
}

bool RowReader::Next(TableRow& row) {
  if (!status_.ok() || cursor_.AtEnd()) return false;
  const std::size_t begin = cursor_.position();
  if (ReadRow(row)) return true;
  // A server that streams has no other way to say that it failed.
  const std::string_view left = AsText(body_.subspan(begin));
  if (left.starts_with("Code: ")) {
    status_ = Status::Io(fmt::format("{}: an error behind the rows: {}", server_,
                                     Printable(left.substr(0, kShownError))));
  } else if (status_.ok()) {
    status_ = Status::Io(server_ + ": the answer ends within a row");
  }
  return false;
}

}  // namespace pdns::store_clickhouse
