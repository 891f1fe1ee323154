#include "store_clickhouse/read/ask_rows.h"

#include <atomic>

namespace pdns::store_clickhouse {

Status AskRows(Shard& shard, const std::string& sql, const std::function<void(Cursor&)>& read) {
  std::string body;
  bool fits = true;
  const std::atomic<bool> stop{false};
  const auto take = [&](Bytes part) {
    fits = part.size() <= kMostAnswer - body.size();
    if (fits) AppendBytes(body, part);
    return fits;
  };
  Status asked = shard.Ask(sql + " FORMAT RowBinary", {}, take, stop);
  if (!asked.ok()) return asked;
  Cursor cursor(AsBytes(body));
  while (fits && cursor.ok() && !cursor.AtEnd()) read(cursor);
  if (fits && cursor.ok()) return {};
  return Status::Corrupt(shard.name() + ": the numbers of the table cannot be read");
}

std::string_view ReadText(Cursor& cursor) {
  return AsText(cursor.Read(static_cast<std::size_t>(cursor.Varint())));
}

}  // namespace pdns::store_clickhouse
