// A store in memory: rows by index, handed up in key order as an engine does.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "unit/store/rows.h"

namespace pdns::query {

// For stand-ins: what scans only.
class ScanOnly : public store::Reader {
 public:
  using Reader::Scan;
  Status Count(const CountWatch& /*watch*/, record::Statistics& /*statistics*/) override {
    return Status::Usage("no engine to count in");
  }
};

class FakeReader final : public ScanOnly {
 public:
  FakeReader& Add(std::string_view owner, record::RrType type, std::string_view rdata,
                  const record::Sighting& sighting = store::Seen(1, 2, 3)) {
    return Put(trusted_, owner, type, rdata, sighting);
  }
  FakeReader& Quarantine(std::string_view owner, record::RrType type, std::string_view rdata,
                         const record::Sighting& sighting = store::Seen(1, 2, 3, 0, 1)) {
    return Put(quarantined_, owner, type, rdata, sighting);
  }
  // Every scan ends like this behind its last row.
  void FailWith(Status status) { end_ = std::move(status); }

  using ScanOnly::Scan;
  Status Scan(const store::ScanPlan& plan, const store::RowSink& sink) override {
    const auto& rows = plan.index == store::Index::kQuarantine ? quarantined_ : trusted_;
    std::multimap<std::string, const Entry*> in_range;
    for (const auto& [key, entry] : rows) {
      for (const std::string& found : KeysOf(plan.index, key, entry)) {
        if (!plan.range.Holds(found)) continue;
        in_range.emplace(found, &entry);
        break;
      }
    }
    std::string from = plan.from;
    for (const auto& [key, entry] : in_range) {
      if (key < from) continue;
      std::string jump;
      const store::Step step = plan.filter ? plan.filter(key, jump) : store::Step::kTake;
      ++keys_seen_;
      if (step == store::Step::kEnd) return {};
      if (step == store::Step::kJump) from = std::max(from, jump);
      if (step == store::Step::kTake && !sink({entry->tuple.view(), entry->sighting, key}))
        return {};
    }
    return end_;
  }

  // Keys that all scans came by: few where a filter jumps.
  std::size_t keys_seen() const { return keys_seen_; }

 private:
  struct Entry {
    record::OwnedTuple tuple;
    record::Sighting sighting;
  };
  using Rows = std::map<std::string, Entry>;

  FakeReader& Put(Rows& rows, std::string_view owner, record::RrType type, std::string_view rdata,
                  const record::Sighting& sighting) {
    Entry entry{store::MakeTuple(owner, type, rdata), sighting};
    std::string key = store::TupleKey(entry.tuple.view());
    rows.emplace(std::move(key), std::move(entry));
    return *this;
  }

  static std::vector<std::string> KeysOf(store::Index index, const std::string& key,
                                         const Entry& entry) {
    if (index != store::Index::kReverse) return {key};
    return store::ReverseKeys(entry.tuple.view());
  }

  std::size_t keys_seen_ = 0;
  Rows trusted_;
  Rows quarantined_;
  Status end_;
};

}  // namespace pdns::query
