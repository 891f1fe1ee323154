// Rows -> [NativeBlock] -> bytes of ClickHouse's format Native, as the body of an INSERT has them.
//
// A block says how many columns and rows it has, then has column behind column; states of
// aggregates stand there as they are (states.h). The server takes a block whole or not at all, and
// refuses one that is cut. RowBinary would not do: 18.16 stores a body that is cut between two
// rows, and answers 200. Several blocks may follow each other: each is whole or not stored, in
// their order.
//
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "record/history.h"
#include "store_clickhouse/schema.h"
#include "store_clickhouse/states.h"
#include "store_clickhouse/write/files.h"

namespace pdns::store_clickhouse {

class NativeBlock {
 public:
  // The key of a row, in the order of the columns. What the kind does not use is empty or 0.
  struct Key {
    RowKind kind{};
    std::string_view key;
    std::uint16_t rrtype = 0;
    std::string_view owner{};
    std::string_view rdata{};
  };

  void Add(const Key& key, const record::History& history);

  // A row that is no tuple. `first` and `last` are numbers of any meaning.
  struct Numbers {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t count = 0;
    std::uint8_t reasons = 0;
  };
  void Add(const Key& key, const Numbers& numbers);

  std::size_t rows() const { return rows_; }

  // Of Bytes(), but for some 500 of the head.
  std::size_t size() const;

  // The whole block, piece by piece, for those who need no copy of it.
  Status WriteTo(const PieceSink& sink) const;
  std::string Bytes() const;

 private:
  void AddKey(const Key& key);

  std::size_t rows_ = 0;
  std::string kinds_, keys_, types_, owners_, rdata_;
  StateColumns states_;
};

}  // namespace pdns::store_clickhouse
