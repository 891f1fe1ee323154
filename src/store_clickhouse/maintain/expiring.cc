#include "store_clickhouse/maintain/expiring.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "store/meta_rows.h"
#include "store/row_key.h"
#include "store/value.h"
#include "store_clickhouse/little_endian.h"
#include "store_clickhouse/read/ask_rows.h"
#include "store_clickhouse/schema.h"
#include "store_clickhouse/table/mutations.h"

namespace pdns::store_clickhouse {
namespace {

constexpr unsigned kListKind = static_cast<unsigned>(RowKind::kExpiring);
constexpr std::uint8_t kReturned = 1;        // in `reasons` of a row of the list
constexpr std::size_t kMostReturned = 1000;  // rows; one has at most 64 KiB of rdata
constexpr std::size_t kMostReturnedBytes = std::size_t{128} << 20;
constexpr std::size_t kMostCounts = std::size_t{64} << 20;  // of days: 16 bytes each
constexpr std::size_t kMarkSize = 32;

bool IsMark(std::string_view text) {
  return text.size() == kMarkSize &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::uint64_t SecondsOf(std::chrono::sys_seconds time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

}  // namespace

// A tuple of the list, but for those that came back, as (key of its row by owner, rrtype, rdata).
std::string Expiring::ListOf(const std::string& mark) const {
  return fmt::format(
      "SELECT key, rrtype, rdata FROM {} FINAL PREWHERE kind = {} AND key > '' AND owner = '{}' "
      "WHERE finalizeAggregation(reasons) = 0",
      TableOf(address_), kListKind, mark);
}

void Expiring::Begin(const std::string& rule, store::Trust trust) {
  head_ = {NewMark(), rule, trust, 0};
  block_ = {};
  rows_ = 0;
}

Status Expiring::Insert(Client& client, const NativeBlock& block) {
  return client.Insert(fmt::format("INSERT INTO {} FORMAT Native", TableOf(address_)), insert_,
                       block.Bytes());
}

Status Expiring::Flush() {
  for (Client& client : clients_) {
    if (Status inserted = Insert(client, block_); !inserted.ok()) return inserted;
  }
  block_ = {};
  return {};
}

Status Expiring::Add(const store::Row& row) {
  const std::uint64_t last = SecondsOf(row.history.last);
  block_.Add({RowKind::kExpiring, store::OwnerKey(row.tuple.owner),
              static_cast<std::uint16_t>(row.tuple.type), head_.mark, AsText(row.tuple.rdata)},
             NativeBlock::Numbers{last, last, 1, 0});
  head_.newest = std::max(head_.newest, last);
  ++rows_;
  return block_.size() < kBlockBytes ? Status() : Flush();
}

Status Expiring::Finish() {
  if (block_.rows() > 0) {
    if (Status flushed = Flush(); !flushed.ok()) return flushed;
  }
  NativeBlock head;
  head.Add({RowKind::kExpiring,
            {},
            static_cast<std::uint16_t>(head_.trust == store::Trust::kQuarantined ? 1 : 0),
            head_.mark,
            head_.rule},
           NativeBlock::Numbers{head_.newest, head_.newest, 1, 0});
  return Insert(clients_.front(), head);
}

Result<std::vector<std::string>> Expiring::Marks() {
  std::set<std::string> marks;
  for (Client& client : clients_) {
    const auto told = client.Ask(
        fmt::format("SELECT DISTINCT owner FROM {} PREWHERE kind = {} FORMAT TabSeparated",
                    TableOf(address_), kListKind));
    if (!told.ok()) return told.status();
    for (const std::string& line : Lines(*told)) {
      if (!IsMark(line))
        return Status::Corrupt(client.name() + ": a list of rows to remove has no mark");
      marks.insert(line);
    }
  }
  return std::vector<std::string>(marks.begin(), marks.end());
}

Result<StepHead> Expiring::ReadHead(const std::string& mark) {
  Client& first = clients_.front();
  const auto told = first.Ask(fmt::format(
      "SELECT rrtype, rdata, finalizeAggregation(last) FROM {} FINAL PREWHERE kind = {} AND "
      "key = '' AND owner = '{}' FORMAT RowBinary",
      TableOf(address_), kListKind, mark));
  if (!told.ok()) return told.status();
  if (told->empty()) return Status::NoInput("the list of rows to remove is not whole");
  Cursor cursor(AsBytes(*told));
  StepHead head;
  head.mark = mark;
  head.trust =
      ReadLittle<std::uint16_t>(cursor) == 0 ? store::Trust::kTrusted : store::Trust::kQuarantined;
  head.rule = ReadText(cursor);
  head.newest = ReadLittle<std::uint64_t>(cursor);
  if (cursor.ok() && cursor.AtEnd()) return head;
  return Status::Corrupt(first.name() + ": the head of a list of rows to remove cannot be read");
}

// What one shard tells of them, at most kMostReturned at once: those that are marked are not told
// again.
Result<NativeBlock> Expiring::ReturnedOn(Client& client, const StepHead& head) const {
  const RowKind kind =
      head.trust == store::Trust::kTrusted ? RowKind::kOwner : RowKind::kQuarantined;
  const auto told = client.Ask(
      fmt::format("SELECT key, rrtype, rdata FROM {} FINAL PREWHERE kind = {} AND (key, rrtype, "
                  "rdata) IN ({}) WHERE finalizeAggregation(last) > {} LIMIT {} FORMAT RowBinary",
                  TableOf(address_), static_cast<unsigned>(kind), ListOf(head.mark), head.newest,
                  kMostReturned),
      {}, kMostReturnedBytes);
  if (!told.ok()) return told.status();
  NativeBlock returned;
  Cursor cursor(AsBytes(*told));
  while (cursor.ok() && !cursor.AtEnd()) {
    const std::string_view key = ReadText(cursor);
    const auto rrtype = ReadLittle<std::uint16_t>(cursor);
    const std::string_view rdata = ReadText(cursor);
    if (cursor.ok()) {
      returned.Add({RowKind::kExpiring, key, rrtype, head.mark, rdata},
                   NativeBlock::Numbers{head.newest, 0, 0, kReturned});
    }
  }
  if (cursor.ok()) return returned;
  return Status::Corrupt(client.name() + ": its rows cannot be read");
}

Status Expiring::MarkReturned(const StepHead& head, std::uint64_t& found) {
  found = 0;
  for (std::size_t i = 0; i < clients_.size();) {
    const auto returned = ReturnedOn(clients_[i], head);
    if (!returned.ok()) return returned.status();
    found += returned->rows();
    for (Client& client : clients_) {
      if (returned->rows() == 0) break;
      if (Status marked = Insert(client, *returned); !marked.ok()) return marked;
    }
    if (returned->rows() < kMostReturned) ++i;
  }
  return {};
}

Result<std::uint64_t> Expiring::KeepCounts(const StepHead& head) {
  Client& first = clients_.front();
  const auto told = first.Ask(
      fmt::format("SELECT intDiv(finalizeAggregation(last), 86400) AS day, count() FROM {} FINAL "
                  "PREWHERE kind = {} AND key > '' AND owner = '{}' WHERE "
                  "finalizeAggregation(reasons) = 0 GROUP BY day FORMAT RowBinary",
                  TableOf(address_), kListKind, head.mark),
      {}, kMostCounts);
  if (!told.ok()) return told.status();
  std::uint64_t all = 0;
  std::map<std::string, std::uint64_t> counts;  // by the key of their row
  Cursor cursor(AsBytes(*told));
  while (cursor.ok() && !cursor.AtEnd()) {
    constexpr std::uint64_t kLastDay = store::kMaxSeconds / 86400;
    const auto day = std::min(ReadLittle<std::uint64_t>(cursor), kLastDay);
    const auto rows = ReadLittle<std::uint64_t>(cursor);
    const std::chrono::sys_days date{std::chrono::days(day)};
    counts[store::ExpiredKey(head.rule, date)] += rows;
    all += rows;
  }
  if (!cursor.ok()) return Status::Corrupt(first.name() + ": the numbers of a list cannot be read");
  NativeBlock block;
  for (const auto& [key, rows] : counts) {
    block.Add({RowKind::kExpired, key, 0, head.mark, {}}, NativeBlock::Numbers{rows, rows, 1, 0});
  }
  if (Status kept = block.rows() == 0 ? Status() : Insert(first, block); !kept.ok()) return kept;
  return all;
}

std::string Expiring::Condition(const StepHead& head) const {
  const std::string guard =
      fmt::format("IN ({}) AND finalizeAggregation(last) <= {}", ListOf(head.mark), head.newest);
  if (head.trust == store::Trust::kQuarantined) {
    return fmt::format("kind = {} AND (key, rrtype, rdata) {}",
                       static_cast<unsigned>(RowKind::kQuarantined), guard);
  }
  return fmt::format("kind IN (0, 2, 4, 6, 9) AND (if(kind = 0, key, owner), rrtype, rdata) {}",
                     guard);
}

// The mark stands there in two parts: it tells the other statement of the step.
std::string Expiring::ListCondition(const std::string& mark) {
  return fmt::format("kind = {} AND owner = concat('{}', '{}')", kListKind,
                     mark.substr(0, kMarkSize / 2), mark.substr(kMarkSize / 2));
}

}  // namespace pdns::store_clickhouse
