#include "store_rocks/commits.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string_view>

#include "base/hash.h"
#include "store/meta_rows.h"
#include "store_rocks/common.h"

namespace pdns::store_rocks {
namespace {

using store::CommitCounts;
using store::kCommitsByFilesKey;
using store::kCommitsByLogKey;

Result<CommitCounts> Read(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta,
                          const std::string& path, std::string_view key) {
  std::string value;
  const auto got = db.Get({}, meta, ToSlice(key), &value);
  if (got.IsNotFound()) return CommitCounts();
  if (!got.ok()) return FromRocks(path, "read of the number of batches", got);
  const auto counts = store::DecodeCommitsValue(AsBytes(value));
  if (!counts.has_value()) return DamagedRow(path, kFamilyNames[kMeta], key);
  return *counts;
}

std::string MarkName(const std::string& path) { return path + "/committed"; }

// A number and its hash, so that a mark that was cut is none.
std::string MarkOf(std::uint64_t commits) {
  std::string mark;
  AppendU64(mark, commits);
  AppendU64(mark, Hash64(AsBytes(mark), 0));
  return mark;
}

}  // namespace

Result<Commits> Commits::Load(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta,
                              const std::string& path) {
  const auto of_log = Read(db, meta, path, kCommitsByLogKey);
  if (!of_log.ok()) return of_log.status();
  const auto of_files = Read(db, meta, path, kCommitsByFilesKey);
  if (!of_files.ok()) return of_files.status();
  if (of_log->by_files > of_files->by_files || of_files->by_log > of_log->by_log) {
    return Status::Corrupt("database " + path +
                           ": damaged, its log and its table files are of different moments");
  }
  Commits commits;
  commits.counts_ = {of_log->by_log, of_files->by_files};
  return commits;
}

void Commits::Add(bool by_files, MetaRows& rows) {
  ++(by_files ? counts_.by_files : counts_.by_log);
  rows[std::string(by_files ? kCommitsByFilesKey : kCommitsByLogKey)] =
      store::CommitsValue(counts_);
}

std::uint64_t ReadMark(const std::string& path) {
  const int fd = open(MarkName(path).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  std::array<char, 2 * sizeof(std::uint64_t) + 1> bytes{};
  const ssize_t size = read(fd, bytes.data(), bytes.size());
  close(fd);
  if (size < 0) return 0;
  const std::string_view mark(bytes.data(), static_cast<std::size_t>(size));
  Cursor cursor(AsBytes(mark));
  const std::uint64_t commits = cursor.U64();
  return cursor.ok() && mark == MarkOf(commits) ? commits : 0;
}

void WriteMark(const std::string& path, std::uint64_t commits) {
  const int fd = open(MarkName(path).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return;
  const std::string mark = MarkOf(commits);
  // In one piece, over the one before: a reader sees either.
  static_cast<void>(!pwrite(fd, mark.data(), mark.size(), 0));
  close(fd);
}

Status CheckMark(const std::string& path, std::uint64_t mark, const Commits& commits) {
  if (commits.sum() >= mark) return {};
  return Status::Corrupt("database " + path + ": damaged, " + std::to_string(mark) +
                         " batches were stored and " + std::to_string(commits.sum()) +
                         " are there: its log or its list of files was cut or damaged")
      .With(Remedy::kRepair);
}

}  // namespace pdns::store_rocks
