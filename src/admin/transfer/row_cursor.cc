#include "admin/transfer/row_cursor.h"

#include <optional>

#include "record/tuple_key.h"
#include "store/row_key.h"

namespace pdns::admin {

const RowCursor::KeyedRow* RowCursor::Row() {
  if (rows_.empty() && !ended_) Read();
  return rows_.empty() ? nullptr : &rows_.front();
}

void RowCursor::Read() {
  std::size_t bytes = 0;
  std::optional<store::Place> last;
  const auto keep = [&](const store::Row& row) {
    rows_.push_back({store::RowKeyOf(row.tuple), row.history, !test_ || test_(row)});
    bytes += rows_.back().key.size() + row.history.runs.size() * sizeof(record::DayRun);
    if (rows_.size() < kMostRows && bytes < kMostBytes) return true;
    last = store::Place{std::string(row.at), *record::Name::FromWire(row.tuple.owner),
                        row.tuple.type, record::RdataId(row.tuple.rdata)};
    return false;
  };
  status_ = snapshot_.Scan(selection_, keep).status;
  if (!status_.ok()) rows_.clear();
  ended_ = !status_.ok() || !last.has_value();
  if (last.has_value()) selection_.after = std::move(last);
}

}  // namespace pdns::admin
