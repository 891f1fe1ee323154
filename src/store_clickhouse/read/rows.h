// Rows as a server sends them: body of a page in RowBinary -> [RowReader] -> rows.
//
//   RowBinary has no frame: strings stand after their length (LEB128), numbers in little-endian
//   order, arrays after their number of elements; the types of the columns are those of the
//   statement (read/sql.h).
//
// A server's bytes are foreign: each length is checked against what is there before it is used, and
// each row is checked for what pdns writes. So a table that was edited by hand, or is of another
// program, is told, and not answered from. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/status.h"
#include "record/history.h"
#include "store_clickhouse/read/order.h"
#include "store_clickhouse/read/sql.h"

namespace pdns::store_clickhouse {

// Views into the body.
struct TableRow {
  RowId id;
  record::History history;
};

class RowReader {
 public:
  // `owners`: of a page of owners, whose rows have no rdata and no history. `server` names it in
  // errors. Both are borrowed.
  RowReader(Bytes body, RowKind kind, bool owners, const std::string& server)
      : body_(body), cursor_(body), kind_(kind), owners_(owners), server_(server) {}

  // False at the end, and at a fault.
  bool Next(TableRow& row);

  // kIo: the body ends within a row, or the server's error stands behind rows. kCorrupt: a row that
  // pdns does not write.
  const Status& status() const { return status_; }

 private:
  bool ReadRow(TableRow& row);
  std::string_view ReadString();
  bool EndsBehind(std::size_t from) const;
  bool Spoilt(const RowId& id);  // false

  Bytes body_;
  Cursor cursor_;
  RowKind kind_;
  bool owners_;
  const std::string& server_;
  Status status_;
};

// For an error: whose row it is, as text of at most some 300 bytes.
std::string PrintableRow(RowKind kind, const RowId& id);

}  // namespace pdns::store_clickhouse
