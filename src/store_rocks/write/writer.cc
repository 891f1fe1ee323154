#include "store_rocks/write/writer.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/hash.h"
#include "store/journal.h"
#include "store/value.h"
#include "store_rocks/check/damage.h"
#include "store_rocks/check/log_check.h"
#include "store_rocks/check/writer_checks.h"
#include "store_rocks/common.h"
#include "store_rocks/get_sorted.h"
#include "store_rocks/sensor_map.h"
#include "store_rocks/write/batch_rows.h"
#include "store_rocks/write/table_files.h"

namespace pdns::store_rocks {
namespace {

constexpr std::chrono::hours kTrimEvery(1);
constexpr double kCatchUp = 7;
constexpr std::chrono::hours kWrongClock(24);  // as frames are refused that are ahead of it
// At least so many between two looks at the journal's first rows: 256 chunks of it.
constexpr std::uint64_t kTrimEveryRows = 65'536;

}  // namespace

RocksWriter::RocksWriter(std::string path, const WriteOptions& options)
    : path_(std::move(path)),
      options_(options),
      seen_(PlanMemory(options.memory).seen_cache),
      was_late_(options.now()),
      opened_steady_(options.steady()),
      aged_steady_(opened_steady_) {}

RocksWriter::~RocksWriter() {
  // RocksDB wants its handles back before the database is closed, which the end of db_ does.
  for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
}

Status RocksWriter::Open() {
  // Before RocksDB opens it: opening replays the log and writes a new one, and what was cut off or
  // damaged in it could not be told from what never was.
  const std::uint64_t mark = options_.check_log ? ReadMark(path_) : 0;
  if (Status whole = CheckLog(path_, mark); !whole.ok()) return whole;
  rocksdb::DBOptions options;
  FillDatabaseOptions(options);
  const MemoryPlan plan = PlanMemory(options_.memory);
  cache_ = NewCache(plan.block_cache);
  const auto families = FamilyDescriptors(cache_, plan.write_buffer, true);
  rocksdb::DB* db = nullptr;
  const auto opened = rocksdb::DB::Open(options, path_, families, &handles_, &db);
  db_.reset(db);
  if (!opened.ok()) return OpenFailure(path_, opened);
  if (Status whole = CheckFiles(*db_, path_); !whole.ok()) return whole;
  // Only now: RocksDB holds its lock on the database, so the files are not those of another writer
  // at work.
  TableFiles::RemoveLeftovers(path_);
  auto commits = Commits::Load(*db_, handles_[kMeta], path_);
  if (!commits.ok()) return commits.status();
  if (Status checked = CheckMark(path_, mark, *commits); !checked.ok()) return checked;
  commits_ = *commits;
  if (Status known = OpenSchema(); !known.ok()) return known;
  if (Status loaded = totals_.Load(*db_, handles_[kMeta], path_); !loaded.ok()) return loaded;
  LoadJournalAge();
  return LoadJournalEnd();
}

// A database without schema row is one that was just made, unless it holds anything.
Status RocksWriter::OpenSchema() {
  std::string value;
  const auto got = db_->Get({}, handles_[kMeta], ToSlice(store::kSchemaKey), &value);
  if (got.ok()) return CheckSchema(path_, AsBytes(value));
  if (!got.IsNotFound()) return FromRocks(path_, "read of the schema row", got);
  for (auto* handle : handles_) {
    // A database of another program has no such row either, and must not be taken for a new one.
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, handle));
    it->SeekToFirst();
    if (it->Valid()) return CheckSchema(path_, {});
  }
  Totals begun;
  // Schema row and totals are one write: no crash leaves one without the other.
  begun.Begin(RandomSeed());
  MetaRows rows;
  begun.Put(rows);
  return PutSchema(rows);
}

Status RocksWriter::PutSchema(const MetaRows& more) {
  rocksdb::WriteBatch writes;
  rocksdb::Status status = writes.Put(handles_[kMeta], ToSlice(store::kSchemaKey),
                                      store::SchemaValue(store::kSchemaVersion));
  for (const auto& [key, value] : more) {
    if (status.ok()) status = writes.Put(handles_[kMeta], key, value);
  }
  rocksdb::WriteOptions options;
  options.sync = true;  // nothing that follows means anything without this row
  if (status.ok()) status = db_->Write(options, &writes);
  return status.ok() ? Status() : FromRocks(path_, "write of the schema row", status);
}

