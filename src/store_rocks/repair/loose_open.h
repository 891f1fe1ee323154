// A database opened whatever its table files are, for a repair alone: path -> [OpenLoosely] ->
// LooseDatabase. A file that is missing or damaged is an error when it is read, not when the
// database is opened. Guest: rocksdb.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace pdns::store_rocks {

// One thread at a time.
class LooseDatabase {
 public:
  LooseDatabase(std::unique_ptr<rocksdb::DB> db, std::vector<rocksdb::ColumnFamilyHandle*> handles);
  ~LooseDatabase();
  LooseDatabase(const LooseDatabase&) = delete;
  LooseDatabase& operator=(const LooseDatabase&) = delete;

  rocksdb::DB& db() { return *db_; }
  std::span<rocksdb::ColumnFamilyHandle* const> handles() const { return handles_; }  // by Family

  // The family with all its rows goes, and comes back empty. kIo, kDisk.
  Status Empty(std::size_t family, const std::string& path);

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

// kIo, kCorrupt: the list of files or the log cannot be read.
Result<std::unique_ptr<LooseDatabase>> OpenLoosely(const std::string& path, bool read_only);

}  // namespace pdns::store_rocks
