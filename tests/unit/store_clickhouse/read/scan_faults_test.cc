// Shards that fail, and tables that were changed by hand: what could be read is handed up, and the
// status says what is missing.
#include <gtest/gtest.h>

#include "store_clickhouse/read/merge.h"
#include "unit/store_clickhouse/fake_shards.h"
#include "unit/store_rocks/rows.h"

namespace pdns::store_clickhouse {
namespace {

using store::Selection;
using store::Side;
using store_rocks::NumberedTuple;
using testing::Lines;
using testing::Seen;

class ScanFaults : public ::testing::Test {
 protected:
  // Tuples 0..n-1, even ones on the first shard.
  void Fill(unsigned n) {
    std::vector<std::vector<StoredRow>> rows(2);
    for (unsigned i = 0; i < n; ++i) {
      for (StoredRow& row : TrustedRows(NumberedTuple(i).view(), Seen(100, 200, 1)))
        rows[i % 2].push_back(std::move(row));
    }
    for (std::size_t shard = 0; shard < 2; ++shard) shards.AddAll(shard, std::move(rows[shard]));
  }

  static Selection Addresses() {
    Selection selection;
    selection.side = Side::kAddress;
    return selection;
  }

  // The numbers of the tuples that came.
  std::vector<unsigned> Scan(const Selection& selection, const store::Watch& watch = {},
                             std::size_t most = 1'000'000) {
    std::vector<unsigned> numbers;
    scanned = ScanRows(
        shards, selection,
        [&](const store::Row& row) {
          Cursor cursor(row.tuple.rdata);
          numbers.push_back(cursor.U32());
          return numbers.size() < most;
        },
        watch);
    return numbers;
  }

  void ExpectFault(Code code, std::string_view words) const {
    EXPECT_EQ(scanned.status.code(), code);
    EXPECT_NE(scanned.status.message().find(words), std::string::npos) << scanned.status.message();
    EXPECT_NE(scanned.status.message().find("shard 2"), std::string::npos)
        << scanned.status.message();
  }

  FakeShards shards{2};
  store::Scanned scanned;
};

TEST_F(ScanFaults, AShardThatIsAway) {
  Fill(10);
  shards.table(1).spoil = [](std::size_t, std::string&) { return Status::Io("shard 2: is away"); };
  EXPECT_EQ(Scan(Addresses()), (std::vector<unsigned>{0, 2, 4, 6, 8}));
  ExpectFault(Code::kIo, "is away");
}

// What came before is true, and the other shard goes on.
TEST_F(ScanFaults, AShardThatGoesAwayInTheMidst) {
  shards.pages = {2, 4, 4096};
  Fill(20);
  shards.table(1).spoil = [](std::size_t number, std::string&) {
    return number < 2 ? Status() : Status::Io("shard 2: is away");
  };
  const auto numbers = Scan(Addresses());
  ExpectFault(Code::kIo, "is away");
  std::size_t even = 0;
  std::size_t odd = 0;
  for (const unsigned number : numbers) ++(number % 2 == 0 ? even : odd);
  EXPECT_EQ(even, 10U);
  EXPECT_EQ(odd, 6U);  // of the pages of 2 and of 4
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
}

TEST_F(ScanFaults, AnAnswerThatIsCut) {
  Fill(6);
  shards.table(1).spoil = [](std::size_t, std::string& body) {
    body.resize(body.size() - 1);
    return Status();
  };
  EXPECT_EQ(Scan(Addresses()), (std::vector<unsigned>{0, 1, 2, 3, 4}));
  ExpectFault(Code::kIo, "within a row");
}

// A table with another key, or a server that reads by several threads.
TEST_F(ScanFaults, RowsOutOfOrder) {
  Fill(20);
  std::swap(shards.table(1).rows.at(11), shards.table(1).rows.at(12));
  EXPECT_EQ(Scan(Addresses()).size(), 10U);
  ExpectFault(Code::kCorrupt, "order of its key");
}

TEST_F(ScanFaults, MoreRowsThanWereAskedFor) {
  shards.pages = {2, 4, 4096};
  Fill(20);
  shards.table(1).spoil = [](std::size_t, std::string& body) {
    body += body;
    return Status();
  };
  EXPECT_EQ(Scan(Addresses()).size(), 10U);
  ExpectFault(Code::kCorrupt, "more rows");
}

// A row that stands at an address which its rdata does not have.
TEST_F(ScanFaults, RowsThatStandElsewhere) {
  Fill(2);
  for (StoredRow& row : shards.table(1).rows) {
    if (row.kind == 4) row.rdata = std::string("\7\7\7\7");
  }
  EXPECT_EQ(Scan(Addresses()), std::vector<unsigned>{0});
  ExpectFault(Code::kCorrupt, "does not stand where");
  shards.table(1).rows.front().key = "no name";
  Scan(Selection());
  ExpectFault(Code::kCorrupt, "not one of pdns");
}

TEST_F(ScanFaults, RowsThatAreTooLong) {
  shards.pages = {8, 8, 64};  // bytes: one row of 300 is more
  Fill(4);
  EXPECT_EQ(Scan(Addresses()), (std::vector<unsigned>{0, 1, 2, 3}));
  EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
  const record::OwnedTuple tuple =
      testing::MakeTuple("9.org", record::RrType::kTxt, std::string(300, 'x'));
  shards.Add(1, TrustedRows(tuple.view(), Seen(100, 200, 1)).front());
  Scan(Selection());
  ExpectFault(Code::kCorrupt, "more bytes");
}

// Whoever wants few rows costs the servers few.
TEST_F(ScanFaults, EndsWhenItIsTold) {
  Fill(30'000);
  EXPECT_EQ(Scan(Addresses(), {}, 10).size(), 10U);
  EXPECT_TRUE(scanned.status.ok());
  EXPECT_FALSE(scanned.stopped);
  EXPECT_EQ(shards.table(0).asked.size(), 1U);
  EXPECT_NE(shards.table(0).asked[0].find("LIMIT 1000 "), std::string::npos);
  std::vector<std::uint64_t> looks;
  const auto watch = [&looks](std::uint64_t keys) {
    if (looks.empty() || looks.back() != keys) looks.push_back(keys);
    return keys < 2 * store::kKeysPerWatch;
  };
  Scan(Addresses(), watch);
  EXPECT_TRUE(scanned.stopped);
  EXPECT_EQ(scanned.keys, 2 * store::kKeysPerWatch);
  EXPECT_NE(std::find(looks.begin(), looks.end(), store::kKeysPerWatch), looks.end());
}

// The watch is asked while a server does not answer.
TEST_F(ScanFaults, EndsDuringAWait) {
  Fill(4);
  std::atomic<bool> answer{false};
  shards.table(1).spoil = [&answer](std::size_t, std::string&) {
    while (!answer) std::this_thread::yield();
    return Status();
  };
  const auto watch = [&answer](std::uint64_t) {
    answer = true;
    return false;
  };
  Scan(Addresses(), watch);
  EXPECT_TRUE(scanned.stopped);
}

}  // namespace
}  // namespace pdns::store_clickhouse
