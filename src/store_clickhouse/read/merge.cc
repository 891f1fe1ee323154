#include "store_clickhouse/read/merge.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "dns/targets.h"
#include "store/found_at.h"

namespace pdns::store_clickhouse {
namespace {

class MergedScan {
 public:
  MergedScan(Shards& shards, const Plan& plan, const MergedSink& sink, const store::Watch& watch)
      : plan_(plan), sink_(sink), watch_(watch) {
    for (std::size_t i = 0; i < shards.size(); ++i)
      shards_.push_back(std::make_unique<ShardRows>(shards.Lend(i), plan));
    // All at once: the answer then takes as long as that of the slowest, not as all together.
    for (const auto& shard : shards_) shard->Begin();
  }

  store::Scanned Run() {
    while (!ended_ && !scanned_.stopped && Wait()) HandUpFirst();
    for (const auto& shard : shards_) {
      if (scanned_.status.ok()) scanned_.status = shard->status();
    }
    return std::move(scanned_);
  }

 private:
  // Until each shard has a row or has none any more. False: no shard has one, or the watch said so.
  bool Wait() {
    bool more = false;
    for (const auto& shard : shards_) {
      while (!shard->Ready()) {
        if (!Watched()) return false;
      }
      more = more || shard->front() != nullptr;
    }
    return more;
  }

  bool Watched() {
    if (watch_ && !watch_(scanned_.keys)) scanned_.stopped = true;
    return !scanned_.stopped;
  }

  void HandUpFirst() {
    firsts_.clear();
    for (const auto& shard : shards_) {
      if (shard->front() == nullptr) continue;
      const auto order = firsts_.empty() ? std::strong_ordering::less : Compare(*shard);
      if (std::is_lt(order)) firsts_.clear();
      if (std::is_lteq(order)) firsts_.push_back(shard.get());
    }
    const RowKind kind = plan_.sets[firsts_.front()->set()].kind;
    if (firsts_.size() == 1) {
      ended_ = !sink_(kind, *firsts_.front()->front(), firsts_.front()->name());
    } else {
      TableRow folded = *firsts_.front()->front();
      for (std::size_t i = 1; i < firsts_.size(); ++i)
        record::Merge(folded.history, firsts_[i]->front()->history);
      ended_ = !sink_(kind, folded, firsts_.front()->name());
    }
    for (ShardRows* shard : firsts_) Pop(*shard);
  }

  std::strong_ordering Compare(const ShardRows& shard) const {
    const ShardRows& first = *firsts_.front();
    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads <=>
    if (const auto order = shard.set() <=> first.set(); std::is_neq(order)) return order;
    return CompareInSelection(shard.front()->id, first.front()->id);
  }

  void Pop(ShardRows& shard) {
    if (!ended_) shard.Pop();
    if (++scanned_.keys % store::kKeysPerWatch == 0 && !ended_) Watched();
  }

  const Plan& plan_;
  const MergedSink& sink_;
  const store::Watch& watch_;
  std::vector<std::unique_ptr<ShardRows>> shards_;
  std::vector<ShardRows*> firsts_;  // those with the first row
  store::Scanned scanned_;
  bool ended_ = false;
};

bool ReadName(std::string_view ordered, record::Name& name) {
  Cursor cursor(AsBytes(ordered));
  name = record::ReadOrderedName(cursor);
  return cursor.AtEnd();
}

// Does the tuple point at that? Its row stands at each of its targets.
bool PointsAt(const record::Tuple& tuple, RowKind kind, std::string_view key) {
  for (const dns::Target& target : dns::TargetsOf(tuple.type, tuple.rdata)) {
    if (target.kind != dns::Target::Kind::kName && AsText(target.bytes) == key) return true;
    std::string ordered;
    if (target.kind == dns::Target::Kind::kName && kind == RowKind::kName)
      record::AppendOrderedName(ordered, target.bytes);
    if (!ordered.empty() && ordered == key) return true;
  }
  return false;
}

bool IsByOwner(RowKind kind) { return kind == RowKind::kOwner || kind == RowKind::kQuarantined; }

}  // namespace

bool ReadTupleRow(const store::Selection& selection, RowKind kind, const RowId& id, TupleRow& row) {
  if (!ReadName(IsByOwner(kind) ? id.key : id.owner, row.owner)) return false;
  row.tuple = {row.owner.wire(), id.type, AsBytes(id.rdata)};
  row.at = {};
  row.wanted = true;
  if (kind == RowKind::kOwner) return true;
  if (kind == RowKind::kQuarantined) {
    row.wanted = selection.side == store::Side::kOwner ||
                 store::FirstInside(selection, row.tuple).has_value();
    return true;
  }
  const auto first = store::FirstInside(selection, row.tuple);
  if (!first.has_value()) return false;
  if (kind == RowKind::kText) return true;
  // One with several targets in the span is handed up at the first of them only.
  row.at = id.key;
  row.wanted = static_cast<std::uint8_t>(first->kind) == static_cast<std::uint8_t>(kind) &&
               first->at == id.key;
  return row.wanted || PointsAt(row.tuple, kind, id.key);
}

bool RowHandler::Add(RowKind kind, const TableRow& row, const std::string& shard) {
  if (tests_keys_ && !PassesName(row.id.key)) return !ended_;
  if (!ReadTupleRow(selection_, kind, row.id, read_)) {
    status_ = Status::Corrupt(
        fmt::format("{}: a row of the table is not one of pdns, or does not stand where it should: "
                    "{}",
                    shard, PrintableRow(kind, row.id)));
    return false;
  }
  return !read_.wanted || sink_({read_.tuple, row.history, read_.at});
}

// The rows of one name stand together: it is tested once.
bool RowHandler::PassesName(std::string_view key) {
  if (tested_ && key == key_) return passes_;
  if (tested_ && key < jump_) return false;
  key_ = key;
  tested_ = true;
  jump_.clear();
  std::string jump;
  const store::Step step = selection_.names->Match(key, jump);
  if (step == store::Step::kJump) jump_ = std::move(jump);
  ended_ = step == store::Step::kEnd;
  passes_ = step == store::Step::kTake;
  return passes_;
}

store::Scanned MergeShards(Shards& shards, const Plan& plan, const MergedSink& sink,
                           const store::Watch& watch) {
  return MergedScan(shards, plan, sink, watch).Run();
}

store::Scanned ScanRows(Shards& shards, const store::Selection& selection,
                        const store::RowSink& sink, const store::Watch& watch) {
  Plan plan = PlanOf(selection, shards);
  RowHandler rows(selection, plan.names != nullptr, sink);
  store::Scanned scanned = MergeShards(
      shards, plan,
      [&rows](RowKind kind, const TableRow& row, const std::string& shard) {
        return rows.Add(kind, row, shard);
      },
      watch);
  if (!rows.status().ok()) scanned.status = rows.status();
  return scanned;
}

store::Scanned ScanOwners(Shards& shards, const store::Selection& selection,
                          const std::function<bool(std::string_view)>& sink,
                          const store::Watch& watch) {
  Plan plan = PlanOf(selection, shards);
  plan.owners = true;
  std::string jump;
  const auto each = [&](RowKind, const TableRow& row, const std::string&) {
    if (plan.names == nullptr) return sink(row.id.owner);
    const store::Step step = plan.names->Match(row.id.key, jump);
    return step == store::Step::kEnd ? false : step != store::Step::kTake || sink(row.id.owner);
  };
  return MergeShards(shards, plan, each, watch);
}

}  // namespace pdns::store_clickhouse
