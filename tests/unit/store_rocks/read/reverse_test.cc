// Questions by rdata against a database: blocks of addresses, hints, targets, long rdata.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "unit/store_rocks/corpus.h"
#include "unit/store_rocks/database.h"

namespace pdns::store_rocks {
namespace {

using record::OwnedTuple;
using record::RrType;
using store::Selection;
using store::Side;
using testing::TempDir;
using testing::U16;
using testing::U32;
using testing::WireName;

// A database of these tuples and a snapshot of it.
class Filled {
 public:
  explicit Filled(const std::vector<OwnedTuple>& tuples) {
    Observations observations;
    for (const OwnedTuple& tuple : tuples) observations.Add(tuple, Seen(1, 2, 3));
    Apply(*OpenToWrite(dir_ / "db"), Trusted(observations));
    snapshot_ = SnapshotOf(dir_ / "db");
  }

  store::Snapshot& snapshot() { return *snapshot_; }

  // "owner type" of each row.
  Lines Ask(const Selection& selection) {
    Lines rows;
    const auto scanned = snapshot_->Scan(selection, [&](const store::Row& row) {
      rows.push_back(dns::NameToText(row.tuple.owner) + " " + dns::TypeToText(row.tuple.type));
      return true;
    });
    EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
    return rows;
  }

