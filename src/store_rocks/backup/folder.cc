#include "store_rocks/backup/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/utilities/backup_engine.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "base/bytes.h"
#include "base/whole_number.h"
#include "store_rocks/common.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarker = "pdns-backups";
constexpr std::string_view kMarkerText = "pdns backups 1, database ";

std::string MarkerOf(const std::string& folder) { return fmt::format("{}/{}", folder, kMarker); }

// Written under another name first: a marker is whole or not there.
Status WriteMarker(const std::string& folder, const std::string& identity) {
  const std::string part = MarkerOf(folder) + ".part";
  const std::string text = fmt::format("{}{}\n", kMarkerText, identity);
  const int fd = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd < 0) return Status::DiskErrno(part, errno);
  errno = 0;
  const bool written =
      write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  const int error = errno != 0 ? errno : ENOSPC;
  close(fd);
  if (!written) return Status::DiskErrno(part, error);
  if (rename(part.c_str(), MarkerOf(folder).c_str()) != 0) return Status::DiskErrno(part, errno);
  return SyncFolder(folder);
}

// The marker that a crash left half written is nothing yet.
bool IsEmpty(const std::string& folder, std::error_code& error) {
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename();
    // A file system of its own has this one from the beginning.
    if (name != fmt::format("{}.part", kMarker) && name != "lost+found") return false;
  }
  return !error;
}

}  // namespace

Result<std::string> BackupIdentity(const std::string& folder) {
  std::error_code error;
  if (!fs::exists(folder, error) && !error) return std::string();
  std::ifstream marker(MarkerOf(folder));
  std::string line;
  if (marker && std::getline(marker, line) && line.starts_with(kMarkerText) &&
      line.size() > kMarkerText.size()) {
    return line.substr(kMarkerText.size());
  }
  if (IsEmpty(folder, error)) return std::string();
  if (error) return Status::DiskErrno("backup folder " + folder, error.value());
  return Status::NoInput("backup folder " + folder +
                         ": it holds something else than backups of pdns: name another");
}

Status MakeBackupFolder(const std::string& folder, const std::string& identity) {
  std::error_code error;
  if (!fs::exists(MarkerOf(folder), error)) {
    fs::create_directory(folder, error);
    if (error) return Status::DiskErrno("backup folder " + folder, error.value());
    return WriteMarker(folder, identity);
  }
  return {};
}

Result<FolderLock> LockBackups(const std::string& folder, FolderLock::Kind kind) {
  auto lock = FolderLock::Lock(MarkerOf(folder), kind);
  if (!lock.ok() && lock.status().code() == Code::kBusy) {
    return Status::Busy("backup folder " + folder + ": " +
                        (kind == FolderLock::Kind::kAlone ? "its backups are being read"
                                                          : "old backups are being removed") +
                        ": try again");
  }
  return lock;
}

Result<std::unique_ptr<rocksdb::BackupEngine>> OpenBackups(const std::string& folder) {
  rocksdb::BackupEngineOptions options(folder);
  rocksdb::BackupEngine* engine = nullptr;
  const auto opened = rocksdb::BackupEngine::Open(options, rocksdb::Env::Default(), &engine);
  std::unique_ptr<rocksdb::BackupEngine> owned(engine);
  if (!opened.ok()) return FromRocks(folder, "the backups cannot be opened", opened);
  return owned;
}

// Lines "NAME crc32 NUMBER" behind four of other things.
std::optional<std::vector<BackupFile>> FilesOfBackup(const std::string& folder,
                                                     std::uint32_t number) {
  std::ifstream meta(fmt::format("{}/meta/{}", folder, number));
  std::vector<BackupFile> files;
  std::optional<std::size_t> announced;
  for (std::string line; std::getline(meta, line);) {
    std::istringstream words(line);
    BackupFile file;
    std::string how;
    if (words >> file.name >> how >> file.checksum && how == "crc32") {
      // Only names that RocksDB makes: nothing outside the folder is read.
      if (file.name.find("..") != std::string::npos || file.name.starts_with('/')) return {};
      files.push_back(std::move(file));
    } else if (std::size_t count = 0; std::istringstream(line) >> count) {
      announced = count;  // the last line of numbers in front of the files
    }
  }
  if (files.empty() || announced != files.size()) return std::nullopt;
  return files;
}

std::optional<std::uint64_t> SizeInName(const std::string& name) {
  if (!name.starts_with("shared_checksum/") || !name.ends_with(".sst")) return std::nullopt;
  std::string_view digits = name;
  digits.remove_suffix(std::string_view(".sst").size());
  digits.remove_prefix(digits.rfind('_') + 1);
  return WholeNumber<std::uint64_t>(digits);
}

const std::string& FileChecks::FaultOf(const BackupFile& file, bool read) {
  const auto [known, first] = faults_.try_emplace(file.name);
  if (first) known->second = Look(file, read);
  return known->second;
}

std::string FileChecks::Look(const BackupFile& file, bool read) {
  std::error_code error;
  const auto size = fs::file_size(fmt::format("{}/{}", folder_, file.name), error);
  if (error) return fmt::format("{}: {}", file.name, error.message());
  const auto named = SizeInName(file.name);
  if (named.has_value() && *named != size)
    return fmt::format("{}: {} bytes in place of {}", file.name, size, *named);
  // Those without a size in their name are small, and always read.
  return read || !named.has_value() ? ReadAll(file) : "";
}

std::string FileChecks::ReadAll(const BackupFile& file) {
  constexpr std::size_t kPiece = 1U << 20;
  std::ifstream in(fmt::format("{}/{}", folder_, file.name), std::ios::binary);
  const auto checksum = rocksdb::GetFileChecksumGenCrc32cFactory()->CreateFileChecksumGenerator({});
  std::string piece(kPiece, '\0');
  while (in && !stopped_) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto size = static_cast<std::size_t>(in.gcount());
    checksum->Update(piece.data(), size);
    done_ += size;
    stopped_ = watch_ && !watch_("checksums", done_, total_);
  }
  if (stopped_) return "";
  if (!in.eof()) return file.name + ": it cannot be read";
  checksum->Finalize();
  const std::string bytes = checksum->GetChecksum();
  Cursor cursor(AsBytes(bytes));  // in network order
  return cursor.U32() == file.checksum ? "" : file.name + ": its checksum is not what it was";
}

}  // namespace pdns::store_rocks
