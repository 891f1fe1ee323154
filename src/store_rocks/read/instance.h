// One open read-only RocksDB over a database's files: what a moment is read from. Guest: rocksdb.
//
// RocksDB reads the list of files (MANIFEST) and the log, and then opens every file. Beside a
// writer one of them may be gone by then, so opening is tried again. A file that is missing while
// the list stays the same is damage. The instance is a read-only one and not RocksDB's secondary:
// if a file is missing, a secondary silently shows an older list, and its assertions end the
// process if a writer starts beside it on a slow disk.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "store_rocks/read/source.h"

namespace rocksdb {
class Cache;
}

namespace pdns::store_rocks {

// What tells one state of the database's files from another. It changes with every commit. A value.
struct Version {
  std::string manifest;  // CURRENT
  std::uint64_t manifest_size = 0;
  std::uint64_t log = 0;  // the newest
  std::uint64_t log_size = 0;
  std::uint64_t oldest_log = 0;

  friend bool operator==(const Version&, const Version&) = default;
};
Version VersionOf(const std::string& path);

// Does not change once it is open: any thread may read from it. Open tries for up to some seconds
// beside a busy writer.
class Instance {
 public:
  // kNoInput: nothing there, not one of pdns, another major version; kIo; kCorrupt, naming the
  // file.
  static Result<std::shared_ptr<const Instance>> Open(const std::string& path,
                                                      const std::shared_ptr<rocksdb::Cache>& cache,
                                                      bool filters);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  Source source() const { return {*db_, handles_, path_}; }
  const Version& version() const { return version_; }
  const std::vector<std::string>& sensors() const { return sensors_; }

 private:
  explicit Instance(std::string path);

  Status TryOpen(const std::shared_ptr<rocksdb::Cache>& cache, bool filters);
  Status CheckMoment(std::uint64_t mark) const;
  Status ReadSchema();

  std::string path_;
  Version version_;  // read before the files: never newer than they are
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::vector<std::string> sensors_;
};

}  // namespace pdns::store_rocks
