#include "store_rocks/read/reverse_scan.h"

#include <rocksdb/slice.h>

#include <algorithm>
#include <vector>

#include "store/value.h"
#include "store_rocks/get_sorted.h"
#include "store_rocks/read/spans.h"

namespace pdns::store_rocks {
namespace {

using Next = Walker::Next;

class TargetScan {
 public:
  TargetScan(Walker& walker, const store::Selection& selection, const store::RowSink& sink)
      : walker_(walker), selection_(selection), sink_(sink) {
    if (selection.after.has_value()) after_ = KeyAfter(selection);
  }

  store::Scanned Run(const store::Watch& watch) {
    store::Scanned scanned;
    const auto each = [&](Bytes key, Bytes value, std::string& jump) {
      return Look(key, value, jump);
    };
    for (const store::KeyRange& range : RangesOf(selection_)) {
      if (!range.hi.empty() && after_ >= range.hi) continue;
      Status walked = walker_.Walk(kReverse, range, after_, watch, scanned, each);
      if (status_.ok()) status_ = std::move(walked);
      if (!status_.ok() || scanned.stopped || ended_) break;
    }
    // What was found before a fault is true.
    if (!ended_) HandUp();
    scanned.status = status_;
    return scanned;
  }

 private:
  // A reverse row whose row is still to be looked up.
  struct Found {
    std::string row_key;
    store::Kind kind{};
    std::string at;
  };

  Next Look(Bytes key, Bytes value, std::string& jump) {
    auto reverse = store::SplitReverseRow(key, value);
    if (!reverse.has_value()) return Damaged(AsText(key));
    store::ReverseParts& parts = reverse->parts;
    const auto step = PassesName(selection_, parts, jump);
    if (const auto skip = Walker::Skipping(step); skip.has_value()) {
      ended_ = *skip == Next::kEnd;
      return *skip;
    }
    const auto row = store::SplitRowKey(AsBytes(parts.row_key));
    if (!row.has_value() || row->owner) return Damaged(AsText(key));
    if (!HasType(selection_, row->type) || AsText(key) == after_) return Next::kOn;
    weight_ += row->cut ? kLongWeight : 1;
    found_.push_back({std::move(parts.row_key), parts.kind, std::string(parts.at)});
    if (weight_ < together_) return Next::kOn;
    HandUp();
    return ended_ || !status_.ok() ? Next::kEnd : Next::kOn;
  }

  // Looks the rows up in the order of their keys, and hands them on in the order in which they were
  // found. The first are looked up a few at a time, so that the answer begins at once.
  void HandUp() {
    std::vector<std::size_t> order(found_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
      return found_[a].row_key < found_[b].row_key;
    });
    std::vector<std::optional<std::string>> values(found_.size());
    const Source& source = walker_.source();
    Status got = GetSorted(
        source.db, source.handles[kForward], source.path, order.size(),
        [&](std::size_t i) { return std::string_view(found_[order[i]].row_key); },
        [&](std::size_t i, const rocksdb::Slice* value) {
          if (value != nullptr) values[order[i]].emplace(value->data(), value->size());
          return Status();
        },
        source.moment);
    for (std::size_t i = 0; i < found_.size() && !ended_ && got.ok(); ++i) {
      if (!Tell(found_[i], values[i])) break;
    }
    if (status_.ok()) status_ = std::move(got);
    found_.clear();
    weight_ = 0;
    together_ = std::min(2 * together_, kMostTogether);
  }

  // A reverse row and its row are written, and deleted, together: one without the other is damage.
  bool Tell(const Found& found, const std::optional<std::string>& value) {
    const auto key = store::SplitRowKey(AsBytes(found.row_key));
    const auto read = value.has_value() ? store::DecodeValue(AsBytes(*value)) : std::nullopt;
    const auto tuple = read.has_value() ? store::DecodeRow(*key, read->rdata) : std::nullopt;
    const auto first = tuple.has_value() ? FirstInside(selection_, tuple->view()) : std::nullopt;
    if (!first.has_value()) {
      Damaged(found.row_key);
      return false;
    }
    // One with several targets in the span is handed up at the first of them only.
    if (first->kind != found.kind || first->at != found.at) return true;
    ended_ = !sink_({tuple->view(), read->history, found.at});
    return !ended_;
  }

  Next Damaged(std::string_view key) {
    if (status_.ok()) status_ = DamagedRow(walker_.source().path, kFamilyNames[kReverse], key);
    return Next::kEnd;
  }

  static constexpr std::size_t kMostTogether = 512;
  static constexpr std::size_t kLongWeight = 16;

  Walker& walker_;
  const store::Selection& selection_;
  const store::RowSink& sink_;
  std::string after_;
  std::vector<Found> found_;
  std::size_t weight_ = 0;
  std::size_t together_ = 16;
  bool ended_ = false;
  Status status_;
};

}  // namespace

store::Scanned ScanReverse(Walker& walker, const store::Selection& selection,
                           const store::RowSink& sink, const store::Watch& watch) {
  return TargetScan(walker, selection, sink).Run(watch);
}

}  // namespace pdns::store_rocks
