#include "store_rocks/repair/rebuild.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "base/hash.h"
#include "dns/targets.h"
#include "store/meta_rows.h"
#include "store/reverse_key.h"
#include "store/row_key.h"
#include "store/value.h"
#include "store_rocks/common.h"
#include "store_rocks/verify/meta_check.h"

namespace pdns::store_rocks {
namespace {

constexpr std::size_t kBatchBytes = 1U << 20;
constexpr std::size_t kShown = 64;  // bytes of a key
constexpr std::uint64_t kKeysPerLook = 4096;

class Rebuilder {
 public:
  Rebuilder(LooseDatabase& database, const std::string& path, const store::VerifyWatch& watch)
      : database_(database), path_(path), watch_(watch) {}

  Result<Rebuilt> Run(const RepairPlan& plan) {
    for (std::size_t i = 0; i < kFamilies; ++i) {
      if (!plan.drop[i]) continue;
      if (Status emptied = database_.Empty(i, path_); !emptied.ok()) return emptied;
    }
    Status status = Walk(kMeta, [this](Bytes k, Bytes v) { ReadMeta(k, v); });
    if (status.ok())
      status = Walk(kQuarantine, [this](Bytes k, Bytes v) { ReadQuarantined(k, v); });
    if (status.ok()) status = Walk(kForward, [this](Bytes k, Bytes v) { ReadForward(k, v); });
    if (!status.ok()) return status;
    FinishOwner();
    PutTotals(plan.drop[kNew]);
    if (Status written = Write(true); !written.ok()) return written;
    const auto flushed =
        database_.db().Flush({}, {database_.handles().begin(), database_.handles().end()});
    if (!flushed.ok()) return FromRocks(path_, "flush", flushed);
    return rebuilt_;
  }

 private:
  using Each = std::function<void(Bytes key, Bytes value)>;

  Status Walk(Family family, const Each& each) {
    rocksdb::ReadOptions how;
    how.fill_cache = false;
    const std::unique_ptr<rocksdb::Iterator> it(
        database_.db().NewIterator(how, database_.handles()[family]));
    std::uint64_t keys = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      each(View(it->key()), View(it->value()));
      if (Status written = Write(false); !written.ok()) return written;
      if (++keys % kKeysPerLook == 0 && watch_ && !watch_(kFamilyNames[family], keys, 0))
        return Status::Io("interrupted: the database is as it was");
    }
    return it->status().ok() ? Status() : FromRocks(path_, "read", it->status());
  }

  void Put(Family family, std::string_view key, std::string_view value) {
    Note(writes_.Put(database_.handles()[family], ToSlice(key), ToSlice(value)));
  }
  void Delete(Family family, std::string_view key) {
    Note(writes_.Delete(database_.handles()[family], ToSlice(key)));
  }
  void Note(const rocksdb::Status& status) {
    if (status_.ok()) status_ = status;
  }

  Status Write(bool all) {
    if (!all && writes_.GetDataSize() < kBatchBytes) return {};
    rocksdb::WriteOptions how;
    how.disableWAL = true;
    if (status_.ok()) status_ = database_.db().Write(how, &writes_);
    writes_.Clear();
    return status_.ok() ? Status() : FromRocks(path_, "write", status_);
  }

  void Remove(Family family, Bytes key) {
    Delete(family, AsText(key));
    ++rebuilt_.removed;
    if (rebuilt_.removed_rows.size() < store::kMostFindings) {
      rebuilt_.removed_rows.push_back(fmt::format("{} {}", kFamilyNames[family],
                                                  ToHex(key.first(std::min(key.size(), kShown)))));
    }
  }

  // A ledger row that cannot be read goes: its capture counts as one that was never taken. What
  // else cannot be read is written anew, or is of a newer version.
  void ReadMeta(Bytes key, Bytes value) {
    const std::string_view text = AsText(key);
    if (text == store::kSketchSeedKey) seed_ = store::DecodeNumberValue(value).value_or(0);
    if (text == store::kJournalNextKey)
      journal_next_ = store::DecodeNumberValue(value).value_or(journal_next_);
    if (text == store::kTimesKey) times_ = store::DecodeTimesValue(value);
    const auto part = store::DecodeAddressesKey(text);
    if (part.has_value()) kept_.Load(*part, value);
    const bool ledger = text.starts_with(store::kLedgerPrefix);
    const bool read = !ledger || (store::DecodeLedgerKey(text).has_value() &&
                                  store::DecodeLedgerValue(value).has_value());
    if (!read) return Remove(kMeta, key);
    const bool counted = text.starts_with(store::kTypePrefix) ||
                         text.starts_with(store::kQuarantinePrefix) || text == store::kOwnersKey;
    if (counted) Delete(kMeta, text);  // a number that is 0 may be absent
  }

