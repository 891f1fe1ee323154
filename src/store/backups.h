// Backups of a database as an engine tells of them: a backup folder -> [Backup] -> a list for a
// person (admin/backup_report.h).
//
// Values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pdns::store {

// The place in a database from which a backup is copied: a checkpoint that the process that owns
// the database makes, and that is removed once the backup is whole.
inline constexpr std::string_view kBackupSource = "backup-source";

// What a backup says of the database that it was made of.
struct BackupNote {
  // Of the database and of every copy of it; not secret, and the same after a repair or a restore.
  std::string identity;
  std::uint64_t batches = 0;  // that were ever stored in it
  std::uint64_t tuples = 0;   // trusted
  std::chrono::sys_seconds last_seen;
  std::string user;  // whose it was; empty: not known
  std::string group;
  std::string database;  // its path
};

struct Backup {
  std::uint32_t number = 0;
  std::chrono::sys_seconds made;
  std::uint64_t bytes = 0;      // of all its files
  std::uint64_t own_bytes = 0;  // of those that no other backup has
  BackupNote note;
  std::string fault;  // why it cannot be restored, with the name of the file; empty: it can
};

struct BackupList {
  std::vector<Backup> backups;  // by their numbers, which grow with time
  bool complete = true;         // false: it was ended before all was read
};

}  // namespace pdns::store
