#include "store_rocks/read/journal_scan.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <string>
#include <vector>

#include "store/journal.h"
#include "store/meta_rows.h"
#include "store/row_key.h"
#include "store/value.h"
#include "store_rocks/get_sorted.h"

namespace pdns::store_rocks {
namespace {

using Next = Walker::Next;

Status Gap(const Source& source, const std::string& what) {
  return Status::Corrupt("database " + source.path + ": the journal of new tuples: " + what);
}

Status MissingBefore(const Source& source, std::uint64_t number) {
  return Gap(source, "rows are missing before number " + std::to_string(number));
}

Result<std::uint64_t> NumberRow(const Source& source, std::string_view key) {
  std::string value;
  const auto got = source.db.Get(OptionsOf(source), source.handles[kMeta], ToSlice(key), &value);
  if (!got.ok() && !got.IsNotFound()) return FromRocks(source.path, "read of the journal", got);
  const auto number = store::DecodeNumberValue(AsBytes(value));
  if (!number.has_value()) return DamagedRow(source.path, kFamilyNames[kMeta], key);
  return *number;
}

class JournalScan {
 public:
  JournalScan(Walker& walker, const store::NewSelection& selection, const store::NewSink& sink)
      : walker_(walker), selection_(selection), sink_(sink) {}

  store::Scanned Run(const store::Watch& watch) {
    store::Scanned scanned;
    const auto span = SpanOfJournal(walker_);
    if (!span.ok()) {
      scanned.status = span.status();
      return scanned;
    }
    next_ = span->first;
    // From the first row on, which holds up to 256 tuples: heads are passed over, not taken apart.
    Status walked =
        walker_.Walk(kNew, {}, {}, watch, scanned,
                     [&](Bytes key, Bytes value, std::string&) { return Look(key, value); });
    if (status_.ok()) status_ = std::move(walked);
    // Only who came to the end can say that it is missing.
    const bool whole = status_.ok() && !scanned.stopped && !ended_;
    if (whole && next_ != span->next) status_ = Gap(walker_.source(), "its end is missing");
    scanned.status = status_;
    return scanned;
  }

 private:
  Next Look(Bytes key, Bytes value) {
    const auto first = store::DecodeJournalKey(key);
    const auto head = store::DecodeJournalHead(value);
    if (!first.has_value() || !head.has_value()) return Damaged(key);
    // Numbers have no gap: what expired keeps its number, and trimming takes chunks from the
    // beginning only. So a gap is a lost row.
    if (*first != next_) {
      status_ = MissingBefore(walker_.source(), *first);
      return Next::kEnd;
    }
    next_ = *first + head->count;
    // The head alone says so; entries are not taken apart.
    const bool old = selection_.since.has_value() && head->committed < *selection_.since;
    if (old || next_ <= selection_.after + 1) return Next::kOn;
    auto entries = store::DecodeJournalEntries(value);
    if (!entries.has_value()) return Damaged(key);
    return Tell(*first, *head, *entries) ? Next::kOn : Next::kEnd;
  }

  // Entries of a chunk are sorted. A row that is gone has expired.
  bool Tell(std::uint64_t first, const store::JournalHead& head,
            const std::vector<store::JournalEntry>& entries) {
    const Source& source = walker_.source();
    // One lookup for the whole chunk: keys of one block fetch it once (get_sorted.h).
    Status told = GetSorted(
        source.db, source.handles[kForward], source.path, entries.size(),
        [&](std::size_t i) { return std::string_view(entries[i].row_key); },
        [&](std::size_t i, const rocksdb::Slice* value) {
          // Lookups go on to the end of the chunk after the sink said no: a chunk has 256 at most.
          if (ended_ || value == nullptr || first + i <= selection_.after) return Status();
          const auto key = store::SplitRowKey(AsBytes(entries[i].row_key));
          const auto read = store::DecodeValue(View(*value));
          if (!key.has_value() || !read.has_value())
            return DamagedRow(source.path, kFamilyNames[kForward], entries[i].row_key);
          const auto tuple = store::DecodeRow(*key, read->rdata);
          if (!tuple.has_value())
            return DamagedRow(source.path, kFamilyNames[kForward], entries[i].row_key);
          ended_ =
              !sink_({first + i, head.committed, entries[i].kind, tuple->view(), read->history});
          return Status();
        },
        source.moment);
    if (!told.ok()) status_ = std::move(told);
    return status_.ok() && !ended_;
  }

  Next Damaged(Bytes key) {
    status_ = DamagedRow(walker_.source().path, kFamilyNames[kNew], AsText(key));
    return Next::kEnd;
  }

  Walker& walker_;
  const store::NewSelection& selection_;
  const store::NewSink& sink_;
  std::uint64_t next_ = 1;
  bool ended_ = false;
  Status status_;
};

}  // namespace

store::Scanned ScanJournal(Walker& walker, const store::NewSelection& selection,
                           const store::NewSink& sink, const store::Watch& watch) {
  return JournalScan(walker, selection, sink).Run(watch);
}

Result<store::JournalSpan> SpanOfJournal(Walker& walker) {
  const Source& source = walker.source();
  const auto first = NumberRow(source, store::kJournalFirstKey);
  if (!first.ok()) return first.status();
  const auto next = NumberRow(source, store::kJournalNextKey);
  if (!next.ok()) return next.status();
  store::JournalSpan span{*first, *next, {}};
  store::Scanned scanned;
  Status damage;
  if (span.first != span.next) damage = Gap(source, "its rows are missing");
  Status walked = walker.Walk(kNew, {}, {}, {}, scanned, [&](Bytes key, Bytes row, std::string&) {
    const auto number = store::DecodeJournalKey(key);
    const auto head = store::DecodeJournalHead(row);
    // There is a first row, whatever it is: what was said above for the case of none is not so.
    damage = {};
    if (!number.has_value() || !head.has_value()) {
      damage = DamagedRow(source.path, kFamilyNames[kNew], AsText(key));
    } else if (*number != span.first) {
      damage = MissingBefore(source, *number);
    } else {
      span.oldest = head->committed;
    }
    return Next::kEnd;
  });
  if (!walked.ok()) return walked;
  if (!damage.ok()) return damage;
  return span;
}

}  // namespace pdns::store_rocks