Status RocksWriter::LoadJournalEnd() {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, handles_[kNew]));
  it->SeekToLast();
  if (!it->Valid() && !it->status().ok())
    return FromRocks(path_, "read of the journal", it->status());
  if (!it->Valid()) {
    // An empty journal is true only if the totals say so: they are written with its rows.
    if (totals_.journal_first() == totals_.journal_next()) return {};
    return Status::Corrupt("database " + path_ +
                           ": the journal of new tuples: its rows are missing");
  }
  const auto first = store::DecodeJournalKey(View(it->key()));
  const auto head = store::DecodeJournalHead(View(it->value()));
  if (!first.has_value() || !head.has_value() || *first + head->count != totals_.journal_next())
    return DamagedRow(path_, kFamilyNames[kNew], AsText(View(it->key())));
  committed_ = head->committed;
  was_late_ = std::min(was_late_, std::max(committed_, totals_.last_seen()));
  return {};
}

Result<std::optional<record::Position>> RocksWriter::Progress(const record::SourceId& id) {
  std::string value;
  const auto got = db_->Get({}, handles_[kMeta], store::LedgerKey(id), &value);
  if (got.IsNotFound()) return std::optional<record::Position>();
  if (!got.ok()) return FromRocks(path_, "read of the ledger", got);
  auto position = store::DecodeLedgerValue(AsBytes(value));
  if (!position.has_value())
    return Status::Corrupt("database " + path_ + ": a ledger row cannot be read");
  return position;
}

Result<record::Applied> RocksWriter::Apply(const record::Batch& batch) {
  if (!failed_.ok()) return failed_;
  const SortedRows trusted(batch.trusted);
  const SortedRows quarantined(batch.quarantined);
  auto known = AskKnown(*db_, handles_[kForward], path_, seen_, trusted);
  if (!known.ok()) return known.status();

  // All of it on copies: they become ours once the batch is stored, else nothing has happened.
  Totals totals = totals_;
  const SensorMap sensors(batch.sensors, totals);
  JournalRows journal(totals.journal_next(), CommitTime());
  record::Applied applied = Count(trusted, *known, totals, journal);
  auto quarantined_known = CountQuarantined(quarantined, totals);
  if (!quarantined_known.ok()) return quarantined_known.status();
  AddOtherTotals(batch, totals);

  BatchRows rows{trusted, *known, quarantined, std::move(*quarantined_known), sensors, {}, {}};
  rows.journal = journal.Release();
  totals.AddJournal(applied.tuples_new);
  totals.Put(rows.meta);
  for (const auto& [id, position] : batch.sources)
    rows.meta[store::LedgerKey(id)] = store::LedgerValue(position);

  Commits commits = commits_;
  // A batch of nothing is not written, and must not be counted as one that is.
  if (trusted.size() + quarantined.size() + rows.meta.size() > 0)
    commits.Add(IsLarge(trusted, quarantined), rows.meta);
  const Written written = Write(*db_, handles_, path_, rows);
  // After a failed sync the rows may be there or not. Nothing that is counted from here would be
  // sure, so this writer stops; the next open reads what is true.
  if (written.unknown) failed_ = written.status;
  if (!written.status.ok()) return written.status;
  totals_ = std::move(totals);
  commits_ = commits;
  // Behind the rows: a mark without its rows would be damage, rows without their mark are none.
  WriteMark(path_, commits_.sum());
  // Only of rows that are stored: what the cache holds is never asked for again.
  known->Remember(seen_);
  failed_ = TrimJournal();  // told by the next call: this batch is stored
  return applied;
}

// What a batch says beside its rows.
void RocksWriter::AddOtherTotals(const record::Batch& batch, Totals& totals) {
  totals.AddCounters(batch.counters);
  for (const record::ExpiredRows& one : batch.expired)
    totals.AddExpired(one.rule, one.last, one.rows);
  if (batch.last != std::chrono::sys_seconds()) totals.AddTimes(batch.first, batch.last);
}

// In one pass: what is looked at lies anywhere in memory.
record::Applied RocksWriter::Count(const SortedRows& rows, const Known& known, Totals& totals,
                                   JournalRows& journal) {
  record::Applied applied;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    totals.AddTimes(rows.first(i), rows.last(i));
    if (known.row(i)) {
      ++applied.tuples_updated;
      continue;
    }
    ++applied.tuples_new;
    const bool begins = known.BeginsOwner(i);
    if (begins) totals.AddOwner();
    // Long rdata stands in the value: only a cut of it is in the key (schema/keys.md).
    const store::RowKeyParts parts = known.parts(rows, i);
    totals.AddRow(parts.type, parts.cut ? rows.long_rdata(i) : parts.rest);
    journal.Add(rows.key(i), begins ? store::NewKind::kName : store::NewKind::kRdata);
  }
  return applied;
}