  void ReadQuarantined(Bytes key, Bytes value) {
    const auto parts = store::SplitRowKey(key);
    const auto read = store::DecodeValue(value);
    if (!parts.has_value() || parts->owner || !read.has_value() ||
        !store::DecodeRow(*parts, read->rdata).has_value()) {
      return Remove(kQuarantine, key);
    }
    ++quarantined_[read->history.reasons];
  }

  void ReadForward(Bytes key, Bytes value) {
    const auto parts = store::SplitRowKey(key);
    if (!parts.has_value()) return Remove(kForward, key);
    if (parts->owner) return BeginOwner(AsText(key), true, !value.empty());
    const auto read = store::DecodeValue(value);
    if (!read.has_value() || !store::DecodeRow(*parts, read->rdata).has_value())
      return Remove(kForward, key);
    if (AsText(parts->ordered_owner) != owner_)
      BeginOwner(AsText(parts->ordered_owner), false, false);
    used_ = true;
    ++types_[parts->type];
    ++rebuilt_.tuples;
    AddTimes(read->history);
    const Bytes rdata = parts->cut ? read->rdata : parts->rest;
    for (const dns::Target& target : dns::TargetsOf(parts->type, rdata))
      if (target.kind != dns::Target::Kind::kName) addresses_.Add(Hash64(target.bytes, seed_));
    PutReverse(*parts, rdata);
  }

  void PutReverse(const store::RowKeyParts& parts, Bytes rdata) {
    store::KeyList keys;
    store::AppendReverseKeys(keys, parts, rdata);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const std::string_view whole = keys[i];
      const bool cut = whole.size() > store::kMaxReverseKey;
      Put(kReverse, cut ? store::CutReverseKey(whole) : std::string(whole), cut ? whole : "");
      ++rebuilt_.reverse_rows;
    }
  }

  void BeginOwner(std::string_view owner, bool there, bool wrong) {
    FinishOwner();
    owner_ = owner;
    there_ = there && !wrong;
    used_ = false;
    if (there && wrong) Put(kForward, owner, "");
    begun_ = true;
  }

  void FinishOwner() {
    if (!begun_) return;
    if (used_) ++owners_;
    if (used_ && !there_) Put(kForward, owner_, "");
    if (!used_) Delete(kForward, owner_);
    begun_ = false;
  }

  void AddTimes(const record::History& history) {
    if (!times_.has_value()) times_ = store::Times{history.first, history.last};
    times_->first = std::min(times_->first, history.first);
    times_->last = std::max(times_->last, history.last);
  }

  void PutTotals(bool journal) {
    Put(kMeta, store::kOwnersKey, store::NumberValue(owners_));
    for (const auto& [type, count] : types_)
      Put(kMeta, store::TypeKey(type), store::NumberValue(count));
    for (const auto& [reasons, count] : quarantined_)
      Put(kMeta, store::QuarantineKey(reasons), store::NumberValue(count));
    if (times_.has_value()) Put(kMeta, store::kTimesKey, store::TimesValue(*times_));
    if (journal) Put(kMeta, store::kJournalFirstKey, store::NumberValue(journal_next_));
    // Registers that expired rows raised stay as they are.
    for (unsigned part = 0; part < store::Sketch::kParts; ++part) {
      std::string high(kept_.part(part));
      const std::string_view low = addresses_.part(part);
      for (std::size_t i = 0; i < high.size(); ++i)
        high[i] = static_cast<char>(std::max(AsBytes(high)[i], AsBytes(low)[i]));
      if (high.find_first_not_of('\0') != std::string::npos)
        Put(kMeta, store::AddressesKey(part), high);
    }
  }

  LooseDatabase& database_;
  const std::string& path_;
  const store::VerifyWatch& watch_;
  Rebuilt rebuilt_;
  rocksdb::WriteBatch writes_;
  rocksdb::Status status_;
  std::uint64_t seed_ = 0;
  std::uint64_t journal_next_ = 1;
  store::Sketch kept_;
  store::Sketch addresses_;
  std::optional<store::Times> times_;
  std::map<record::RrType, std::uint64_t> types_;
  std::map<std::uint8_t, std::uint64_t> quarantined_;
  std::uint64_t owners_ = 0;
  std::string owner_;
  bool begun_ = false;
  bool there_ = false;
  bool used_ = false;
};

}  // namespace

Result<Rebuilt> Rebuild(LooseDatabase& database, const std::string& path, const RepairPlan& plan,
                        const store::VerifyWatch& watch) {
  return Rebuilder(database, path, watch).Run(plan);
}

}  // namespace pdns::store_rocks
