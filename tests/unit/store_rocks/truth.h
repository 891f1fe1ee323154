// All that a database tells, to be compared with what it told before it was damaged.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/store_rocks/model.h"

namespace pdns::store_rocks {

struct Told {
  Status status;  // the first that was not ok
  Lines rows;     // of every scan
  std::uint64_t keys = 0;
};

// Reads a snapshot in every way that there is.
class EveryAnswer {
 public:
  explicit EveryAnswer(store::Snapshot& snapshot) : snapshot_(snapshot) {}

  Told Read() {
    for (const auto side :
         {store::Side::kOwner, store::Side::kTarget, store::Side::kAddress, store::Side::kText})
      ReadRows(Everything(side));
    ReadRows(AllQuarantined());
    ReadNew();
    ReadStatistics();
    return std::move(told_);
  }

 private:
  void Note(const Status& status) {
    if (told_.status.ok()) told_.status = status;
  }

  void ReadRows(const store::Selection& selection) {
    told_.rows.emplace_back("scan");
    const auto scanned = snapshot_.Scan(selection, [&](const store::Row& row) {
      told_.rows.push_back(Short(row.tuple, row.history));
      return true;
    });
    Note(scanned.status);
  }

  void ReadNew() {
    told_.rows.emplace_back("journal");
    const auto scanned = snapshot_.ScanNew({}, [&](const store::NewRow& row) {
      told_.rows.push_back(std::to_string(row.sequence) + Short(row.tuple, row.history));
      return true;
    });
    Note(scanned.status);
  }

  void ReadStatistics() {
    record::Statistics totals;
    record::Statistics counted;
    Note(snapshot_.Totals(totals));
    Note(snapshot_.Count({}, counted));
    for (const record::Statistics* one : {&totals, &counted}) {
      std::uint64_t quarantined = 0;
      for (const auto& [reasons, rows] : one->quarantined) quarantined += rows;
      told_.rows.push_back(fmt::format("{} tuples {} names {} types {} quarantined {} captures",
                                       one->tuples, one->rrnames, one->types.size(), quarantined,
                                       one->capture_frames));
    }
    told_.rows.push_back("addresses " + std::to_string(counted.addresses));
  }

  // Long rdata by its id, so that all of it fits in memory many times.
  static std::string Short(const record::Tuple& tuple, const record::History& history) {
    const std::string id = record::RdataId(tuple.rdata);
    return Line({tuple.owner, tuple.type, AsBytes(id)}, history);
  }

  store::Snapshot& snapshot_;
  Told told_;
};

inline Told ReadAll(const std::string& path) {
  auto database = OpenDatabase(path);
  if (!database.ok()) return {database.status(), {}, 0};
  return EveryAnswer(*Must((*database)->NewSnapshot())).Read();
}

// Damage is told, or did not matter; it never makes an answer shorter without a word.
inline void ExpectToldOrSame(const std::string& path, const Told& before, const std::string& what) {
  const Told told = ReadAll(path);
  if (told.status.ok()) {
    EXPECT_TRUE(told.rows == before.rows)
        << what << ": ok with " << told.rows.size() << " of " << before.rows.size() << " rows";
    return;
  }
  EXPECT_TRUE(told.status.code() == Code::kCorrupt || told.status.code() == Code::kIo)
      << what << ": " << static_cast<int>(told.status.code()) << " " << told.status.message();
  EXPECT_NE(told.status.message().find(path), std::string::npos) << told.status.message();
}

inline void ExpectTold(const std::string& path, const std::string& what) {
  const Told told = ReadAll(path);
  EXPECT_FALSE(told.status.ok()) << what << ": ok with " << told.rows.size() << " rows";
  EXPECT_TRUE(told.status.code() == Code::kCorrupt || told.status.code() == Code::kIo)
      << what << ": " << static_cast<int>(told.status.code()) << " " << told.status.message();
}

}  // namespace pdns::store_rocks
