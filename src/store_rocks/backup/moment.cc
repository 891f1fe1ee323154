#include "store_rocks/backup/moment.h"

#include <grp.h>
#include <pwd.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <sys/stat.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/hash.h"
#include "record/statistics.h"
#include "store/meta_rows.h"
#include "store_rocks/commits.h"
#include "store_rocks/read/instance.h"
#include "store_rocks/totals.h"

namespace pdns::store_rocks {
namespace {

constexpr std::size_t kCache = 8U << 20;

// Made of the secret that a database draws when it begins: a copy of it and a repaired one have it,
// too, and no other database has.
std::string IdentityOf(std::uint64_t seed) {
  std::string bytes = "pdns backups";
  AppendU64(bytes, seed);
  constexpr std::size_t kShown = 8;
  return ToHex(Bytes(Sha256(AsBytes(bytes))).first(kShown));
}

}  // namespace

BackupMoment::BackupMoment(std::string path, std::optional<FolderLock> lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

BackupMoment::~BackupMoment() {
  instance_.reset();
  std::error_code ignored;
  // What stays is removed by the next backup.
  if (lock_.has_value()) std::filesystem::remove_all(path_, ignored);
}

Result<std::unique_ptr<BackupMoment>> BackupMoment::Open(const std::string& files,
                                                         const std::string& database, bool look) {
  std::optional<FolderLock> lock;
  if (!look) {
    auto locked = FolderLock::Lock(files, FolderLock::Kind::kAlone);
    if (!locked.ok()) return locked.status();
    lock.emplace(std::move(*locked));
  }
  std::unique_ptr<BackupMoment> moment(new BackupMoment(files, std::move(lock)));
  auto instance = Instance::Open(files, NewCache(kCache), false);
  if (!instance.ok()) return instance.status();
  moment->instance_ = std::move(*instance);
  if (Status read = moment->ReadNote(database); !read.ok()) return read;
  return moment;
}

Status BackupMoment::ReadNote(const std::string& database) {
  const Source from = instance_->source();
  rocksdb::ColumnFamilyHandle* const meta = from.handles[kMeta];
  std::string value;
  const auto got = from.db.Get({}, meta, ToSlice(store::kSketchSeedKey), &value);
  const auto seed = store::DecodeNumberValue(AsBytes(value));
  if (!got.ok() || !seed.has_value())
    return DamagedRow(path_, kFamilyNames[kMeta], store::kSketchSeedKey);
  Totals totals;
  if (Status loaded = totals.Load(from.db, meta, path_); !loaded.ok()) return loaded;
  const auto commits = Commits::Load(from.db, meta, path_);
  if (!commits.ok()) return commits.status();
  record::Statistics statistics;
  totals.Tell(statistics);
  note_.identity = IdentityOf(*seed);
  note_.batches = commits->sum();
  note_.tuples = statistics.tuples;
  note_.last_seen = totals.last_seen();
  note_.database = database;
  struct stat about {};
  if (stat(database.c_str(), &about) != 0) return {};
  // NOLINTBEGIN(concurrency-mt-unsafe): a program of one thread asks.
  if (const passwd* user = getpwuid(about.st_uid); user != nullptr) note_.user = user->pw_name;
  if (const struct group* group = getgrgid(about.st_gid); group != nullptr)
    note_.group = group->gr_name;
  // NOLINTEND(concurrency-mt-unsafe)
  return {};
}

}  // namespace pdns::store_rocks
