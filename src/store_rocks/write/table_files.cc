#include "store_rocks/write/table_files.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>

#include <filesystem>
#include <system_error>
#include <vector>

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;

// Beside the database's own files, so that taking a file in is a link and no copy.
std::string Directory(const std::string& database) { return database + "/incoming"; }

}  // namespace

void TableFiles::RemoveLeftovers(const std::string& database) {
  std::error_code ignored;
  // A crash before Ingest leaves them; none is part of the database, and the ledger does not have
  // their batch.
  fs::remove_all(Directory(database), ignored);
}

TableFiles::TableFiles(rocksdb::DB& db, std::span<rocksdb::ColumnFamilyHandle* const> handles)
    : db_(db), handles_(handles) {
  std::error_code ignored;  // writing the first file will say it
  fs::create_directory(Directory(db.GetName()), ignored);
}

TableFiles::~TableFiles() {
  std::error_code ignored;
  // Of what was ingested RocksDB has removed these names (move_files); what is left is nobody's.
  for (const std::string& file : files_) {
    if (!file.empty()) fs::remove(file, ignored);
  }
}

rocksdb::Status TableFiles::Write(Family family, const Fill& fill) {
  rocksdb::Options options(db_.GetDBOptions(), db_.GetOptions(handles_[family]));
  // The compression of the upper levels, from where compaction takes the rows down.
  options.bottommost_compression = rocksdb::kDisableCompressionOption;
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(options), options, handles_[family]);
  const std::string file =
      Directory(db_.GetName()) + "/" + std::string(kFamilyNames[family]) + ".sst";
  // Before it is opened: what a failure leaves half written is removed as well.
  files_[family] = file;
  auto status = writer.Open(file);
  if (status.ok()) status = fill(writer);
  // Finish syncs the file, so that the manifest never names bytes that a crash takes.
  if (status.ok()) status = writer.Finish();
  return status;
}

rocksdb::Status TableFiles::Ingest() {
  std::vector<rocksdb::IngestExternalFileArg> families;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    if (files_[i].empty()) continue;
    rocksdb::IngestExternalFileArg& one = families.emplace_back();
    one.column_family = handles_[i];
    one.external_files = {files_[i]};
    one.options.move_files = true;
    one.options.failed_move_fall_back_to_copy = true;
    one.options.write_global_seqno = false;  // the files stay as they were synced
  }
  // One call for all families is one record of the manifest: all or nothing (table_files.h).
  return db_.IngestExternalFiles(families);
}

}  // namespace pdns::store_rocks