// A tuple may be refused for more reasons than before: it is counted under all it has by now.
Result<std::vector<std::uint8_t>> RocksWriter::CountQuarantined(const SortedRows& rows,
                                                                Totals& totals) const {
  std::vector<std::uint8_t> known(rows.size());
  Status status = GetSorted(
      *db_, handles_[kQuarantine], path_, rows.size(), [&](std::size_t i) { return rows.key(i); },
      [&](std::size_t i, const rocksdb::Slice* value) {
        std::uint8_t before = 0;
        if (value != nullptr) {
          const auto old = store::DecodeValue(View(*value));
          if (!old.has_value()) return DamagedRow(path_, kFamilyNames[kQuarantine], rows.key(i));
          before = old->history.reasons;
          known[i] = 1;
        }
        const auto reasons = static_cast<std::uint8_t>(before | rows.reasons(i));
        totals.MoveQuarantined(before, reasons);
        return Status();
      });
  if (!status.ok()) return status;
  return known;
}

// The journal's times are in its order, also where the clock goes back a little. Where it goes back
// further, it was ahead, or it is behind now. It is behind if rows were seen later than it says:
// none is stored that was seen long after the clock of its time. Else it was ahead, and what comes
// now gets its true time.
std::chrono::sys_seconds RocksWriter::CommitTime() {
  const std::chrono::sys_seconds now = options_.now();
  const bool far_back = committed_ > now + kWrongClock;
  const bool was_ahead = far_back && totals_.last_seen() <= now + kWrongClock;
  committed_ = was_ahead ? now : std::max(committed_, now);
  return committed_;
}

bool RocksWriter::TrimDue(std::chrono::sys_seconds now) const {
  const std::uint64_t added = totals_.journal_next() - trimmed_next_;
  // A clock that went back makes the last look a thing of the future: it is looked again. A
  // sixteenth is what the journal may have beyond its bound (docs/store.md).
  return now >= trimmed_ + kTrimEvery || now < trimmed_ ||
         added >= std::max(kTrimEveryRows, options_.journal_rows / 16);
}

// A clock that is ahead, or is put forward, makes all rows old. So no more is believed than that it
// is as late as the database says that it was when it was opened, and a steady clock since; or as
// late as something was seen. After a long rest the first answers that come tell how late it is.
std::chrono::sys_seconds RocksWriter::LatestBelieved() const {
  const auto passed = std::chrono::floor<std::chrono::seconds>(options_.steady() - opened_steady_);
  return std::max(was_late_ + passed, totals_.last_seen()) + kWrongClock;
}

// The time since rows last went lies in the database, so that a loop of starts ages nothing faster
// than time does. It is told by a clock that may have jumped meanwhile: no more than the hour
// counts after which a process that goes on would have looked.
void RocksWriter::LoadJournalAge() {
  const std::chrono::seconds since = options_.now() - totals_.journal_aged();
  aged_steady_ =
      opened_steady_ - std::clamp<std::chrono::seconds>(since, std::chrono::seconds(0), kTrimEvery);
}

// Where the clock of a whole machine is ahead, and what it sees has false times, too, nothing tells
// that rows are not old. So they go no faster than kCatchUp times as fast as they came to be old:
// there is a day to notice it, if seven are kept.
std::uint64_t RocksWriter::MostToAge(std::chrono::steady_clock::duration passed) const {
  const double share =
      std::max(0.0, kCatchUp * (std::chrono::duration<double>(passed) / options_.journal_keep));
  const std::uint64_t held = totals_.journal_next() - totals_.journal_first();
  return share < 1 ? static_cast<std::uint64_t>(static_cast<double>(held) * share) : held;
}

// Whole chunks that are old or too many.
Result<RocksWriter::OldChunks> RocksWriter::FindOldChunks(
    std::chrono::sys_seconds now, std::chrono::steady_clock::duration passed) const {
  const auto aged = std::min(now, LatestBelieved());
  const std::uint64_t age_to = totals_.journal_first() + MostToAge(passed);
  OldChunks old;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, handles_[kNew]));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const auto first = store::DecodeJournalKey(View(it->key()));
    const auto head = store::DecodeJournalHead(View(it->value()));
    if (!first.has_value() || !head.has_value())
      return DamagedRow(path_, kFamilyNames[kNew], AsText(View(it->key())));
    const std::uint64_t next = *first + head->count;
    const bool too_many = next < trimmed_next_ && trimmed_next_ - next >= options_.journal_rows;
    // The time of a clock that was far ahead tells no age; what follows does.
    if (head->committed > now + kWrongClock && !too_many) continue;
    // The journal goes from its beginning only: behind the first chunk that stays all stay.
    if (head->committed >= aged - options_.journal_keep && !too_many) break;
    // One chunk goes in each hour, or a journal of few would stay for ever.
    const bool first_of_hour = passed >= kTrimEvery && !old.keep_from.has_value();
    if (next > age_to && !first_of_hour && !too_many) {
      old.waits = !old.keep_from.has_value();
      break;
    }
    old.keep_from = next;
  }
  if (!it->status().ok()) return FromRocks(path_, "read of the journal", it->status());
  return old;
}