 private:
  TempDir dir_;
  std::unique_ptr<store::Snapshot> snapshot_;
};

// The block of `prefix` bits around an address.
Selection Block(std::string address, unsigned prefix) {
  std::string last = address;
  for (std::size_t bit = prefix; bit < address.size() * 8; ++bit) {
    const int mask = 0x80 >> (bit % 8);
    address[bit / 8] = static_cast<char>(address[bit / 8] & ~mask);
    last[bit / 8] = static_cast<char>(last[bit / 8] | mask);
  }
  Selection selection = Everything(Side::kAddress);
  selection.span = {address, last};
  return selection;
}

Selection Target(std::string_view name) {
  Selection selection = Everything(Side::kTarget);
  selection.span = store::NameSpan(dns::NameFromText(name)->wire());
  return selection;
}

Selection TargetsBelow(std::string_view name) {
  Selection selection = Everything(Side::kTarget);
  selection.span = store::SubtreeSpan(dns::NameFromText(name)->wire());
  return selection;
}

TEST(ReverseScan, BlocksOfAddresses) {
  Filled db({MakeTuple("a.org", RrType::kA, U32(0)),
             MakeTuple("b.org", RrType::kA, U32(0x0a0000fe)),
             MakeTuple("c.org", RrType::kA, U32(0x0a0000ff)),
             MakeTuple("d.org", RrType::kA, U32(0x0a000100)),
             MakeTuple("e.org", RrType::kA, U32(0xffffffff)),
             MakeTuple("v6.org", RrType::kAaaa, U32(0x0a0000ff) + std::string(12, '\0'))});
  EXPECT_EQ(db.Ask(Block(U32(0x0a0000ff), 32)), (Lines{"c.org. A"}));
  EXPECT_EQ(db.Ask(Block(U32(0x0a0000ff), 31)), (Lines{"b.org. A", "c.org. A"}));
  EXPECT_EQ(db.Ask(Block(U32(0x0a000080), 24)), (Lines{"b.org. A", "c.org. A"}));
  EXPECT_EQ(db.Ask(Block(U32(0x0a000080), 23)), (Lines{"b.org. A", "c.org. A", "d.org. A"}));
  EXPECT_EQ(db.Ask(Block(U32(0xffffffff), 32)), (Lines{"e.org. A"}));
  EXPECT_EQ(db.Ask(Block(U32(0), 32)), (Lines{"a.org. A"}));
  EXPECT_EQ(db.Ask(Block(U32(0), 0)).size(), 5U);
  EXPECT_EQ(db.Ask(Block(U32(0x0a000101), 32)), Lines{});
  EXPECT_EQ(db.Ask(Everything(Side::kAddress)).size(), 6U);
}

TEST(ReverseScan, BlocksOfSixteenByteAddresses) {
  const std::string net("\x20\x01\x0d\xb8\0\0\0\0", 8);
  const auto host = [&](std::uint32_t low) { return net + U32(0) + U32(low); };
  Filled db({MakeTuple("a.org", RrType::kAaaa, host(0)), MakeTuple("b.org", RrType::kAaaa, host(1)),
             MakeTuple("c.org", RrType::kAaaa, host(2)),
             MakeTuple("d.org", RrType::kAaaa, net + U32(0xffffffff) + U32(0xffffffff)),
             MakeTuple("e.org", RrType::kAaaa, std::string(16, '\xff')),
             MakeTuple("v4.org", RrType::kA, "\x20\x01\x0d\xb8")});
  EXPECT_EQ(db.Ask(Block(host(1), 128)), (Lines{"b.org. AAAA"}));
  EXPECT_EQ(db.Ask(Block(host(1), 127)), (Lines{"a.org. AAAA", "b.org. AAAA"}));
  EXPECT_EQ(db.Ask(Block(host(1), 64)).size(), 4U);
  EXPECT_EQ(db.Ask(Block(host(1), 0)).size(), 5U);
}

OwnedTuple Https(std::string_view owner, const std::string& params) {
  return MakeTuple(owner, RrType::kHttps, U16(1) + WireName("svc.net") + params);
}

std::string Hints(const std::vector<std::uint32_t>& addresses) {
  std::string value;
  for (const std::uint32_t address : addresses) value += U32(address);
  return U16(4) + U16(static_cast<std::uint16_t>(value.size())) + value;
}

TEST(ReverseScan, ATupleWithSeveralHintsInABlockComesOnce) {
  const std::string ech = U16(5) + U16(300) + std::string(300, 'e');
  Filled db({Https("short.org", Hints({0x0a000001, 0x0a000002, 0x0b000001})),
             Https("long.org", Hints({0x0a000003, 0x0a000002}) + ech),
             MakeTuple("plain.org", RrType::kA, U32(0x0a000002))});
  EXPECT_EQ(db.Ask(Block(U32(0x0a000001), 32)), (Lines{"short.org. HTTPS"}));
  EXPECT_EQ(db.Ask(Block(U32(0x0b000001), 32)), (Lines{"short.org. HTTPS"}));
  EXPECT_EQ(db.Ask(Block(U32(0x0a000003), 32)), (Lines{"long.org. HTTPS"}));
  // By address, then by type and owner; each at the first of its addresses.
  EXPECT_EQ(db.Ask(Block(U32(0x0a000000), 24)),
            (Lines{"short.org. HTTPS", "plain.org. A", "long.org. HTTPS"}));
  EXPECT_EQ(db.Ask(Block(U32(0), 0)).size(), 3U);
  EXPECT_EQ(db.Ask(Target("svc.net")), (Lines{"long.org. HTTPS", "short.org. HTTPS"}));
  EXPECT_EQ(db.Ask(Everything(Side::kTarget)).size(), 2U);
}

TEST(ReverseScan, LongRdataIsFoundByItsDigest) {
  // Alike in the first 255 bytes, and in owner and type.
  const std::string head(300, 'x');
  Filled db({MakeTuple("a.org", RrType::kTxt, head + "1"),
             MakeTuple("a.org", RrType::kTxt, head + "2"),
             MakeTuple("b.org", RrType::kTxt, head + "1"),
             MakeTuple("a.org", RrType::kTxt, std::string(255, 'x'))});
  Lines rdata;
  const auto scanned = db.snapshot().Scan(Everything(Side::kText), [&](const store::Row& row) {
    rdata.push_back(dns::NameToText(row.tuple.owner) + std::to_string(row.tuple.rdata.size()) +
                    static_cast<char>(row.tuple.rdata.back()));
    return true;
  });
  EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
  std::sort(rdata.begin(), rdata.end());
  EXPECT_EQ(rdata, (Lines{"a.org.255x", "a.org.3011", "a.org.3012", "b.org.3011"}));
}

TEST(ReverseScan, TargetsAndWhatLiesBelowThem) {
  const auto ns = [](std::string_view owner, std::string_view target) {
    return MakeTuple(owner, RrType::kNs, WireName(target));
  };
  Filled db({ns("a.org", "ca-dns.net"), ns("b.org", "auth01.ca-dns.net"),
             ns("c.org", "aca-dns.net"), ns("d.org", "ca-dns.net.org"),
             MakeTuple("e.org", RrType::kMx, U16(10) + WireName("auth01.ca-dns.net"))});
  EXPECT_EQ(db.Ask(Target("ca-dns.net")), (Lines{"a.org. NS"}));
  EXPECT_EQ(db.Ask(TargetsBelow("ca-dns.net")), (Lines{"a.org. NS", "b.org. NS", "e.org. MX"}));
  EXPECT_EQ(db.Ask(Target("net")), Lines{});
  EXPECT_EQ(db.Ask(TargetsBelow(".")).size(), 5U);
}

TEST(ReverseScan, StopsWhenTheSinkSaysSo) {
  std::vector<OwnedTuple> tuples;
  for (int i = 0; i < 1500; ++i)  // more than are looked up together
    tuples.push_back(MakeTuple(std::to_string(i) + ".org", RrType::kA, U32(7)));
  Filled db(tuples);
  for (const std::size_t most : {1U, 16U, 17U, 511U, 512U, 513U, 1024U, 1499U, 1500U, 9999U}) {
    std::size_t rows = 0;
    const auto scanned = db.snapshot().Scan(Block(U32(7), 32), [&](const store::Row&) {
      EXPECT_LT(rows, most);
      return ++rows < most;
    });
    EXPECT_TRUE(scanned.status.ok());
    EXPECT_EQ(rows, std::min<std::size_t>(most, 1500));
  }
}

// A sink may scan in its turn, on the same snapshot.
TEST(ReverseScan, ASinkScansInItsTurn) {
  std::vector<OwnedTuple> tuples;
  for (unsigned i = 0; i < 200; ++i)
    tuples.push_back(MakeTuple(std::to_string(i) + ".org", RrType::kA, U32(i / 10)));
  Filled db(tuples);
  std::size_t rows = 0;
  const auto scanned = db.snapshot().Scan({}, [&](const store::Row& row) {
    std::size_t same = 0;
    const auto inner = db.snapshot().Scan(Block(std::string(AsText(row.tuple.rdata)), 32),
                                          [&](const store::Row&) { return ++same > 0; });
    EXPECT_TRUE(inner.status.ok());
    EXPECT_EQ(same, 10U);
    return ++rows > 0;
  });
  EXPECT_TRUE(scanned.status.ok());
  EXPECT_EQ(rows, 200U);
}

// Over real tuples: each with a reverse key comes back once and exactly.
TEST(ReverseScan, RealTuplesComeBackOnce) {
  std::vector<OwnedTuple> tuples;
  Lines expected;
  for (OwnedTuple& tuple : CorpusTuples()) {
    if (!ReverseKeys(tuple.view()).empty()) expected.push_back(Line(tuple.view(), Seen(1, 2, 3)));
    tuples.push_back(std::move(tuple));
  }
  // Both captures saw most tuples: one row each.
  const auto less = [](const OwnedTuple& a, const OwnedTuple& b) {
    return Line(a.view(), Seen(0, 0, 0)) < Line(b.view(), Seen(0, 0, 0));
  };
  const auto same = [](const OwnedTuple& a, const OwnedTuple& b) { return a.view() == b.view(); };
  std::sort(tuples.begin(), tuples.end(), less);
  tuples.erase(std::unique(tuples.begin(), tuples.end(), same), tuples.end());
  std::sort(expected.begin(), expected.end());
  expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
  Filled db(tuples);
  EXPECT_EQ(ReverseRowsOf(db.snapshot()), expected);
  EXPECT_EQ(RowsOf(db.snapshot(), {}).size(), tuples.size());
}

}  // namespace
}  // namespace pdns::store_rocks
