#include "store_rocks/backup/create.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/metadata.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/utilities/backup_engine.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include "store_rocks/backup/folder.h"
#include "store_rocks/backup/note.h"
#include "store_rocks/common.h"
#include "store_rocks/read/instance.h"
#include "store_rocks/verify/findings.h"
#include "store_rocks/verify/table_check.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;

// The engine's unit of progress.
constexpr std::uint64_t kTick = 4U << 20;

std::uint64_t SizeOf(const std::string& file) {
  std::error_code gone;
  const auto size = fs::file_size(file, gone);
  return gone ? 0 : size;
}

// The session that wrote each table file, by the file's path.
std::map<std::string, std::string> Sessions(const Source& source) {
  std::map<std::string, std::string> sessions;
  for (rocksdb::ColumnFamilyHandle* family : source.handles) {
    rocksdb::TablePropertiesCollection tables;
    if (!source.db.GetPropertiesOfAllTables(family, &tables).ok()) continue;
    for (const auto& [file, properties] : tables)
      sessions[fs::path(file).filename()] = properties->db_session_id;
  }
  return sessions;
}

// As the engine names them by default (ShareFilesNaming).
std::string SharedName(const rocksdb::LiveFileMetaData& file, const std::string& session) {
  return fmt::format("shared_checksum/{:06}_s{}_{}.sst", file.file_number, session, file.size);
}

// List of files, options, logs.
bool IsSmallPart(const std::string& name) {
  return name == "CURRENT" || name.starts_with("MANIFEST-") || name.starts_with("OPTIONS-") ||
         name.ends_with(".log");
}

void AddSmallParts(const std::string& path, BackupPlan& plan) {
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (!IsSmallPart(it->path().filename())) continue;
    const std::uint64_t size = SizeOf(it->path());
    ++plan.files;
    plan.bytes += size;
    plan.copied += size;
  }
}

Status CheckFolder(const BackupMoment& moment, const std::string& folder) {
  const std::string& database = moment.note().database;
  if (IsWithin(folder, database) || IsWithin(database, folder)) {
    return Status::Usage(
        fmt::format("backup folder {}: it and the database {} must not be one in "
                    "the other: name another",
                    folder, database));
  }
  const auto identity = BackupIdentity(folder);
  if (!identity.ok()) return identity.status();
  if (identity->empty() || *identity == moment.note().identity) return {};
  return Status::NoInput(
      fmt::format("backup folder {}: it holds backups of another database ({}) than {} ({}): name "
                  "another",
                  folder, *identity, database, moment.note().identity));
}

Status NoRoom(const std::string& folder, std::uint64_t copied, std::uint64_t free_bytes) {
  return Status::Disk(
      fmt::format("backup folder {}: {} bytes are to be copied, and {} are free: no backup was "
                  "made",
                  folder, copied, free_bytes));
}

// Blocks of the files that are to be copied.
Status CheckNewTables(const BackupMoment& moment, const BackupPlan& plan,
                      const store::VerifyWatch& watch, bool& stopped) {
  store::Verification verification;
  Findings findings(verification);
  stopped = !CheckTables(moment.path(), plan.new_tables, watch, verification, findings);
  if (verification.findings.empty()) return {};
  const store::Finding& first = verification.findings.front();
  return Status::Corrupt(fmt::format("database {}: damaged, its file {}: {}; no backup was made",
                                     moment.note().database, first.file, first.what))
      .With(Remedy::kRepair);
}

// A file that was cut: no backup can use it, and the engine would take it for the whole one.
void RemoveCutFiles(const std::string& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder + "/shared_checksum", error), end; !error && it != end;
       it.increment(error)) {
    const auto size = SizeInName("shared_checksum/" + it->path().filename().string());
    std::error_code ignored;
    if (size.has_value() && *size != SizeOf(it->path())) fs::remove(it->path(), ignored);
  }
}

}  // namespace

Result<BackupPlan> PlanBackup(const BackupMoment& moment, const std::string& folder) {
  if (Status checked = CheckFolder(moment, folder); !checked.ok()) return checked;
  const Source source = moment.instance().source();
  const auto sessions = Sessions(source);
  std::vector<rocksdb::LiveFileMetaData> files;
  source.db.GetLiveFilesMetaData(&files);
  BackupPlan plan;
  for (const rocksdb::LiveFileMetaData& file : files) {
    const std::string name = fs::path(file.relative_filename).filename();
    ++plan.files;
    plan.bytes += file.size;
    const auto session = sessions.find(name);
    const bool there = session != sessions.end() &&
                       SizeOf(folder + "/" + SharedName(file, session->second)) == file.size;
    if (there) continue;
    plan.copied += file.size;
    plan.new_tables.push_back(name);
  }
  AddSmallParts(moment.path(), plan);
  std::error_code error;
  const bool made = fs::exists(folder, error);
  plan.free_bytes = FreeBytes(made ? folder : fs::absolute(folder, error).parent_path().string());
  return plan;
}

Result<std::optional<std::uint32_t>> MakeBackup(const BackupMoment& moment, const BackupPlan& plan,
                                                const std::string& folder,
                                                const store::VerifyWatch& watch) {
  constexpr std::optional<std::uint32_t> kNone;
  constexpr std::uint64_t kRest = 8192;  // of directories and of what tells of each file
  if (plan.copied + kRest * plan.files > plan.free_bytes)
    return NoRoom(folder, plan.copied, plan.free_bytes);
  bool stopped = false;
  if (Status sound = CheckNewTables(moment, plan, watch, stopped); !sound.ok()) return sound;
  if (stopped) return kNone;
  RemoveCutFiles(folder);
  auto engine = OpenBackups(folder);
  if (!engine.ok()) return engine.status();
  std::uint64_t done = 0;
  rocksdb::CreateBackupOptions options;
  options.progress_callback = [&] {
    done = std::min(done + kTick, plan.copied);
    if (!watch || watch("copying", done, plan.copied)) return;
    stopped = true;
    (*engine)->StopBackup();
  };
  rocksdb::BackupID number = 0;
  rocksdb::DB& database = moment.instance().source().db;
  const auto made =
      (*engine)->CreateNewBackupWithMetadata(options, &database, NoteText(moment.note()), &number);
  if (made.ok()) return std::optional<std::uint32_t>(number);
  if (stopped) return kNone;
  const Status failed = FromRocks(folder, "backup", made);
  if (made.IsNoSpace()) return NoRoom(folder, plan.copied, FreeBytes(folder));
  return Status{failed.code(),
                fmt::format("backup folder {}: no backup was made: {}", folder, made.ToString())};
}

Status RemoveBackups(const std::string& folder, const std::vector<std::uint32_t>& numbers) {
  if (numbers.empty()) return {};
  const auto lock = LockBackups(folder, FolderLock::Kind::kAlone);
  if (!lock.ok()) return lock.status();
  auto engine = OpenBackups(folder);
  if (!engine.ok()) return engine.status();
  for (const std::uint32_t number : numbers) {
    const auto removed = (*engine)->DeleteBackup(number);
    if (removed.ok() || removed.IsNotFound()) continue;
    return {FromRocks(folder, "", removed).code(),
            fmt::format("backup folder {}: backup {} cannot be removed: {}", folder, number,
                        removed.ToString())};
  }
  return {};
}

}  // namespace pdns::store_rocks
