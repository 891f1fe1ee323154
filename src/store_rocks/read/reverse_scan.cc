#include "store_rocks/read/reverse_scan.h"

#include <algorithm>

#include "store/found_at.h"
#include "store/value.h"
#include "store_rocks/read/gathered_rows.h"
#include "store_rocks/read/scan.h"
#include "store_rocks/read/spans.h"

namespace pdns::store_rocks {
namespace {

using Next = Walker::Next;
using HandRow = std::function<bool(const store::Row&)>;

// Hands on the row of a reverse row. A reverse row and its row are written, and deleted, together:
// one without the other is damage. kCorrupt.
Status HandOn(const Source& source, const store::Selection& selection,
              const GatheredRows::Found& found, bool& ended, const HandRow& hand) {
  const auto key = store::SplitRowKey(AsBytes(found.row_key));
  const auto read =
      found.value.has_value() ? store::DecodeValue(AsBytes(*found.value)) : std::nullopt;
  const auto tuple = read.has_value() ? store::DecodeRow(*key, read->rdata) : std::nullopt;
  const auto first =
      tuple.has_value() ? store::FirstInside(selection, tuple->view()) : std::nullopt;
  if (!first.has_value()) return DamagedRow(source.path, kFamilyNames[kReverse], found.row_key);
  // One with several targets in the span is handed up at the first of them only.
  if (first->kind != found.kind || first->at != found.at) return {};
  ended = !hand({tuple->view(), read->history, found.at});
  return {};
}

// Walks over the reverse rows of one selection, and gathers those that it wants.
class TargetWalk {
 public:
  TargetWalk(Walker& walker, const store::Selection& selection, std::size_t number)
      : walker_(walker), selection_(selection), number_(number) {
    if (selection.after.has_value()) after_ = KeyAfter(selection);
  }

  // `gathered` is told of each row whether its rdata is long; false ends the walk. Such a row has
  // up to 64 KiB of value: it counts as many short ones, so that those which are looked up together
  // have their bound (get_sorted.h).
  using Gathered = std::function<bool(bool is_long)>;
  void Run(GatheredRows& rows, const store::Watch& watch, store::Scanned& scanned,
           const Gathered& gathered) {
    const auto each = [&](Bytes key, Bytes value, std::string& jump) {
      return Look(key, value, jump, rows, gathered);
    };
    for (const store::KeyRange& range : RangesOf(selection_)) {
      if (!range.hi.empty() && after_ >= range.hi) continue;
      Status walked = walker_.Walk(kReverse, range, after_, watch, scanned, each);
      if (status_.ok()) status_ = std::move(walked);
      if (!status_.ok() || scanned.stopped || ended_) break;
    }
  }

  const Status& status() const { return status_; }

 private:
  Next Look(Bytes key, Bytes value, std::string& jump, GatheredRows& rows,
            const Gathered& gathered) {
    auto reverse = store::SplitReverseRow(key, value);
    if (!reverse.has_value()) return Damaged(key);
    const store::ReverseParts& parts = reverse->parts;
    const auto step = PassesName(selection_, parts, jump);
    // Before the row key is taken apart: most entries of a pattern end here.
    if (const auto skip = Walker::Skipping(step); skip.has_value()) {
      ended_ = *skip == Next::kEnd;
      return *skip;
    }
    const auto row = store::SplitRowKey(AsBytes(parts.row_key));
    if (!row.has_value() || row->owner) return Damaged(key);
    if (!store::HasType(selection_, row->type) || AsText(key) == after_) return Next::kOn;
    rows.Add(number_, parts);
    ended_ = !gathered(row->cut);
    return ended_ ? Next::kEnd : Next::kOn;
  }

  Next Damaged(Bytes key) {
    status_ = DamagedRow(walker_.source().path, kFamilyNames[kReverse], AsText(key));
    return Next::kEnd;
  }

  Walker& walker_;
  const store::Selection& selection_;
  std::size_t number_;
  std::string after_;
  bool ended_ = false;
  Status status_;
};

// How many rows are gathered: few at first, so that the answer begins at once.
class Load {
 public:
  explicit Load(std::size_t most) : most_(most) {}
  void Add(std::size_t weight) { weight_ += weight; }
  bool full() const { return weight_ >= together_; }
  void Empty() {
    weight_ = 0;
    together_ = std::min(2 * together_, most_);
  }

 private:
  std::size_t most_;
  std::size_t weight_ = 0;
  // Twice as many each time, up to `most`.
  std::size_t together_ = 16;
};

// The address that all rows of the selection hold, if that is all there is to it.
bool IsOneAddress(const store::Selection& selection) {
  return selection.side == store::Side::kAddress && selection.trust == store::Trust::kTrusted &&
         selection.span.lo == selection.span.hi && !selection.span.lo.empty() &&
         selection.names == nullptr && !selection.after.has_value();
}

// Selections one after the other; the rows of addresses are gathered over many of them.
class EachScan {
 public:
  EachScan(Walker& walker, const store::EachRowSink& sink, const store::Watch& watch)
      : walker_(walker), sink_(sink), watch_(watch) {}

