#include "store_rocks/read/scan.h"

#include "store/found_at.h"
#include "store/value.h"
#include "store_rocks/read/reverse_scan.h"
#include "store_rocks/read/spans.h"

namespace pdns::store_rocks {
namespace {

using Next = Walker::Next;

// Rows that stand by their owner.
class OwnerScan {
 public:
  OwnerScan(Walker& walker, const store::Selection& selection, const store::RowSink& sink)
      : walker_(walker), selection_(selection), sink_(sink) {
    quarantined_ = selection.trust == store::Trust::kQuarantined;
    by_owner_ = selection.side == store::Side::kOwner;
    if (selection.after.has_value()) after_ = KeyAfter(selection);
  }

  store::Scanned Run(const store::Watch& watch) {
    store::Scanned scanned;
    const Family family = quarantined_ ? kQuarantine : kForward;
    // The quarantine has no reverse index: all its rows are asked. FirstInside tells which of them
    // are wanted.
    store::Selection all;
    for (const store::KeyRange& range : RangesOf(by_owner_ ? selection_ : all)) {
      if (!range.hi.empty() && after_ >= range.hi) continue;
      const auto each = [&](Bytes key, Bytes value, std::string& jump) {
        return Look(key, value, jump, scanned.status);
      };
      Status walked = walker_.Walk(family, range, after_, watch, scanned, each);
      if (scanned.status.ok()) scanned.status = std::move(walked);
      if (!scanned.status.ok() || scanned.stopped || ended_) break;
    }
    return scanned;
  }

 private:
  Next Look(Bytes key, Bytes value, std::string& jump, Status& status) {
    const auto parts = store::SplitRowKey(key);
    if (!parts.has_value()) return Damaged(key, status);
    // The row of an owner is no tuple (schema/keys.md).
    if (parts->owner) return value.empty() ? Next::kOn : Damaged(key, status);
    if (by_owner_ && selection_.names != nullptr) {
      const auto step = selection_.names->Match(AsText(parts->ordered_owner), jump);
      if (const auto skip = Walker::Skipping(step); skip.has_value()) {
        ended_ = *skip == Next::kEnd;
        return *skip;
      }
    }
    if (!store::HasType(selection_, parts->type) || AsText(key) == after_) return Next::kOn;
    return Deliver(*parts, key, value, status);
  }

  Next Deliver(const store::RowKeyParts& parts, Bytes key, Bytes value, Status& status) {
    const auto read = store::DecodeValue(value);
    if (!read.has_value()) return Damaged(key, status);
    const auto tuple = store::DecodeRow(parts, read->rdata);
    if (!tuple.has_value()) return Damaged(key, status);
    // The whole row had to be read for that: without an index only the rdata tells what it points
    // at.
    if (!by_owner_ && !store::FirstInside(selection_, tuple->view()).has_value()) return Next::kOn;
    return sink_({tuple->view(), read->history, {}}) ? Next::kOn : End();
  }

  Next End() {
    ended_ = true;
    return Next::kEnd;
  }

  Next Damaged(Bytes key, Status& status) {
    status = DamagedRow(walker_.source().path, kFamilyNames[quarantined_ ? kQuarantine : kForward],
                        AsText(key));
    return End();
  }

  Walker& walker_;
  const store::Selection& selection_;
  const store::RowSink& sink_;
  std::string after_;
  bool quarantined_ = false;
  bool by_owner_ = false;
  bool ended_ = false;
};

// Owners from reverse keys alone: one key for each of what was found, type and owner.
class IndexScan {
 public:
  using Sink = std::function<bool(std::string_view)>;

  IndexScan(Walker& walker, const store::Selection& selection, const Sink& sink)
      : walker_(walker), selection_(selection), sink_(sink) {
    if (selection.after.has_value()) after_ = KeyAfter(selection);
  }

  store::Scanned Run(const store::Watch& watch) {
    store::Scanned scanned;
    for (const store::KeyRange& range : RangesOf(selection_)) {
      if (!range.hi.empty() && after_ >= range.hi) continue;
      Status walked = walker_.Walk(
          kReverse, range, after_, watch, scanned,
          [&](Bytes key, Bytes value, std::string& jump) { return Look(key, value, jump); });
      scanned.status = status_.ok() ? std::move(walked) : status_;
      if (!scanned.status.ok() || scanned.stopped || ended_) break;
    }
    return scanned;
  }

 private:
  Next Look(Bytes key, Bytes value, std::string& jump) {
    const auto reverse = store::SplitReverseRow(key, value);
    const auto row =
        reverse.has_value() ? store::SplitRowKey(AsBytes(reverse->parts.row_key)) : std::nullopt;
    // A reverse row leads to a row of a tuple, never to one of an owner.
    if (!row.has_value() || row->owner) {
      status_ = DamagedRow(walker_.source().path, kFamilyNames[kReverse], AsText(key));
      return Next::kEnd;
    }
    const auto step = PassesName(selection_, reverse->parts, jump);
    if (const auto skip = Walker::Skipping(step); skip.has_value()) {
      ended_ = *skip == Next::kEnd;
      return *skip;
    }
    if (!store::HasType(selection_, row->type) || AsText(key) == after_) return Next::kOn;
    // What all whole reverse keys of that owner begin with here: kind, target, type, owner.
    const std::size_t head = 1 + reverse->parts.at.size() + sizeof(std::uint16_t);
    std::string begin(AsText(reverse->whole).substr(0, head));
    begin += AsText(row->ordered_owner);
    // Owners of one target and type stand together, unless their keys are cut.
    if (begin == last_) return Next::kOn;
    last_ = begin;
    ended_ = !sink_(AsText(row->ordered_owner));
    // Cut keys of one owner stand among those of others.
    const bool apart = value.empty() && begin.size() < AsText(key).size();
    if (apart) jump = store::PrefixRange(std::move(begin)).hi;
    return ended_ ? Next::kEnd : apart ? Next::kJump : Next::kOn;
  }

  Walker& walker_;
  const store::Selection& selection_;
  const Sink& sink_;
  std::string after_;
  std::string last_;
  bool ended_ = false;
  Status status_;
};

}  // namespace

store::Scanned Scan(Walker& walker, const store::Selection& selection, const store::RowSink& sink,
                    const store::Watch& watch) {
  const bool by_owner = selection.side == store::Side::kOwner;
  if (by_owner || selection.trust == store::Trust::kQuarantined)
    return OwnerScan(walker, selection, sink).Run(watch);
  return ScanReverse(walker, selection, sink, watch);
}

store::Scanned ScanOwners(Walker& walker, const store::Selection& selection,
                          const std::function<bool(std::string_view)>& sink,
                          const store::Watch& watch) {
  return IndexScan(walker, selection, sink).Run(watch);
}

}  // namespace pdns::store_rocks
