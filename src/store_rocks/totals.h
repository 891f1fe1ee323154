// How much is in a database, kept up to date with every batch: what a batch changed -> [Totals] ->
// meta rows; and back, when a database is opened. Guest: rocksdb.
//
// A value: the writer changes a copy, and keeps the copy once the batch is stored. One thread at a
// time.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
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

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace pdns::store_rocks {

using MetaRows = std::map<std::string, std::string>;

class Totals {
 public:
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
  void RemoveRow(record::RrType type) { --types_[type]; }
  void RemoveOwner() { --owners_; }
  void AddExpired(std::string_view rule, std::chrono::sys_seconds last);

  // The number of the sensor of that name; a new name gets the next one. kOtherSensors once
  // kMostSensors are given out.
  unsigned SensorNumber(std::string_view name);
  const std::vector<std::string>& sensors() const { return sensors_; }

  // The numbers of the journal's oldest and of its next row; equal if there are none.
  std::uint64_t journal_first() const { return journal_first_; }
  std::uint64_t journal_next() const { return journal_next_; }
  void AddJournal(std::uint64_t rows) { journal_next_ += rows; }
  void TrimJournal(std::uint64_t first) { journal_first_ = first; }

  // Adds the meta rows that changed since Load or the last Put.
  void Put(MetaRows& rows);

  // Fills in all but the captures and the disk. The distinct addresses are an estimate.
  void Tell(record::Statistics& statistics) const;

 private:
  bool LoadRow(std::string_view key, Bytes value);
  std::uint64_t* NumberOf(std::string_view key);

  std::uint64_t owners_ = 0;
  std::map<record::RrType, std::uint64_t> types_;
  std::map<std::uint8_t, std::uint64_t> quarantined_;
  std::optional<store::Times> times_;
  record::Counters counters_;
  std::vector<std::string> sensors_;
  std::uint64_t seed_ = 0;
  store::Sketch addresses_;
  std::uint64_t journal_first_ = 1;
  std::uint64_t journal_next_ = 1;
  std::map<std::string, std::uint64_t> expired_;  // by key
  MetaRows put_;  // as they stand in the database, but for the sketch
};

}  // namespace pdns::store_rocks
