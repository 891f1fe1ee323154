// The rows of one shard that a scan wants: pages of the table -> [ShardRows] -> rows in the order
// of the selection.
//
//   PageSql -> server -> RowReader -> groups of long rdata by their ids (read/order.h) -> merge
//
// Pages are asked for one behind the other, each behind the last row of the one before; while one
// is read the next is on its way. A page has 1,000 rows at first, so that an answer begins at once,
// and up to 16,000 later. It has at most kPageBytes: a longer one is given up and asked for with
// fewer rows. Two pages are in memory.
//
// A group that fits no page (many rdata of one owner that differ in their ends) is sorted by the
// server, page by page.
//
// One thread at a time, and one more for the page that is on its way.
#pragma once

#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/selection.h"
#include "store_clickhouse/read/order.h"
#include "store_clickhouse/read/rows.h"
#include "store_clickhouse/read/shards.h"
#include "store_clickhouse/read/sql.h"

namespace pdns::store_clickhouse {

// What a scan asks of every shard. Borrowed by those who read.
struct Plan {
  std::vector<KeySet> sets;  // one behind the other
  std::vector<record::RrType> types;
  std::optional<After> after;
  std::string after_id;                    // RdataId of selection.after
  const store::NameTest* names = nullptr;  // of keys; spares pages that it jumps over
  bool owners = false;
  bool order = false;
  PageSize pages;
};
Plan PlanOf(const store::Selection& selection, const Shards& shards);

class ShardRows {
 public:
  ShardRows(Lease shard, const Plan& plan);
  ~ShardRows();
  ShardRows(const ShardRows&) = delete;
  ShardRows& operator=(const ShardRows&) = delete;

  // Asks for the first page, which another thread then waits for.
  void Begin();

  // Is the next row, or the end, or a fault known by now? Waits for that, some 100 ms at most.
  bool Ready();

  // The next row, once Ready; good until Pop. Null: there are no more, or a fault ended them.
  const TableRow* front() const { return at_ < rows_.size() ? &rows_[at_] : nullptr; }
  std::size_t set() const { return rows_set_; }  // of the front row: in Plan::sets
  void Pop();

  // kIo, kCorrupt, or what the server said; the rows before it are true.
  const Status& status() const { return status_; }
  const std::string& name() const { return shard_->name(); }

 private:
  struct Body {
    Status status;
    std::string bytes;
    bool fits = true;  // false: given up, since it has more than kPageBytes
  };

  void Ask(std::string sql, bool small);
  void AskPage();
  void Load(Body body);
  void LoadPage(bool full);
  void LoadIdPage(bool full);
  bool Parse(const std::string& body);
  bool Ascends(bool by_id);
  bool FitsGroup();
  void SortGroups();
  void GoOn(const RowId& last);
  void GoOnBehindGroup();
  void NextSet();
  bool SkipToAfter(std::size_t row) const;
  void Fail(Status status);

  Lease shard_;
  const Plan& plan_;
  std::size_t set_ = 0;  // of the page that is asked for
  Bound from_;
  std::size_t limit_;
  bool asked_ = false;             // a page is on its way
  bool over_ = false;              // no more pages
  std::optional<IdPage> id_page_;  // the group that the server sorts
  bool skipping_ = false;          // rows that are not behind plan_.after may come

  std::string body_;  // of the rows
  std::vector<TableRow> rows_;
  std::size_t rows_set_ = 0;
  std::size_t at_ = 0;
  std::size_t pages_ = 0;
  std::optional<OwnedRowId> last_;  // the row before the page

  Status status_;
  std::atomic<bool> stop_{false};
  std::future<Body> page_;  // last: waits for its thread before the others go
};

}  // namespace pdns::store_clickhouse
