#include "store_rocks/write/gone_rows.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "record/tuple_key.h"
#include "store/key_list.h"
#include "store/reverse_key.h"
#include "store/row_key.h"

namespace pdns::store_rocks {
namespace {

constexpr std::size_t kMostRows = 32'768;
constexpr std::size_t kMostBytes = 8U << 20;

void SortAndDropTwins(std::vector<std::string>& keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

// What is whole of an owner: its rows of all types, one behind the other.
bool PassesWholeOwners(const store::Selection& selection) {
  return selection.side == store::Side::kOwner && selection.types.empty();
}

}  // namespace

GoneRows::GoneRows(const store::Selection& selection)
    : quarantined_(selection.trust == store::Trust::kQuarantined),
      in_order_(PassesWholeOwners(selection)),
      // A scan that goes on may begin in the midst of an owner.
      known_(selection.after.has_value() ? Known::kUnknown : Known::kAllGo) {
  if (selection.after.has_value() && in_order_)
    record::AppendOrderedName(owner_, selection.after->owner.wire());
}

void GoneRows::BeginOwner(std::string_view ordered) {
  EndOwner();
  owner_ = ordered;
  known_ = in_order_ ? Known::kAllGo : Known::kUnknown;
}

void GoneRows::EndOwner() {
  if (!std::exchange(any_goes_, false)) return;
  owners_.push_back(owner_);
  if (known_ == Known::kAllGo) gone_.push_back(owner_);
  if (known_ == Known::kUnknown) asked_.push_back(owner_);
}

void GoneRows::Add(const store::Row& row, bool goes) {
  // The quarantine has no owner rows and no reverse rows (schema/keys.md).
  if (!goes && (quarantined_ || !in_order_)) return;
  std::string key = store::RowKeyOf(row.tuple);
  const auto parts = *store::SplitRowKey(AsBytes(key));
  const std::string_view owner = AsText(parts.ordered_owner);
  if (!quarantined_ && owner != owner_) BeginOwner(owner);
  if (!goes) {
    known_ = Known::kOneStays;
    return;
  }
  any_goes_ = !quarantined_;
  rows_.push_back({row.tuple.type, row.history.reasons, row.history.last});
  if (!quarantined_) {
    store::KeyList reverse;
    store::AppendReverseKeys(reverse, parts, row.tuple.rdata);
    for (std::size_t i = 0; i < reverse.size(); ++i) {
      const std::string_view whole = reverse[i];
      // By the rule by which ReverseRows wrote them, or a row would stay that points at nothing.
      const bool cut = whole.size() > store::kMaxReverseKey;
      keys_[kReverse].push_back(cut ? store::CutReverseKey(whole) : std::string(whole));
      bytes_ += sizeof(std::string) + keys_[kReverse].back().size();
    }
  }
  bytes_ += sizeof(Row) + sizeof(std::string) + key.size();
  keys_[quarantined_ ? kQuarantine : kForward].push_back(std::move(key));
}

void GoneRows::End() { EndOwner(); }

bool GoneRows::full() const { return rows_.size() >= kMostRows || bytes_ >= kMostBytes; }

// The writer is one thread, so that nothing comes between the look at an owner and the deletion.
bool GoneRows::HasOtherRows(rocksdb::Iterator& it, const std::string& owner) const {
  const std::vector<std::string>& going = keys_[kForward];
  for (it.Seek(owner); it.Valid() && it.key().starts_with(owner); it.Next()) {
    const std::string_view key = AsText(View(it.key()));
    // The key that is as long as the owner is the owner's own row.
    if (key.size() > owner.size() && !std::binary_search(going.begin(), going.end(), key))
      return true;
  }
  // An owner's row too many is harmless; rows without it are damage.
  return !it.status().ok();  // what cannot be read is there
}

void GoneRows::Count(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* forward, const std::string& rule,
                     Totals& totals) {
  for (const Row& row : rows_) {
    totals.AddExpired(rule, row.last);
    if (quarantined_) {
      totals.MoveQuarantined(row.reasons, 0);
    } else {
      totals.RemoveRow(row.type);
    }
  }
  for (std::vector<std::string>& keys : keys_) SortAndDropTwins(keys);
  // In the midst of an owner nobody knows what comes: its rows that are left are looked at.
  if (any_goes_) {
    owners_.push_back(owner_);
    if (known_ != Known::kOneStays) asked_.push_back(owner_);
  }
  SortAndDropTwins(asked_);
  // One for all of them, since making one costs more than a seek.
  const std::unique_ptr<rocksdb::Iterator> it(asked_.empty() ? nullptr
                                                             : db.NewIterator({}, forward));
  for (std::string& owner : asked_) {
    if (!HasOtherRows(*it, owner)) gone_.push_back(std::move(owner));
  }
  for (std::string& owner : gone_) {
    totals.RemoveOwner();
    keys_[kForward].push_back(std::move(owner));
  }
  if (!gone_.empty()) std::sort(keys_[kForward].begin(), keys_[kForward].end());
}

std::size_t GoneRows::size() const {
  std::size_t sum = 0;
  for (const std::vector<std::string>& keys : keys_) sum += keys.size();
  return sum;
}

void GoneRows::Clear() {
  any_goes_ = false;
  rows_.clear();
  for (std::vector<std::string>& keys : keys_) keys.clear();
  owners_.clear();
  gone_.clear();
  asked_.clear();
  bytes_ = 0;
}

}  // namespace pdns::store_rocks
