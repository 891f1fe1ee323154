#include "store_rocks/backup/list.h"

#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/backup_engine.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <system_error>
#include <vector>

#include "base/whole_number.h"
#include "store_rocks/backup/folder.h"
#include "store_rocks/backup/note.h"
#include "store_rocks/common.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;

using Infos = std::map<std::uint32_t, rocksdb::BackupInfo>;

// Those that RocksDB can read.
Result<Infos> ReadInfos(const std::string& folder) {
  Infos infos;
  std::error_code error;
  // Nothing was backed up yet: RocksDB would take the missing folder for a failure.
  if (!fs::exists(folder + "/meta", error)) return infos;
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  const auto status = rocksdb::BackupEngineReadOnly::Open(rocksdb::BackupEngineOptions(folder),
                                                          rocksdb::Env::Default(), &opened);
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> engine(opened);
  if (!status.ok()) return FromRocks(folder, "the backups cannot be read", status);
  std::vector<rocksdb::BackupInfo> found;
  engine->GetBackupInfo(&found);
  for (rocksdb::BackupInfo& info : found) infos.emplace(info.backup_id, std::move(info));
  return infos;
}

// All of them: meta/N is there once backup N is whole, and N.tmp before.
std::set<std::uint32_t> NumbersIn(const std::string& folder) {
  std::set<std::uint32_t> numbers;
  std::error_code error;
  for (fs::directory_iterator it(folder + "/meta", error), end; !error && it != end;
       it.increment(error)) {
    const auto number = WholeNumber<std::uint32_t>(it->path().filename().string());
    if (number.has_value()) numbers.insert(*number);
  }
  return numbers;
}

// One thread.
class Lister {
 public:
  Lister(const std::string& folder, bool verify) : folder_(folder), verify_(verify) {}

  Result<store::BackupList> List(const store::VerifyWatch& watch) {
    const auto infos = ReadInfos(folder_);
    if (!infos.ok()) return infos.status();
    for (const std::uint32_t number : NumbersIn(folder_)) Add(number);
    FileChecks checks(folder_, watch, total_);
    store::BackupList list;
    for (const auto& [number, files] : files_)
      list.backups.push_back(Tell(number, files, *infos, checks));
    list.complete = !checks.stopped();
    return list;
  }

 private:
  using Files = std::optional<std::vector<BackupFile>>;

  std::uint64_t SizeOf(const std::string& name) const {
    std::error_code gone;
    const auto size = fs::file_size(fmt::format("{}/{}", folder_, name), gone);
    return gone ? 0 : size;
  }

  void Add(std::uint32_t number) {
    Files files = FilesOfBackup(folder_, number);
    if (files.has_value()) {
      for (const BackupFile& file : *files)
        if (++users_[file.name] == 1) total_ += SizeOf(file.name);
    }
    files_.emplace(number, std::move(files));
  }

  store::Backup Tell(std::uint32_t number, const Files& files, const Infos& infos,
                     FileChecks& checks) const {
    store::Backup backup;
    backup.number = number;
    const auto info = infos.find(number);
    if (info != infos.end()) {
      backup.made = std::chrono::sys_seconds(std::chrono::seconds(info->second.timestamp));
      auto note = ParseNote(info->second.app_metadata);
      if (note.has_value()) backup.note = std::move(*note);
      if (!note.has_value()) backup.fault = fmt::format("meta/{}: not made by pdns", number);
    }
    if (!files.has_value()) backup.fault = fmt::format("meta/{}: it cannot be read", number);
    if (!files.has_value()) return backup;
    for (const BackupFile& file : *files) {
      const std::uint64_t size = SizeOf(file.name);
      backup.bytes += size;
      if (users_.at(file.name) == 1) backup.own_bytes += size;
      const std::string& fault = checks.FaultOf(file, verify_);
      if (backup.fault.empty()) backup.fault = fault;
    }
    if (info == infos.end() && backup.fault.empty())
      backup.fault = fmt::format("meta/{}: RocksDB cannot read it", number);
    return backup;
  }

  const std::string& folder_;
  const bool verify_;
  std::map<std::uint32_t, Files> files_;
  std::map<std::string, std::uint32_t> users_;  // backups that have the file
  std::uint64_t total_ = 0;                     // bytes of all files
};

}  // namespace

Result<store::BackupList> ListBackups(const std::string& folder, bool verify,
                                      const store::VerifyWatch& watch) {
  const auto identity = BackupIdentity(folder);
  if (!identity.ok()) return identity.status();
  if (identity->empty())
    return Status::NoInput("backup folder " + folder + ": there are no backups of pdns");
  const auto lock = LockBackups(folder, FolderLock::Kind::kShared);
  if (!lock.ok()) return lock.status();
  return Lister(folder, verify).List(watch);
}

}  // namespace pdns::store_rocks
