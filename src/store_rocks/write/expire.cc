// The writer's expiry: rows of a selection go, batch after batch.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <memory>
#include <set>
#include <string>

#include "store/key_list.h"
#include "store/reverse_key.h"
#include "store_rocks/common.h"
#include "store_rocks/read/scan.h"
#include "store_rocks/write/writer.h"

namespace pdns::store_rocks {
namespace {

// Each such batch is one synced write; its keys are held in memory.
constexpr std::size_t kRowsTogether = 4096;

ExpiringRow ExpiringRowOf(const store::Row& row) {
  ExpiringRow going;
  going.key = store::RowKeyOf(row.tuple);
  const auto parts = *store::SplitRowKey(AsBytes(going.key));
  going.owner = AsText(parts.ordered_owner);
  going.type = row.tuple.type;
  going.reasons = row.history.reasons;
  going.last = row.history.last;
  store::AppendReverseKeys(going.reverse, parts, row.tuple.rdata);
  return going;
}

void AppendReverse(const ExpiringRow& row, std::vector<std::string>& keys) {
  for (std::size_t i = 0; i < row.reverse.size(); ++i) {
    const std::string_view whole = row.reverse[i];
    // By the rule by which ReverseRows wrote them, or a row would stay that points at nothing.
    const bool cut = whole.size() > store::kMaxReverseKey;
    keys.push_back(cut ? store::CutReverseKey(whole) : std::string(whole));
  }
}

}  // namespace

Result<store::Expired> RocksWriter::Expire(const store::Selection& selection, const RowTest& test,
                                           const std::string& rule, const store::Watch& watch) {
  if (!failed_.ok()) return failed_;
  store::Expired expired;
  // All that is to go is looked for as of one moment; what comes in since stays.
  const auto release = [this](const rocksdb::Snapshot* moment) { db_->ReleaseSnapshot(moment); };
  const std::unique_ptr<const rocksdb::Snapshot, decltype(release)> moment(db_->GetSnapshot(),
                                                                           release);
  Walker walker({*db_, handles_, path_, moment.get()});
  const bool quarantined = selection.trust == store::Trust::kQuarantined;
  std::vector<ExpiringRow> going;
  Status failed;
  const auto take = [&](const store::Row& row) {
    if (!test(row)) return true;
    going.push_back(ExpiringRowOf(row));
    if (going.size() < kRowsTogether) return true;
    failed = Delete(going, quarantined, rule);
    expired.rows += failed.ok() ? going.size() : 0;
    going.clear();
    return failed.ok();
  };
  const store::Scanned scanned = Scan(walker, selection, take, watch);
  if (failed.ok() && !going.empty()) {
    failed = Delete(going, quarantined, rule);
    expired.rows += failed.ok() ? going.size() : 0;
  }
  if (!failed.ok()) return failed;
  if (!scanned.status.ok()) return scanned.status;
  expired.stopped = scanned.stopped;
  return expired;
}

// The writer is one thread, so that nothing comes between the look at an owner and the deletion.
bool RocksWriter::HasOtherRows(rocksdb::Iterator& it, const std::string& owner,
                               const std::set<std::string_view>& going) {
  for (it.Seek(owner); it.Valid() && it.key().starts_with(owner); it.Next()) {
    const std::string_view key = AsText(View(it.key()));
    // The key that is as long as the owner is the owner's own row.
    if (key.size() > owner.size() && !going.contains(key)) return true;
  }
  // An owner's row too many is harmless; rows without it are damage.
  return !it.status().ok();  // what cannot be read is there
}

Status RocksWriter::Delete(const std::vector<ExpiringRow>& rows, bool quarantined,
                           const std::string& rule) {
  Totals totals = totals_;
  KeysByFamily gone;
  std::set<std::string_view> keys;
  std::set<std::string> owners;
  for (const ExpiringRow& row : rows) {
    totals.AddExpired(rule, row.last);
    gone[quarantined ? kQuarantine : kForward].push_back(row.key);
    // The quarantine has no owner rows and no reverse rows (schema/keys.md).
    if (quarantined) {
      totals.MoveQuarantined(row.reasons, 0);
      continue;
    }
    totals.RemoveRow(row.type);
    keys.insert(row.key);
    owners.insert(row.owner);
    AppendReverse(row, gone[kReverse]);
  }
  // One for all of them, since making one costs more than a seek.
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, handles_[kForward]));
  for (const std::string& owner : owners) {
    if (HasOtherRows(*it, owner, keys)) continue;
    totals.RemoveOwner();
    gone[kForward].push_back(owner);
  }
  if (Status written = WriteGone(gone, totals); !written.ok()) return written;
  // Behind the write, and needed: a tuple that the cache still holds would be merged when it comes
  // again, without its reverse rows.
  for (const auto& key : keys) seen_.Forget(seen_.Hash(AsBytes(key)));
  for (const auto& owner : owners) seen_.Forget(seen_.Hash(AsBytes(owner)));
  return {};
}

Status RocksWriter::WriteGone(const KeysByFamily& gone, Totals& totals) {
  MetaRows meta;
  totals.Put(meta);
  Commits commits = commits_;
  commits.Add(false, meta);
  rocksdb::WriteBatch writes;
  rocksdb::Status status;
  // Rows of both directions, owner rows and totals in one write, as they were stored: a reader
  // never finds one without the other. The journal is left alone: who reads it passes numbers
  // without a row.
  for (std::size_t family = 0; family < gone.size(); ++family) {
    for (const std::string& key : gone[family]) {
      if (status.ok()) status = writes.Delete(handles_[family], key);
    }
  }
  for (const auto& [key, value] : meta) {
    if (status.ok()) status = writes.Put(handles_[kMeta], key, value);
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  if (status.ok()) status = db_->Write(options, &writes);
  // After a failed sync nobody knows whether they are gone, as in Apply.
  if (!status.ok()) return failed_ = FromRocks(path_, "expiry", status);
  totals_ = std::move(totals);
  commits_ = commits;
  WriteMark(path_, commits_.sum());
  return {};
}

}  // namespace pdns::store_rocks
