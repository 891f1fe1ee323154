// What is known of one tuple, as ClickHouse's aggregate states and as the values that a reader asks
// for: record::History <-> columns of the table (schema.h).
//
// The bytes of states are an inner form of the server's. They are the same in all versions from
// 18.16 to 26.5, and a handshake at open holds the server to it (schema.h):
//
//   first    min, UInt64           01, seconds since 1970 as u64, little-endian
//   last     max, UInt64           the same
//   cnt      sum, UInt64           u64, little-endian; a reader cuts it to record::kMaxCount
//   zone     max, UInt8            01, Bailiwick::rank
//   reasons  groupBitOr, UInt8     u8
//   sensors  groupBitOr, UInt64    u64, little-endian; numbers of the cluster (write/sensors.h)
//   days     groupUniqArray, UInt32  a varint n, n days since 1970 as u32, little-endian, any order
//
// Values of a row, as `finalizeAggregation(...)` gives them in RowBinary: the numbers alone, in the
// same order, and the days as an array with the same form as the state.
//
// Functions keep no state. Columns: one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "record/history.h"

namespace pdns::store_clickhouse {

// The seven columns of a block under way, each a run of states.
struct StateColumns {
  std::string first, last, cnt, zone, reasons, sensors, days;

  // The sensors have the cluster's numbers already. 44 bytes a row, and 4 more for each day but
  // one.
  void Append(const record::History& history);

  // A row that is no tuple.
  void AppendNumbers(std::uint64_t first, std::uint64_t last, std::uint64_t count,
                     std::uint8_t reasons);

  std::size_t size() const;
  void Clear();
};

// The values of one row. Of any bytes; the cursor fails where they are no history: a first-seen
// behind the last-seen or beyond the year 9999, days outside of them, no sensor.
record::History ReadValues(Cursor& cursor);

// The same from the states themselves.
record::History ReadStates(Cursor& cursor);

}  // namespace pdns::store_clickhouse