  store::Scanned Run(const store::SelectionAt& at) {
    for (std::size_t number = 0; !over(); ++number) {
      const store::Selection* selection = at(number);
      if (selection == nullptr) break;
      if (IsOneAddress(*selection)) {
        Gather(*selection, number);
      } else {
        HandUp();
        if (!over()) ScanOne(*selection, number);
      }
      Tell(number);
    }
    // What was found before a fault is true.
    HandUp();
    return std::move(scanned_);
  }

 private:
  bool over() const { return ended_ || scanned_.stopped || !scanned_.status.ok(); }

  void Gather(const store::Selection& selection, std::size_t number) {
    TargetWalk walk(walker_, selection, number);
    walk.Run(rows_, watch_, scanned_, [&](bool is_long) {
      load_.Add(is_long ? kLongWeight : 1);
      if (load_.full()) HandUp();
      return !over();
    });
    if (scanned_.status.ok()) scanned_.status = walk.status();
  }

  void ScanOne(const store::Selection& selection, std::size_t number) {
    const auto each = [&](const store::Row& row) {
      ended_ = !sink_(number, selection.side, row);
      return !ended_;
    };
    const auto watch = [this](std::uint64_t keys) {
      return !watch_ || watch_(scanned_.keys + keys);
    };
    store::Scanned scanned = Scan(walker_, selection, each, watch);
    // What Scan counts is of this selection alone; the watch is told of all.
    scanned_.keys += scanned.keys;
    scanned_.stopped = scanned.stopped;
    scanned_.status = std::move(scanned.status);
  }

  // Selections that find nothing look at no entries.
  void Tell(std::size_t number) {
    if ((number + 1) % store::kKeysPerWatch != 0 || over() || !watch_) return;
    scanned_.stopped = !watch_(scanned_.keys);
  }

  void HandUp() {
    store::Selection one;
    one.side = store::Side::kAddress;
    Status told;
    const auto each = [&](const GatheredRows::Found& found) {
      one.span = {std::string(found.at), std::string(found.at)};
      const auto hand = [&](const store::Row& row) {
        return sink_(found.number, store::Side::kAddress, row);
      };
      told = HandOn(walker_.source(), one, found, ended_, hand);
      return told.ok() && !ended_;
    };
    // After the sink said no nothing more is looked up, not even what was gathered.
    Status got = ended_ ? Status() : rows_.HandUp(walker_.source(), each);
    if (scanned_.status.ok()) scanned_.status = got.ok() ? std::move(told) : std::move(got);
    load_.Empty();
  }

  // A list of 1,000,000 addresses at 1e8 tuples: 62 s of CPU and 186 MB by so many, 50 s and 245 MB
  // by four times as many, 174 s by single lookups.
  static constexpr std::size_t kMostTogether = std::size_t{256} << 10;
  static constexpr std::size_t kLongWeight = 16;

  Walker& walker_;
  const store::EachRowSink& sink_;
  const store::Watch& watch_;
  GatheredRows rows_;
  Load load_{kMostTogether};
  store::Scanned scanned_;
  bool ended_ = false;
};

}  // namespace

store::Scanned ScanReverse(Walker& walker, const store::Selection& selection,
                           const store::RowSink& sink, const store::Watch& watch) {
  // A million rows of 1e8 by address: 30 s of CPU and 57 MiB by so many, 51 s and 53 MiB by 512. A
  // list gathers more still (EachScan); here a person may be waiting, whom Load gives the first
  // rows at once, and whose Ctrl-C is not heard during a lookup.
  constexpr std::size_t kMostTogether = std::size_t{64} << 10;
  constexpr std::size_t kLongWeight = kMostTogether / 32;
  GatheredRows rows;
  Load load(kMostTogether);
  Status status;
  bool ended = false;
  const auto hand_up = [&] {
    const auto each = [&](const GatheredRows::Found& found) {
      Status told = HandOn(walker.source(), selection, found, ended, sink);
      if (status.ok()) status = std::move(told);
      return status.ok() && !ended;
    };
    Status got = rows.HandUp(walker.source(), each);
    if (status.ok()) status = std::move(got);
    load.Empty();
  };
  store::Scanned scanned;
  TargetWalk walk(walker, selection, 0);
  walk.Run(rows, watch, scanned, [&](bool is_long) {
    load.Add(is_long ? kLongWeight : 1);
    if (load.full()) hand_up();
    return status.ok() && !ended;
  });
  // What was found before a fault is true.
  if (!ended && status.ok()) hand_up();
  scanned.status = status.ok() ? walk.status() : status;
  return scanned;
}

store::Scanned ScanEach(Walker& walker, const store::SelectionAt& at,
                        const store::EachRowSink& sink, const store::Watch& watch) {
  return EachScan(walker, sink, watch).Run(at);
}

}  // namespace pdns::store_rocks
