// A large batch on its way around the log: sorted rows -> table files -> the database, all families
// in one step.
//
// A file that RocksDB takes in costs no log, no memtable and no flush: less than half the CPU of a
// WriteBatch with as many rows, and nothing for a reader to replay. All families go in by one call,
// which is one record of the manifest: after kill -9 either all of it is there, ledger row
// included, or nothing. For small batches the files and syncs cost more than the log does.
//
// One thread at a time, but for Write of different families.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>

#include "store_rocks/common.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class SstFileWriter;
}  // namespace rocksdb

namespace pdns::store_rocks {

class TableFiles {
 public:
  // Removes files that an earlier process did not ingest. Call before any batch.
  static void RemoveLeftovers(const std::string& database);

  // `handles` by Family.
  TableFiles(rocksdb::DB& db, std::span<rocksdb::ColumnFamilyHandle* const> handles);
  ~TableFiles();  // removes files that were not ingested
  TableFiles(const TableFiles&) = delete;
  TableFiles& operator=(const TableFiles&) = delete;

  // Writes the file of one family; `fill` adds its rows in key order, each key once, at least one.
  // Different families may be written by different threads.
  using Fill = std::function<rocksdb::Status(rocksdb::SstFileWriter&)>;
  rocksdb::Status Write(Family family, const Fill& fill);

  // Everything written becomes part of the database, durably, or nothing does.
  rocksdb::Status Ingest();

 private:
  rocksdb::DB& db_;
  std::span<rocksdb::ColumnFamilyHandle* const> handles_;
  std::array<std::string, kFamilies> files_;  // empty: none of this family
};

}  // namespace pdns::store_rocks
