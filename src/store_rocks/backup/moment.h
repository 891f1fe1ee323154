// The moment of a database that a backup is made of: a directory with its files -> [BackupMoment]
// -> an open database and what is to be said of it. Guest: rocksdb.
//
// Beside a live ingester the directory is the checkpoint that the ingester makes for it, whose
// table files are links: so the ingester pays for links and the flush of its buffers, and who makes
// the backup pays for all that is read and written.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/folder.h"
#include "base/status.h"
#include "store/backups.h"

namespace pdns::store_rocks {

class Instance;

// One thread.
class BackupMoment {
 public:
  // `files`: the directory; `database`: the path of the database. They are the same for a look
  // alone. Without `look`, the directory is locked and belongs to this object. kBusy: another
  // backup has it; else as Instance::Open.
  static Result<std::unique_ptr<BackupMoment>> Open(const std::string& files,
                                                    const std::string& database, bool look);
  // Removes the directory, unless it was a look.
  ~BackupMoment();
  BackupMoment(const BackupMoment&) = delete;
  BackupMoment& operator=(const BackupMoment&) = delete;

  const store::BackupNote& note() const { return note_; }
  const Instance& instance() const { return *instance_; }
  const std::string& path() const { return path_; }  // of the files

 private:
  BackupMoment(std::string path, std::optional<FolderLock> lock);
  Status ReadNote(const std::string& database);

  std::string path_;
  std::optional<FolderLock> lock_;
  std::shared_ptr<const Instance> instance_;
  store::BackupNote note_;
};

}  // namespace pdns::store_rocks
