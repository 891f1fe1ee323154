// A backup folder: what is in it, and who may work in it. Guest: rocksdb, whose BackupEngine keeps
// the backups.
//
//   DIR/pdns-backups              a line that names the database that all backups are of
//   DIR/shared_checksum/..sst     table files, each once, however many backups have it
//   DIR/private/N/..              the few small files of backup N
//   DIR/meta/N                    its files with their checksums; backup N is there once this is
//
// A backup is whole or not there: RocksDB syncs its files, then renames meta/N.tmp. What a crash
// leaves is removed by the next backup. One process at a time makes backups; reading beside it is
// safe but for the moment in which old ones are removed (kShared against kAlone of the marker).
//
// The folder is trusted like a database: its texts are bounded by the size of its files alone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/folder.h"
#include "base/status.h"
#include "store/backups.h"
#include "store/verification.h"

namespace rocksdb {
class BackupEngine;
}

namespace pdns::store_rocks {

// The identity of the database whose backups `folder` holds. Empty: there is no such folder, or
// nothing is in it. kNoInput: it holds something else; kIo.
Result<std::string> BackupIdentity(const std::string& folder);

// Makes the folder and its marker if they are not there. kDisk, kIo.
Status MakeBackupFolder(const std::string& folder, const std::string& identity);

// Against the removal of old backups; held for as long as the folder is read or they are removed.
// kBusy.
Result<FolderLock> LockBackups(const std::string& folder, FolderLock::Kind kind);

// To make and remove backups. Also ends what a crash left of a removal. kDisk, kIo, kCorrupt.
Result<std::unique_ptr<rocksdb::BackupEngine>> OpenBackups(const std::string& folder);

struct BackupFile {
  std::string name;  // below the folder
  std::uint32_t checksum = 0;
};

// The files of a backup by meta/N. Nothing if that cannot be read.
std::optional<std::vector<BackupFile>> FilesOfBackup(const std::string& folder,
                                                     std::uint32_t number);

// The size in a shared file's name, "000012_sABC_4711.sst"; nothing for others.
std::optional<std::uint64_t> SizeInName(const std::string& name);

// Checksums of files of a folder, each of which is read once. One thread.
class FileChecks {
 public:
  FileChecks(std::string folder, const store::VerifyWatch& watch, std::uint64_t total)
      : folder_(std::move(folder)), watch_(watch), total_(total) {}

  // Empty: it has the size in its name and, if `read`, its checksum. Else what is wrong.
  const std::string& FaultOf(const BackupFile& file, bool read);

  bool stopped() const { return stopped_; }  // by the watch: what came then was not read

 private:
  std::string Look(const BackupFile& file, bool read);
  std::string ReadAll(const BackupFile& file);

  std::string folder_;
  const store::VerifyWatch& watch_;
  std::uint64_t total_;  // bytes, for the watch
  std::uint64_t done_ = 0;
  std::map<std::string, std::string> faults_;  // by name
  bool stopped_ = false;
};

}  // namespace pdns::store_rocks
