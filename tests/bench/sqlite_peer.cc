// pdns-bench-sqlite: the same tuples into SQLite, the peer that everybody has at hand.
//
// One row a tuple, INSERT .. ON CONFLICT DO UPDATE for every sighting (min, max, count + 1), and
// the two indexes that the two directions of lookup need: the primary key (rrname, rrtype, rdata),
// in which the rows themselves lie, and one on rdata. Set up in SQLite's favour: prepared
// statement, WAL, transactions of 500,000 rows, a page cache of 256 MiB, exclusive lock. Decoding
// is this project's.
//
// Prints one JSON object: frames, stored, tuples.
#include <sqlite3.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "pipeline.h"

namespace {

using pdns::record::Sighting;
using pdns::record::Tuple;

constexpr int kUsage = 64;
constexpr int kNoInput = 66;
constexpr int kIo = 74;
constexpr std::uint64_t kRowsATransaction = 500000;

constexpr const char* kSetUp = R"(
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -262144;
PRAGMA temp_store = MEMORY;
CREATE TABLE tuples (
  rrname BLOB NOT NULL, rrtype INTEGER NOT NULL, rdata BLOB NOT NULL,
  time_first INTEGER NOT NULL, time_last INTEGER NOT NULL, count INTEGER NOT NULL,
  bailiwick INTEGER NOT NULL,
  PRIMARY KEY (rrname, rrtype, rdata)) WITHOUT ROWID;
CREATE INDEX tuples_rdata ON tuples (rdata);
)";

constexpr const char* kUpsert = R"(
INSERT INTO tuples VALUES (?1, ?2, ?3, ?4, ?4, 1, ?5)
ON CONFLICT DO UPDATE SET
  time_first = min(time_first, excluded.time_first),
  time_last = max(time_last, excluded.time_last),
  count = count + 1,
  bailiwick = max(bailiwick, excluded.bailiwick)
)";

class Database {
 public:
  explicit Database(const char* path) {
    Check(sqlite3_open(path, &db_));
    Run(kSetUp);
    Check(sqlite3_prepare_v2(db_, kUpsert, -1, &upsert_, nullptr));
    Run("BEGIN");
  }
  ~Database() {
    sqlite3_finalize(upsert_);
    sqlite3_close(db_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void Add(const Tuple& tuple, const Sighting& sighting) {
    BindBlob(1, tuple.owner);
    Check(sqlite3_bind_int(upsert_, 2, static_cast<int>(tuple.type)));
    BindBlob(3, tuple.rdata);
    Check(sqlite3_bind_int64(upsert_, 4, sighting.first.time_since_epoch().count()));
    Check(sqlite3_bind_int(upsert_, 5, sighting.bailiwick.rank()));
    if (sqlite3_step(upsert_) != SQLITE_DONE) Fail();
    Check(sqlite3_reset(upsert_));
    if (++rows_ % kRowsATransaction == 0) Run("COMMIT; BEGIN");
  }

  std::int64_t Finish() {
    Run("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    sqlite3_stmt* count = nullptr;
    Check(sqlite3_prepare_v2(db_, "SELECT count(*) FROM tuples", -1, &count, nullptr));
    if (sqlite3_step(count) != SQLITE_ROW) Fail();
    const std::int64_t tuples = sqlite3_column_int64(count, 0);
    sqlite3_finalize(count);
    return tuples;
  }

 private:
  void BindBlob(int column, pdns::Bytes bytes) {
    // An empty blob must not become NULL.
    const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    Check(sqlite3_bind_blob(upsert_, column, data, static_cast<int>(bytes.size()), SQLITE_STATIC));
  }
  void Run(const char* sql) { Check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  void Check(int result) {
    if (result != SQLITE_OK) Fail();
  }
  [[noreturn]] void Fail() {
    std::fprintf(stderr, "pdns-bench-sqlite: %s\n", sqlite3_errmsg(db_));
    std::exit(kIo);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* upsert_ = nullptr;
  std::uint64_t rows_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: pdns-bench-sqlite FILE DATABASE (a new file)\n");
    return kUsage;
  }
  Database database(argv[2]);
  const auto read = pdns::bench::ReadCapture(
      argv[1],
      [&](const Tuple& tuple, const Sighting& sighting) { database.Add(tuple, sighting); });
  if (!read.ok()) {
    std::fprintf(stderr, "pdns-bench-sqlite: %s\n", read.status().message().c_str());
    return kNoInput;
  }
  const std::int64_t tuples = database.Finish();
  std::printf("{\"frames\":%llu,\"stored\":%llu,\"tuples\":%lld}\n",
              static_cast<unsigned long long>(read->frames),
              static_cast<unsigned long long>(read->stored), static_cast<long long>(tuples));
  return 0;
}
