#include "store_rocks/read/count.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>
#include <vector>

#include "store/meta_rows.h"
#include "store/reverse_key.h"
#include "store/row_key.h"
#include "store/value.h"
#include "store_rocks/totals.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;
using Next = Walker::Next;

// Owners and types of forward rows, which come in key order.
class ForwardCount {
 public:
  // False: no forward row, or not where one stands: behind the row of its owner.
  bool Add(Bytes key, Bytes value) {
    const auto parts = store::SplitRowKey(key);
    if (!parts.has_value()) return false;
    if (parts->owner) {
      owner_ = AsText(key);
      ++owners_;
      return value.empty();
    }
    const auto read = store::DecodeValue(value);
    if (!read.has_value() || AsText(parts->ordered_owner) != owner_) return false;
    // Decoded though nothing of it is counted: a recount finds damage in any row.
    if (!store::DecodeRow(*parts, read->rdata).has_value()) return false;
    const record::History& history = read->history;
    ++types_[parts->type];
    first_ = rows_ == 0 ? history.first : std::min(first_, history.first);
    last_ = std::max(last_, history.last);
    ++rows_;
    return true;
  }

  std::uint64_t rows() const { return rows_; }

  void Tell(record::Statistics& statistics) const {
    statistics.tuples = rows_;
    statistics.rrnames = owners_;
    statistics.first = first_;
    statistics.last = last_;
    statistics.types = types_;
  }

 private:
  std::string owner_;  // of the rows that come
  std::uint64_t rows_ = 0;
  std::uint64_t owners_ = 0;
  std::chrono::sys_seconds first_;
  std::chrono::sys_seconds last_;
  std::map<record::RrType, std::uint64_t> types_;
};

class RowCount {
 public:
  RowCount(Walker& walker, const store::Snapshot::CountWatch& watch, record::Statistics& statistics)
      : walker_(walker), watch_(watch), statistics_(statistics) {}

  // The short ones first: they are told whenever it ends.
  Status Run() {
    Status status = CountQuarantine();
    if (status.ok()) status = CountForward();
    if (status.ok()) status = CountAddresses();
    return status;
  }

 private:
  Status CountQuarantine() {
    std::map<std::uint8_t, std::uint64_t> reasons;
    Status status = Walk(kQuarantine, {}, [&](Bytes key, Bytes value) {
      const auto parts = store::SplitRowKey(key);
      const auto read = store::DecodeValue(value);
      if (!parts.has_value() || !read.has_value()) return false;
      ++reasons[read->history.reasons];
      return store::DecodeRow(*parts, read->rdata).has_value();
    });
    statistics_.quarantined = std::move(reasons);
    return status;
  }

  Status CountForward() {
    ForwardCount count;
    Status status = Walk(kForward, {}, [&](Bytes key, Bytes value) {
      const bool added = count.Add(key, value);
      tuples_ = count.rows();
      return added;
    });
    count.Tell(statistics_);
    return status;
  }

  // Reverse rows of one address stand together.
  Status CountAddresses() {
    std::string before;
    statistics_.addresses = 0;
    for (const store::Kind kind : {store::Kind::kIpv4, store::Kind::kIpv6}) {
      const auto range = store::PrefixRange(std::string(1, static_cast<char>(kind)));
      Status status = Walk(kReverse, range, [&](Bytes key, Bytes value) {
        const auto reverse = store::SplitReverseRow(key, value);
        if (!reverse.has_value()) return false;
        if (reverse->parts.at != before) ++statistics_.addresses;
        before = reverse->parts.at;
        return true;
      });
      if (!status.ok()) return status;
    }
    // A count and no estimate any more, also where the watch ended it in the midst.
    statistics_.estimated = false;
    return {};
  }

  // Calls `each` for the entries of a range until it says false: one that cannot be read. Ends,
  // too, when the watch says so.
  template <class Each>
  Status Walk(Family family, const store::KeyRange& range, const Each& each) {
    if (!more_) return {};
    store::Scanned scanned;
    Status damage;
    // Keys of the walks before count as well: the watch sees one number that grows.
    const auto look = [&](std::uint64_t keys) {
      return more_ = !watch_ || watch_(keys_ + keys, tuples_);
    };
    const auto take = [&](Bytes key, Bytes value, std::string&) {
      if (each(key, value)) return Next::kOn;
      damage = DamagedRow(walker_.source().path, kFamilyNames[family], AsText(key));
      return Next::kEnd;
    };
    // Asked before the walk, too: a range may have fewer keys than the watch looks at.
    if (!look(0)) return {};
    Status walked = walker_.Walk(family, range, {}, look, scanned, take);
    keys_ += scanned.keys;
    return damage.ok() ? walked : damage;
  }

  Walker& walker_;
  const store::Snapshot::CountWatch& watch_;
  record::Statistics& statistics_;
  std::uint64_t keys_ = 0;
  std::uint64_t tuples_ = 0;
  bool more_ = true;
};

void TellDisk(const Source& source, record::Statistics& statistics) {
  for (std::size_t i = 0; i < kFamilies; ++i) {
    std::uint64_t bytes = 0;
    // A property that cannot be had leaves 0: the size of a part is no reason to fail.
    source.db.GetIntProperty(source.handles[i], rocksdb::DB::Properties::kLiveSstFilesSize, &bytes);
    statistics.parts.push_back({std::string(kFamilyNames[i]), bytes});
  }
  // Files come and go beside a writer: one that is gone takes no room.
  std::error_code error;
  for (auto file = fs::recursive_directory_iterator(source.path, error);
       !error && file != fs::recursive_directory_iterator(); file.increment(error)) {
    std::error_code gone;
    const bool regular = fs::is_regular_file(file->symlink_status(gone));
    const std::uint64_t bytes = regular ? file->file_size(gone) : 0;
    if (!gone) statistics.disk_bytes += bytes;
  }
}

}  // namespace

Status CountRows(Walker& walker, const store::Snapshot::CountWatch& watch,
                 record::Statistics& statistics) {
  Status told = TellTotals(walker, statistics);
  return told.ok() ? RowCount(walker, watch, statistics).Run() : told;
}

Status TellTotals(Walker& walker, record::Statistics& statistics) {
  const Source& source = walker.source();
  statistics = {};
  Totals totals;
  Status loaded = totals.Load(source.db, source.handles[kMeta], source.path);
  if (!loaded.ok()) return loaded;
  totals.Tell(statistics);
  TellDisk(source, statistics);
  store::Scanned scanned;
  Status damage;
  const auto range = store::PrefixRange(std::string(store::kLedgerPrefix));
  Status walked =
      walker.Walk(kMeta, range, {}, {}, scanned, [&](Bytes key, Bytes value, std::string&) {
        const auto position = store::DecodeLedgerValue(value);
        if (!position.has_value()) {
          damage = DamagedRow(source.path, kFamilyNames[kMeta], AsText(key));
          return Next::kEnd;
        }
        const auto id = store::DecodeLedgerKey(AsText(key));
        // A database that was merged brought the rows of its captures as well.
        if (id.has_value() && id->IsDatabase()) return Next::kOn;
        ++statistics.captures;
        statistics.capture_frames += position->frames;
        statistics.capture_bytes += position->bytes;
        return Next::kOn;
      });
  return damage.ok() ? walked : damage;
}

}  // namespace pdns::store_rocks