// Looks for them now and then.
Status RocksWriter::TrimJournal() {
  const std::chrono::sys_seconds now = options_.now();
  if (!TrimDue(now)) return {};
  trimmed_ = now;
  trimmed_next_ = totals_.journal_next();
  const auto steady = options_.steady();
  const auto old = FindOldChunks(now, steady - aged_steady_);
  if (!old.ok()) return old.status();
  if (!old->waits) aged_steady_ = steady;
  // A time that is ahead of the clock would let no row go by age in the processes that come.
  const bool ahead = totals_.journal_aged() > now;
  return old->keep_from.has_value() || ahead ? DropJournal(old->keep_from, now) : Status();
}

// What stands before `keep_from`, if anything does.
Status RocksWriter::DropJournal(std::optional<std::uint64_t> keep_from,
                                std::chrono::sys_seconds now) {
  rocksdb::WriteBatch writes;
  rocksdb::Status gone;
  if (keep_from.has_value()) {
    // The number of the first row goes with the range: it tells a journal that was trimmed from one
    // that lost its beginning. A range is one record, however many rows it has.
    totals_.TrimJournal(*keep_from);
    gone = writes.DeleteRange(handles_[kNew], store::JournalKey(0), store::JournalKey(*keep_from));
  }
  totals_.AgeJournal(now);
  MetaRows rows;
  totals_.Put(rows);
  for (const auto& [key, value] : rows) {
    if (gone.ok()) gone = writes.Put(handles_[kMeta], key, value);
  }
  // Not synced: rows that a crash brings back go at the next trim.
  if (gone.ok()) gone = db_->Write({}, &writes);
  return gone.ok() ? Status() : FromRocks(path_, "removal of old rows of the journal", gone);
}

// Empties the log, so that the next open and every reader have nothing to replay.
Status RocksWriter::Close() {
  auto done = db_->Flush({}, handles_);
  if (!done.ok()) return FromRocks(path_, "flush", done);
  // The log of a family that had nothing to flush (the quarantine, mostly) keeps its place until
  // the next switch of logs: one more write makes that switch.
  if (Status put = PutSchema({}); !put.ok()) return put;
  done = db_->Flush({}, handles_);
  return done.ok() ? Status() : FromRocks(path_, "flush", done);
}

std::uint64_t RocksWriter::Sum(const std::string& property) const {
  std::uint64_t sum = 0;
  for (auto* family : handles_) {
    std::uint64_t value = 0;
    if (db_->GetIntProperty(family, property, &value)) sum += value;
  }
  return sum;
}

std::uint64_t RocksWriter::LogBytes() const {
  std::uint64_t sum = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator it(path_, error), end; !error && it != end;
       it.increment(error)) {
    // RocksDB keeps a log until every family has flushed what it has there: all of them take room.
    if (it->path().extension() != ".log") continue;
    std::error_code gone;  // since it was listed
    const auto size = it->file_size(gone);
    if (!gone) sum += size;
  }
  return sum;
}

store::Figures RocksWriter::figures() const {
  using Properties = rocksdb::DB::Properties;
  store::Figures figures;
  figures.disk_bytes = Sum(Properties::kLiveSstFilesSize);
  figures.log_bytes = LogBytes();
  std::vector<rocksdb::LiveFileMetaData> files;
  db_->GetLiveFilesMetaData(&files);
  figures.files = files.size();
  figures.cache_bytes = cache_->GetUsage();
  figures.buffer_bytes = Sum(Properties::kCurSizeAllMemTables);
  figures.tidying =
      Sum(Properties::kNumRunningCompactions) + Sum(Properties::kCompactionPending) > 0;
  return figures;
}

Result<std::unique_ptr<store::Writer>> OpenWriter(const std::string& path,
                                                  const WriteOptions& options) {
  if (Status checked = CheckForWriting(path); !checked.ok()) return checked;
  auto writer = std::make_unique<RocksWriter>(path, options);
  if (Status opened = writer->Open(); !opened.ok()) return opened;
  return std::unique_ptr<store::Writer>(std::move(writer));
}

}  // namespace pdns::store_rocks
