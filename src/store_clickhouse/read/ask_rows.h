// A statement whose answer is short: SQL -> [AskRows] -> its rows, one after the other.
//
// Functions keep no state.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/status.h"
#include "store_clickhouse/read/shards.h"

namespace pdns::store_clickhouse {

inline constexpr std::size_t kMostAnswer = std::size_t{16} << 20;  // bytes of an answer

// Asks one shard; `sql` lacks its FORMAT. `read` is called at each row, in RowBinary, and moves the
// cursor behind it; it may fail the cursor. kCorrupt: the answer is longer than kMostAnswer, or
// cannot be read; else as Shard::Ask.
Status AskRows(Shard& shard, const std::string& sql, const std::function<void(Cursor&)>& read);

// A String of RowBinary.
std::string_view ReadText(Cursor& cursor);

}  // namespace pdns::store_clickhouse
