#include "admin/transfer/transfer.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "record/statistics.h"
#include "record/tuple_key.h"
#include "store/meta_rows.h"
#include "store/value.h"

namespace pdns::admin {
namespace {

constexpr std::string_view kEndItem = "end";  // no row's bytes: N(name) ends with 00

// "2026-11", as totals have it: a moment of that month. Nothing for other text.
std::optional<std::chrono::sys_seconds> MomentOf(std::string_view month) {
  const std::size_t dash = month.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  int year = 0;
  unsigned number = 0;
  const char* const end = month.data() + month.size();
  const bool read = std::from_chars(month.data(), month.data() + dash, year).ec == std::errc() &&
                    std::from_chars(month.data() + dash + 1, end, number).ec == std::errc();
  const std::chrono::year_month_day day{std::chrono::year(year), std::chrono::month(number),
                                        std::chrono::day(1)};
  if (!read || !day.ok()) return std::nullopt;
  return std::chrono::sys_days(day);
}

std::vector<record::ExpiredRows> ExpiredOf(const record::Statistics& numbers) {
  std::vector<record::ExpiredRows> all;
  for (const auto& [rule, months] : numbers.expired) {
    for (const auto& [month, rows] : months) {
      if (const auto last = MomentOf(month); last.has_value()) all.push_back({rule, *last, rows});
    }
  }
  return all;
}

}  // namespace

Result<Transferred> Transfer::Run() {
  Status status = Items();
  // What was read before a stop is committed, too: the next run need not write it.
  if (status.ok() && !done_.whole && !batch_.empty()) status = Commit(batch_.View(), false);
  if (!status.ok()) return status;
  return done_;
}

Status Transfer::Items() {
  if (Status sent = SendLedger(); !sent.ok()) return sent;
  for (const Part::Piece& piece : part_.pieces) {
    if (stop_.requested()) return {};
    if (Status sent = SendRows(piece); !sent.ok()) return sent;
  }
  return stop_.requested() ? Status() : SendEnd();
}

// Counts the item. False: an earlier run has committed it, or (failed_) it is not the one that was.
bool Transfer::IsNew() {
  record::Advance(position_, AsBytes(item_));
  position_.bytes += item_.size();
  const std::uint64_t before = origin_.taken.has_value() ? origin_.taken->frames : 0;
  if (position_.frames > before) {
    // Behind the end of what was whole there is nothing.
    if (origin_.taken.has_value() && !origin_.taken->broken) failed_ = Changed();
    return failed_.ok();
  }
  if (position_.frames == before && position_.chain != origin_.taken->chain) failed_ = Changed();
  return false;
}

Status Transfer::SendLedger() {
  for (std::size_t i = 0; i < origin_.ledger.size(); ++i) {
    const auto& [id, position] = origin_.ledger[i];
    item_ = store::LedgerKey(id) + store::LedgerValue(position);
    if (IsNew()) {
      batch_.Add(origin_.joined[i]);
      ++done_.captures;
      if (Status committed = CommitIfFull(); !committed.ok()) return committed;
    }
    if (!failed_.ok()) return failed_;
  }
  return {};
}

Status Transfer::SendRows(const Part::Piece& piece) {
  const auto each = [&](const store::Row& row) {
    return piece.test && !piece.test(row) ? true : OnRow(row);
  };
  const auto watch = [this](std::uint64_t) { return !stop_.requested(); };
  const store::Scanned scanned = origin_.snapshot->Scan(piece.selection, each, watch);
  return failed_.ok() ? scanned.status : failed_;
}

bool Transfer::OnRow(const store::Row& row) {
  item_.clear();
  record::AppendTupleKey(item_, row.tuple);
  const std::size_t key = item_.size();
  store::AppendValue(item_, row.history);
  ++progress_.bytes_done;
  if (IsNew()) {
    batch_.Add(std::string_view(item_).substr(0, key), row.history);
    if (Status committed = CommitIfFull(); !committed.ok()) failed_ = std::move(committed);
  } else {
    ++done_.rows_before;
  }
  return failed_.ok();
}

Status Transfer::SendEnd() {
  item_ = kEndItem;
  const bool fresh = IsNew();
  if (!failed_.ok()) return failed_;
  done_.whole = true;
  // An earlier run may have had more than there is now.
  const bool same = fresh || (position_.frames == origin_.taken->frames && !origin_.taken->broken);
  if (!fresh) return same ? Status() : Changed();
  record::Batch batch = batch_.View();
  std::vector<record::ExpiredRows> expired;
  if (part_.whole) {
    record::Statistics numbers;
    if (Status told = origin_.snapshot->Totals(numbers); !told.ok()) return told;
    expired = ExpiredOf(numbers);
    batch.counters = numbers.counters;
    batch.expired = expired;
    batch.first = numbers.first;
    batch.last = numbers.last;
  }
  return Commit(batch, true);
}

Status Transfer::CommitIfFull() { return batch_.full() ? Commit(batch_.View(), false) : Status(); }

Status Transfer::Commit(record::Batch batch, bool end) {
  record::Position position = position_;
  position.broken = !end;
  position.last_length = static_cast<std::uint32_t>(item_.size());
  position.last_frame = Sha256(AsBytes(item_));
  batch_.sources().push_back({origin_.id(), position});
  batch.sources = batch_.sources();
  batch.sensors = origin_.snapshot->sensors();
  const auto applied = writer_.Apply(batch);
  if (!applied.ok()) return applied.status();
  done_.rows += batch_.rows();
  progress_.frames += batch_.rows();
  batch_.Clear();
  return {};
}

Status Transfer::Changed() const {
  return Status::Usage(fmt::format(
      "{}: another state of it, or another part, was transferred before: nothing tells its new "
      "rows from those; begin anew with a database that has none of them",
      origin_.name));
}

}  // namespace pdns::admin
