#include "store_clickhouse/read/scan_each.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/found_at.h"
#include "store_clickhouse/read/merge.h"

namespace pdns::store_clickhouse {
namespace {

using store::Selection;

// Few at first, so that the answer begins at once.
constexpr std::size_t kFirstKeys = 250;
constexpr std::size_t kMoreKeys = 4;
constexpr std::size_t kMostHeld = std::size_t{24} << 20;  // bytes

// A selection that is one key, by its number.
struct Asked {
  std::size_t number = 0;
  std::string key;
};

struct HeldRow {
  OwnedRowId id;
  record::History history;
};

std::size_t SizeOf(const TableRow& row) {
  return sizeof(HeldRow) + row.id.key.size() + row.id.owner.size() + row.id.rdata.size() +
         row.history.runs.size() * sizeof(record::DayRun);
}

class EachScan {
 public:
  EachScan(Shards& shards, const store::EachRowSink& sink, const store::Watch& watch)
      : shards_(shards), sink_(sink), watch_(watch) {}

  store::Scanned Run(const store::SelectionAt& at) {
    for (std::size_t number = 0; !over(); ++number) {
      const Selection* selection = at(number);
      if (selection == nullptr) break;
      const bool one = IsOneKey(*selection);
      if (!asked_.empty() && (!one || !IsLike(*selection) || asked_.size() == together_)) HandUp();
      if (over()) break;
      if (one) {
        if (asked_.empty()) like_ = *selection;
        asked_.push_back({number, selection->span.lo});
      } else {
        ScanOne(number, *selection);
      }
      Tell(number);
    }
    if (!over()) HandUp();
    return std::move(scanned_);
  }

 private:
  bool over() const { return ended_ || scanned_.stopped || !scanned_.status.ok(); }

  static bool IsOneKey(const Selection& selection) {
    const bool indexed =
        selection.trust == store::Trust::kTrusted || selection.side == store::Side::kOwner;
    return indexed && selection.names == nullptr && !selection.after.has_value() &&
           store::HoldsOne(selection);
  }

  // May it be asked for together with those before?
  bool IsLike(const Selection& selection) const {
    return selection.side == like_.side && selection.trust == like_.trust &&
           selection.types == like_.types &&
           (selection.side != store::Side::kAddress ||
            selection.span.lo.size() == like_.span.lo.size());
  }

  // Selections that find nothing look at no entries.
  void Tell(std::size_t number) {
    if ((number + 1) % store::kKeysPerWatch != 0 || over()) return;
    if (watch_ && !watch_(scanned_.keys)) scanned_.stopped = true;
  }

  void HandUp() {
    HandUp(asked_);
    asked_.clear();
    together_ = std::min(together_ * kMoreKeys, kMostKeys);
  }

  void HandUp(std::span<const Asked> asked) {
    if (asked.empty() || over()) return;
    if (asked.size() == 1) {
      like_.span = {asked[0].key, like_.side == store::Side::kAddress ? asked[0].key : ""};
      return ScanOne(asked[0].number, like_);
    }
    std::map<std::string, std::vector<HeldRow>> rows;
    if (Gather(asked, rows)) return HandOn(asked, rows);
    HandUp(asked.first(asked.size() / 2));
    HandUp(asked.subspan(asked.size() / 2));
  }

  // False: there are too many rows to hold.
  bool Gather(std::span<const Asked> asked, std::map<std::string, std::vector<HeldRow>>& rows) {
    Selection one = like_;
    one.span = {asked[0].key, like_.side == store::Side::kAddress ? asked[0].key : ""};
    Plan plan = PlanOf(one, shards_);
    std::vector<std::string>& keys = plan.sets.front().keys;
    keys.clear();
    for (const Asked& each : asked) keys.push_back(each.key);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::size_t held = 0;
    const auto hold = [&](RowKind, const TableRow& row, const std::string& shard) {
      held += SizeOf(row);
      shard_ = shard;
      rows[std::string(row.id.key)].push_back({OwnedRowId(row.id), row.history});
      return held <= kMostHeld;
    };
    const std::uint64_t before = scanned_.keys;
    store::Scanned scanned = MergeShards(shards_, plan, hold, WatchFrom(before));
    scanned_.keys += scanned.keys;
    if (held > kMostHeld) return false;
    scanned_.stopped = scanned.stopped;
    scanned_.status = std::move(scanned.status);
    return true;
  }

  store::Watch WatchFrom(std::uint64_t before) const {
    return [this, before](std::uint64_t keys) { return !watch_ || watch_(before + keys); };
  }

  // What was read before a fault is true.
  void HandOn(std::span<const Asked> asked, std::map<std::string, std::vector<HeldRow>>& rows) {
    Selection one = like_;
    const bool address = like_.side == store::Side::kAddress;
    for (const Asked& each : asked) {
      const auto found = rows.find(each.key);
      if (found == rows.end()) continue;
      one.span = {each.key, address ? each.key : ""};
      RowHandler handler(one, false, [&](const store::Row& row) {
        ended_ = !sink_(each.number, like_.side, row);
        return !ended_;
      });
      const RowKind kind = KeySetsOf(one).front().kind;
      for (const HeldRow& row : found->second) {
        if (!handler.Add(kind, {row.id.view(), row.history}, shard_)) break;
      }
      if (!handler.status().ok()) scanned_.status = handler.status();
      if (ended_ || !handler.status().ok()) return;
    }
  }

  void ScanOne(std::size_t number, const Selection& selection) {
    const auto each = [&](const store::Row& row) {
      ended_ = !sink_(number, selection.side, row);
      return !ended_;
    };
    store::Scanned scanned = ScanRows(shards_, selection, each, WatchFrom(scanned_.keys));
    scanned_.keys += scanned.keys;
    scanned_.stopped = scanned.stopped;
    scanned_.status = std::move(scanned.status);
  }

  Shards& shards_;
  const store::EachRowSink& sink_;
  const store::Watch& watch_;
  Selection like_;            // of those that were gathered, but for its span
  std::vector<Asked> asked_;  // gathered
  std::size_t together_ = kFirstKeys;
  std::string shard_;  // for messages: one that has some of the rows
  store::Scanned scanned_;
  bool ended_ = false;
};

}  // namespace

store::Scanned ScanEach(Shards& shards, const store::SelectionAt& at,
                        const store::EachRowSink& sink, const store::Watch& watch) {
  return EachScan(shards, sink, watch).Run(at);
}

}  // namespace pdns::store_clickhouse
