// How much is in a database, kept up to date with every batch: what a batch changed -> [Totals] ->
// meta rows; and back, when a database is opened. Guest: rocksdb.
//
// A value: the writer changes a copy, and keeps the copy once the batch is stored. The copy and its
// rows cost what the batch changes, and kFewRows besides. One thread at a time.
//
// What strangers send makes at most kStrangersRows rows, of some 25 bytes each: rrtypes, sets of
// reasons for the quarantine, sensors, counters, parts of the sketch. The operator makes the
// others: one for each month and rule of expiry.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "record/counters.h"
#include "record/history.h"
#include "record/rrtype.h"
#include "record/statistics.h"
#include "store/meta_rows.h"
#include "store/sketch.h"
#include "store_rocks/type_counts.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace pdns::store_rocks {

using MetaRows = std::map<std::string, std::string>;

class Totals {
 public:
  // Rows that are looked at with each batch, whatever it changes: all but those of rrtypes, of
  // expiry and of the sketch.
  static constexpr std::size_t kFewRows = 512;
  static constexpr std::size_t kStrangersRows = 65'536 + kFewRows + store::Sketch::kParts;

  // Reads all meta rows but the ledger. kIo; kCorrupt names the row that cannot be read.
  Status Load(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta, const std::string& path);

  // For a new database. `seed` keys the hash of the sketch.
  void Begin(std::uint64_t seed) { seed_ = seed; }

  void AddOwner() { ++owners_; }
  void AddRow(record::RrType type, Bytes rdata);
  void AddTimes(std::chrono::sys_seconds first, std::chrono::sys_seconds last);
  // The latest last-seen of all rows that were ever stored as trusted; the epoch if there are none.
  std::chrono::sys_seconds last_seen() const {
    return times_.has_value() ? times_->last : std::chrono::sys_seconds();
  }
  void MoveQuarantined(std::uint8_t from, std::uint8_t to);  // reasons; 0: not there
  void AddCounters(const record::Counters& counters);
  void RemoveRow(record::RrType type) { types_.Remove(type); }
  void RemoveOwner() { --owners_; }
  void AddExpired(std::string_view rule, std::chrono::sys_seconds last, std::uint64_t rows = 1);

  // The number of the sensor of that name; a new name gets the next one. kOtherSensors once
  // kMostSensors are given out.
  unsigned SensorNumber(std::string_view name);
  const std::vector<std::string>& sensors() const { return sensors_; }

  // The numbers of the journal's oldest and of its next row; equal if there are none.
  std::uint64_t journal_first() const { return journal_first_; }
  std::uint64_t journal_next() const { return journal_next_; }
  void AddJournal(std::uint64_t rows) { journal_next_ += rows; }
  void TrimJournal(std::uint64_t first) { journal_first_ = first; }
  // When rows of it last went; the epoch if none ever did. A time before the epoch counts as that.
  std::chrono::sys_seconds journal_aged() const;
  void AgeJournal(std::chrono::sys_seconds when);

  // Adds the meta rows that changed since Load or the last Put. How many rows were looked at for
  // that.
  std::size_t Put(MetaRows& rows);

  // Fills in all but the captures and the disk. The distinct addresses are an estimate.
  void Tell(record::Statistics& statistics) const;

 private:
  bool LoadRow(std::string_view key, Bytes value);
  bool LoadNumber(std::string_view key, std::uint64_t number);
  MetaRows FewRows() const;
  std::uint64_t& Expired(const std::string& key);

  std::uint64_t owners_ = 0;
  TypeCounts types_;
  std::map<std::uint8_t, std::uint64_t> quarantined_;
  std::optional<store::Times> times_;
  record::Counters counters_;
  std::vector<std::string> sensors_;
  std::uint64_t seed_ = 0;
  store::Sketch addresses_;
  std::uint64_t journal_first_ = 1;
  std::uint64_t journal_next_ = 1;
  std::uint64_t journal_aged_ = 0;  // seconds
  using ByKey = std::map<std::string, std::uint64_t>;
  std::shared_ptr<ByKey> expired_ = std::make_shared<ByKey>();  // shared with copies until a change
  std::set<std::string> expired_changed_;                       // keys of it
  MetaRows put_;  // the few rows as they stand in the database
};

}  // namespace pdns::store_rocks
