// What scans read from: an open database at one moment. Guest: rocksdb.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "store/database.h"
#include "store/key_range.h"
#include "store/selection.h"
#include "store_rocks/common.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Iterator;
struct ReadOptions;
class Snapshot;
}  // namespace rocksdb

namespace pdns::store_rocks {

// Borrowed. The moment is that of the snapshot; without one, the instance must not change.
struct Source {
  rocksdb::DB& db;
  std::span<rocksdb::ColumnFamilyHandle* const> handles;  // by Family
  const std::string& path;
  const rocksdb::Snapshot* moment = nullptr;
};

rocksdb::ReadOptions OptionsOf(const Source& source);

// Walks over one family: hands up its entries in key order until the range ends or the callback
// says so. Counts the entries, for the watch. One thread at a time; the callback may begin another
// walk.
class Walker {
 public:
  explicit Walker(const Source& source);
  ~Walker();
  Walker(const Walker&) = delete;
  Walker& operator=(const Walker&) = delete;

  // What to do behind an entry.
  enum class Next : std::uint8_t { kOn, kJump, kEnd };

  // What the test of a name says of its rows, for a scan; nothing where they are taken.
  static std::optional<Next> Skipping(store::Step step);

  // For kJump, `jump` is the key to go on from, behind this one.
  using Each = std::function<Next(Bytes key, Bytes value, std::string& jump)>;

  // Begins at `from`, or at the begin of the range if that is behind it. Adds to `scanned` the keys
  // and whether the watch ended the walk. kIo, kCorrupt: errors of the engine.
  Status Walk(Family family, const store::KeyRange& range, std::string_view from,
              const store::Watch& watch, store::Scanned& scanned, const Each& each);

  const Source& source() const { return source_; }

 private:
  std::unique_ptr<rocksdb::Iterator> OpenIterator(Family family);

  Source source_;
  std::array<std::unique_ptr<rocksdb::Iterator>, kFamilies> spare_;
};

}  // namespace pdns::store_rocks
