#include "store_clickhouse/read/shard_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>

#include "record/tuple_key.h"

namespace pdns::store_clickhouse {
namespace {

constexpr std::size_t kLess = 8;  // so many times fewer rows are asked for then
constexpr std::size_t kMore = 4;  // and so many times more if there is much room

// What the server does by blocks of up to so many rows: it reads them whole.
constexpr std::size_t kSmallBlock = 1024;
constexpr std::size_t kLargeBlock = 8192;
constexpr std::size_t kSmallPage = 10'000;

// A list of kMostKeys literals, each of up to 512 bytes of key.
constexpr std::size_t kMostSql = std::size_t{16} << 20;

bool IsGroupOf(const After& after, const Bound& group) {
  const Bound& bound = after.bound;
  return bound.key == group.key && bound.type == group.type && bound.owner == group.owner &&
         bound.rdata == group.rdata;
}

}  // namespace

Plan PlanOf(const store::Selection& selection, const Shards& shards) {
  Plan plan;
  plan.order = shards.order();
  plan.pages = shards.page_size();
  plan.sets = KeySetsOf(selection);
  plan.types = selection.types;
  // Keys of the quarantine are owners, whatever side is asked for.
  const bool tests_keys =
      selection.trust == store::Trust::kTrusted || selection.side == store::Side::kOwner;
  if (tests_keys) plan.names = selection.names.get();
  if (selection.after.has_value()) {
    plan.after = AfterOf(selection);
    plan.after_id = selection.after->rdata_id;
  }
  return plan;
}

ShardRows::ShardRows(Lease shard, const Plan& plan)
    : shard_(std::move(shard)), plan_(plan), limit_(plan.pages.first_rows) {
  if (!plan.after.has_value()) return;
  // Kinds stand in the order of the sets.
  while (set_ < plan.sets.size() && plan.sets[set_].kind < plan.after->kind) ++set_;
  over_ = set_ == plan.sets.size();
  if (over_ || plan.sets[set_].kind != plan.after->kind) return;
  from_ = plan.after->bound;
  skipping_ = from_.how == Bound::How::kAt;
}

ShardRows::~ShardRows() { stop_ = true; }

void ShardRows::Begin() {
  if (!over_) AskPage();
}

void ShardRows::Ask(std::string sql, bool small) {
  const Settings settings{
      {"max_block_size", std::to_string(small ? kSmallBlock : kLargeBlock)},
      {"max_query_size", std::to_string(kMostSql)},
  };
  auto fetch = [this, sql = std::move(sql), settings] {
    Body body;
    const auto take = [this, &body](Bytes part) {
      body.fits = part.size() <= plan_.pages.bytes - body.bytes.size();
      if (body.fits) AppendBytes(body.bytes, part);
      return body.fits;
    };
    body.status = shard_->Ask(sql, settings, take, stop_);
    return body;
  };
  asked_ = true;
  try {
    page_ = std::async(std::launch::async, fetch);
  } catch (const std::system_error&) {
    // No thread to be had: whoever wants the page waits for it itself.
    page_ = std::async(std::launch::deferred, std::move(fetch));
  }
}

void ShardRows::AskPage() {
  if (id_page_.has_value()) {
    id_page_->rows = limit_;
    return Ask(IdPageSql(*id_page_), true);
  }
  Page page;
  page.keys = &plan_.sets[set_];
  page.types = &plan_.types;
  page.from = from_;
  page.rows = limit_;
  page.owners = plan_.owners;
  page.order = plan_.order;
  Ask(PageSql(page), limit_ <= kSmallPage);
}

bool ShardRows::Ready() {
  if (front() != nullptr) return true;
  while (!over_ || asked_) {
    if (!asked_) AskPage();
    constexpr std::chrono::milliseconds kWait(100);
    if (page_.wait_for(kWait) == std::future_status::timeout) return false;
    asked_ = false;
    Load(page_.get());
    if (front() != nullptr) return true;
  }
  return true;
}

void ShardRows::Pop() {
  ++at_;
  // The second page is not asked for before much of the first was wanted: most answers are short,
  // and many are cut by a limit.
  const bool wanted = pages_ > 1 || at_ >= rows_.size() / 2;
  if (wanted && !asked_ && !over_ && !id_page_.has_value()) AskPage();
}

void ShardRows::Load(Body body) {
  rows_.clear();
  at_ = 0;
  if (!body.fits) {
    if (limit_ == 1) return Fail(Status::Corrupt(name() + ": a row has more bytes than one can"));
    limit_ = std::max<std::size_t>(1, limit_ / kLess);
    return;  // and asked for again
  }
  if (!body.status.ok()) return Fail(std::move(body.status));
  body_ = std::move(body.bytes);
  rows_set_ = set_;
  ++pages_;
  if (!Parse(body_)) return;
  const bool full = rows_.size() >= limit_;
  if (id_page_.has_value()) {
    LoadIdPage(full);
  } else {
    LoadPage(full);
  }
  while (skipping_ && front() != nullptr && SkipToAfter(at_)) ++at_;
  if (front() != nullptr) skipping_ = false;
}

// Rows before a fault are true.
bool ShardRows::Parse(const std::string& body) {
  RowReader reader(AsBytes(body), plan_.sets[set_].kind, plan_.owners, name());
  for (TableRow row; reader.Next(row);) rows_.push_back(std::move(row));
  if (rows_.size() > limit_) {
    Fail(Status::Corrupt(name() + ": more rows than were asked for"));
    rows_.clear();
    return false;
  }
  if (!Ascends(id_page_.has_value())) {
    Fail(Status::Corrupt(name() + ": the rows of the table do not come in the order of its key"));
    rows_.clear();
    return false;
  }
  if (reader.status().ok()) return true;
  Fail(reader.status());
  // A group may be cut there, so it is no row's place yet.
  while (!rows_.empty() && rows_.back().id.rdata.size() >= kGroupBytes) rows_.pop_back();
  SortGroups();
  return false;
}

bool ShardRows::Ascends(bool by_id) {
  std::optional<RowId> before;
  if (last_.has_value()) before = last_->view();
  for (const TableRow& row : rows_) {
    const bool ascends =
        !before.has_value() ||
        std::is_lt(by_id ? CompareInSelection(*before, row.id) : CompareInTable(*before, row.id));
    if (!ascends) return false;
    before = row.id;
  }
  return true;
}

void ShardRows::LoadPage(bool full) {
  if (full && !FitsGroup()) return;
  // Before the rows of groups change places. The last row of a full page is of none by now.
  if (full) {
    GoOn(rows_.back().id);
  } else {
    NextSet();
  }
  SortGroups();
  const bool roomy = body_.size() < plan_.pages.bytes / kLess;
  if (roomy) limit_ = std::min(limit_ * kMore, plan_.pages.most_rows);
}

// A group that may go on behind a full page is left for the next one, which begins with it. False:
// there is nothing else in the page, so it is asked for in another way.
bool ShardRows::FitsGroup() {
  const RowId& last = rows_.back().id;
  if (last.rdata.size() < kGroupBytes) return true;
  std::size_t begin = rows_.size() - 1;
  while (begin > 0 && SameGroup(rows_[begin - 1].id, last)) --begin;
  Bound group{Bound::How::kAt, std::string(last.key), last.type, std::string(last.owner),
              std::string(last.rdata.substr(0, kGroupBytes))};
  if (begin > 0) {
    rows_.resize(begin);
    // The rows before are in both orders the same.
    last_.emplace(rows_.back().id);
    from_ = std::move(group);
    SortGroups();
    return false;
  }
  const bool more = limit_ < plan_.pages.most_rows && body_.size() < plan_.pages.bytes / kLess;
  rows_.clear();
  if (more) {
    limit_ = std::min(limit_ * kMore, plan_.pages.most_rows);
    return false;
  }
  id_page_.emplace();
  id_page_->kind = plan_.sets[set_].kind;
  id_page_->group = std::move(group);
  if (skipping_ && IsGroupOf(*plan_.after, id_page_->group)) id_page_->after_id = plan_.after_id;
  last_.reset();
  return false;
}

void ShardRows::LoadIdPage(bool full) {
  if (!full) return GoOnBehindGroup();
  last_.emplace(rows_.back().id);
  id_page_->after_id = record::RdataId(AsBytes(rows_.back().id.rdata));
}

void ShardRows::GoOnBehindGroup() {
  from_ = std::move(id_page_->group);
  from_.rdata = store::PrefixRange(from_.rdata).hi;
  if (from_.rdata.empty()) from_.how = Bound::How::kBehindOwner;
  id_page_.reset();
  last_.reset();
}

void ShardRows::SortGroups() {
  for (std::size_t begin = 0; begin < rows_.size();) {
    std::size_t end = begin + 1;
    while (end < rows_.size() && SameGroup(rows_[begin].id, rows_[end].id)) ++end;
    if (end - begin > 1) {
      std::sort(rows_.begin() + static_cast<std::ptrdiff_t>(begin),
                rows_.begin() + static_cast<std::ptrdiff_t>(end),
                [](const TableRow& a, const TableRow& b) {
                  return std::is_lt(CompareInSelection(a.id, b.id));
                });
    }
    begin = end;
  }
}

void ShardRows::GoOn(const RowId& last) {
  last_.emplace(last);
  from_ = {plan_.owners ? Bound::How::kBehindOwner : Bound::How::kBehind, std::string(last.key),
           last.type, std::string(last.owner), std::string(last.rdata)};
  if (plan_.names == nullptr) return;
  std::string jump;
  const store::Step step = plan_.names->Match(last.key, jump);
  if (step == store::Step::kEnd) return NextSet();
  if (step != store::Step::kJump || jump <= last.key) return;
  from_ = {};
  from_.how = Bound::How::kAtKey;
  from_.key = std::move(jump);
}

void ShardRows::NextSet() {
  from_ = {};
  last_.reset();
  over_ = ++set_ == plan_.sets.size();
}

// Of a group: is the row at the place where the last answer ended, or before it?
bool ShardRows::SkipToAfter(std::size_t row) const {
  const RowId& id = rows_[row].id;
  const Bound& bound = plan_.after->bound;
  const bool same = id.key == bound.key && id.type == bound.type && id.owner == bound.owner &&
                    id.rdata.size() >= kGroupBytes && id.rdata.starts_with(bound.rdata);
  return same && record::RdataId(AsBytes(id.rdata)) <= plan_.after_id;
}

void ShardRows::Fail(Status status) {
  status_ = std::move(status);
  over_ = true;
}

}  // namespace pdns::store_clickhouse
