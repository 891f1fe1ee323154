// A page of rows as a server sends it: any bytes. The first byte says of which kind its rows are to
// be. Rows that are read lie inside the page, are what the store can keep, and end where the page
// ends, or the reader says why not.
#include <string>

#include "check.h"
#include "store/value.h"
#include "store_clickhouse/read/rows.h"

namespace {

using namespace pdns::store_clickhouse;

void CheckInside(pdns::Bytes body, std::string_view part) {
  if (part.empty()) return;
  const std::string_view all = pdns::AsText(body);
  MUST_HOLD(part.data() >= all.data() && part.data() + part.size() <= all.data() + all.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static constexpr RowKind kKinds[] = {RowKind::kOwner, RowKind::kQuarantined, RowKind::kName,
                                       RowKind::kIpv4,  RowKind::kIpv6,        RowKind::kText};
  const RowKind kind = kKinds[data[0] % std::size(kKinds)];
  const bool owners = (data[0] & 0x80) != 0;
  const pdns::Bytes body(data + 1, size - 1);
  static const std::string server = "shard 1";
  RowReader reader(body, kind, owners, server);
  std::size_t rows = 0;
  for (TableRow row; reader.Next(row); ++rows) {
    for (const std::string_view part : {row.id.key, row.id.owner, row.id.rdata})
      CheckInside(body, part);
    MUST_HOLD(!PrintableRow(kind, row.id).empty());
    if (owners) continue;
    std::string value;
    pdns::store::AppendValue(value, row.history);
    const auto again = pdns::store::DecodeValue(pdns::AsBytes(value));
    MUST_HOLD(again.has_value() && again->history == row.history);
  }
  const pdns::Code code = reader.status().code();
  MUST_HOLD(code == pdns::Code::kOk || code == pdns::Code::kIo || code == pdns::Code::kCorrupt);
  MUST_HOLD(size > 1 || rows == 0);
  TableRow row;
  MUST_HOLD(!reader.Next(row));
  return 0;
}
