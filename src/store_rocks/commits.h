// How many batches were stored, so that a log or a list of files that lost its end is noticed:
// RocksDB opens such a database without an error. Guest: rocksdb.
//
//   Apply -> a row of the batch (how many came by the log and by table files) -> the mark, a file
//
// They tell of two losses:
// - There are fewer batches than the mark says: the end of the log or of the list of files is gone.
// - A batch of the log was written after more table files than the list of files has, or the other
//   way round: the two are of different moments. So it is where a database was copied beside its
//   writer, or is read while a batch is being stored.
// The mark costs a write of 16 bytes a batch and no sync. It never says more than is stored. After
// the machine failed it may say less; then it notices less. Bytes in schema/keys.md.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"
#include "store/meta_rows.h"
#include "store_rocks/totals.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace pdns::store_rocks {

// A value. One thread at a time. The functions below keep no state.
class Commits {
 public:
  // kCorrupt: log and list of files are of different moments; kIo.
  static Result<Commits> Load(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta,
                              const std::string& path);

  // One more batch; adds its row to those that are stored with it.
  void Add(bool by_files, MetaRows& rows);

  std::uint64_t sum() const { return counts_.by_log + counts_.by_files; }

 private:
  store::CommitCounts counts_;
};

// The number in the mark of a database; 0 if there is none, or none that can be read.
std::uint64_t ReadMark(const std::string& path);

// A failure is no error: the mark then says less.
void WriteMark(const std::string& path, std::uint64_t commits);

// Are there as many batches as `mark` says, which was read before the database was opened?
// kCorrupt, with Remedy::kRepair.
Status CheckMark(const std::string& path, std::uint64_t mark, const Commits& commits);

}  // namespace pdns::store_rocks
