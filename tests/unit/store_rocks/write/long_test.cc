// Long rdata and long names: around every limit, alike where a key ends, and read in flat memory.
#include <gtest/gtest.h>
#include <malloc.h>

#include <fstream>
#include <string>
#include <vector>

#include "unit/store_rocks/model.h"
#include "unit/store_rocks/zone.h"
#include "unit/support/sanitized.h"

namespace pdns::store_rocks {
namespace {

using record::OwnedTuple;
using record::RrType;
using store::Side;
using testing::TempDir;
using testing::U16;
using testing::U32;

// A name of 255 wire bytes, all of them escaped: 509 ordered bytes. `last` tells them apart at the
// end of their order.
record::Name Longest(char last) {
  const std::string label(63, '\1');
  const std::string wire = testing::Labels({last + label.substr(0, 60), label, label, label});
  return *record::Name::FromWire(AsBytes(wire));
}

// Behind a very long owner the key has less of the rdata than the order of selections looks at:
// such rows come in the order of their keys.
void ExpectSame(Lines rows, Lines expected, bool in_order) {
  if (in_order) {
    EXPECT_EQ(rows, expected);
  }
  ExpectRows(std::move(rows), std::move(expected));
}

void ExpectRoundTrip(const std::string& path, const Observations& rows, bool in_order = true) {
  Model model;
  {
    const auto writer = OpenToWrite(path);
    for (int times = 0; times < 2; ++times) {
      model.Apply(Trusted(rows));
      Apply(*writer, Trusted(rows));
    }
    testing::FakeSnapshot fake = model.Fake();
    ExpectSame(WholeRows(*SnapshotOf(path), {}), WholeRows(fake, {}), in_order);
    ASSERT_TRUE(writer->Compact([] { return false; }).ok());
  }
  testing::FakeSnapshot fake = model.Fake();
  const auto snapshot = SnapshotOf(path);
  ExpectSame(WholeRows(*snapshot, {}), WholeRows(fake, {}), in_order);
  for (const Side side : {Side::kTarget, Side::kAddress, Side::kText})
    ExpectRows(WholeRows(*snapshot, Everything(side)), WholeRows(fake, Everything(side)));
  ExpectTotals(*snapshot, model);
  EXPECT_EQ(JournalOf(*snapshot).size(), model.trusted().size());
}

TEST(Long, RdataAroundTheLimits) {
  const TempDir dir;
  Observations rows;
  for (const std::size_t size : {0U, 222U, 223U, 224U, 254U, 255U, 256U, 4096U, 65534U, 65535U}) {
    for (const char last : {'a', 'b'}) {
      std::string rdata(size, 'x');
      if (!rdata.empty()) rdata.back() = last;
      rows.Add("a.org", RrType::kTxt, rdata).Add("a.org", RrType::kNsec, rdata);
      rows.Add("b.org", RrType::kTxt, rdata);
    }
  }
  ExpectRoundTrip(dir / "db", rows);
}

TEST(Long, RdataThatIsAlikeInItsKey) {
  const TempDir dir;
  Observations rows;
  for (unsigned i = 0; i < 40; ++i) rows.Add("a.org", RrType::kTxt, std::string(223, 'x') + U32(i));
  for (unsigned i = 0; i < 300; ++i)
    rows.Add("a.org", RrType::kTxt, std::string(500, 'x') + U32(i));
  ExpectRoundTrip(dir / "db", rows);
}

TEST(Long, OwnersWithLittleRoomBehindThem) {
  const TempDir dir;
  Observations rows;
  for (const char last : {'a', 'b'}) {
    EXPECT_GE(store::OwnerKey(Longest(last).wire()).size(), 500U);
    for (const std::size_t size : {0U, 150U, 180U, 188U, 189U, 190U, 254U, 255U, 256U, 65535U}) {
      rows.Add({Longest(last), RrType::kTxt, std::string(size, 'x')}, Seen(1, 2, 3));
      rows.Add({Longest(last), RrType::kTxt, std::string(size, '\1')}, Seen(1, 2, 3));
    }
    rows.Add({Longest(last), RrType::kA, "abcd"}, Seen(1, 2, 3));
  }
  ExpectRoundTrip(dir / "db", rows, false);
}

// Reverse keys of 1,000 bytes and more: cut, found, scanned behind, and gone when they expire.
TEST(Long, ReverseKeysThatAreCut) {
  const TempDir dir;
  Observations rows;
  std::vector<OwnedTuple> tuples;
  for (const char owner : {'a', 'b', 'c', 'd'}) {
    for (std::uint16_t preference = 0; preference < 5; ++preference) {
      for (const char target : {'a', 'b'}) {
        const std::string name(AsText(Longest(target).wire()));
        tuples.push_back({Longest(owner), RrType::kMx, U16(preference) + name});
        rows.Add(tuples.back(), Seen(1, 2, 3));
      }
    }
  }
  ExpectRoundTrip(dir / "db", rows);
  store::Selection selection = Everything(Side::kTarget);
  selection.span = store::NameSpan(Longest('a').wire());
  const auto snapshot = SnapshotOf(dir / "db");
  const Lines all = WholeRows(*snapshot, selection);
  EXPECT_EQ(all.size(), 20U);
  std::vector<store::Place> places;
  snapshot->Scan(selection, [&](const store::Row& row) {
    places.push_back(PlaceOf(row));
    return true;
  });
  ASSERT_EQ(places.size(), all.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    selection.after = places[i];
    EXPECT_EQ(WholeRows(*snapshot, selection),
              Lines(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end()));
  }
  selection.after.reset();
  const Lines owners = OwnersOf(*snapshot, selection);
  EXPECT_EQ(std::set<std::string>(owners.begin(), owners.end()).size(), 4U);
  const auto writer = OpenToWrite(dir / "db");
  EXPECT_EQ(Must(writer->Expire(
                     selection, [](const store::Row&) { return true; }, "test"))
                .rows,
            20U);
  EXPECT_EQ(ScanAll(dir / "db", Everything(Side::kTarget)).size(), 20U);
}

// Anonymous memory of this process, in bytes.
std::size_t Resident() {
  malloc_trim(0);
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::size_t kilobytes = 0;
    if (word == "RssAnon:" && status >> kilobytes) return kilobytes << 10;
  }
  return 0;
}

// 500 rows of 65 KB are 32 MB: no scan holds them all.
TEST(Long, MemoryIsFlat) {
  if (testing::kSanitized) GTEST_SKIP() << "a sanitizer's memory is not the program's";
  const TempDir dir;
  {
    const auto writer = OpenToWrite(dir / "db");
    for (unsigned batch = 0; batch < 5; ++batch) {
      Observations rows;
      for (unsigned i = 0; i < 100; ++i) {
        std::string rdata = U32(batch * 100 + i);
        while (rdata.size() < 65'000) rdata += std::to_string(rdata.size() * (i + 7));
        rows.Add("a.org", RrType::kTxt, rdata.substr(0, 65'000));
      }
      Apply(*writer, Trusted(rows));
    }
    ASSERT_TRUE(writer->Close().ok());
  }
  ReadOptions options;
  options.memory = 1U << 20;
  const auto snapshot = Must(Must(OpenDatabase(dir / "db", options))->NewSnapshot());
  constexpr std::size_t kMost = 12U << 20;
  const std::size_t before = Resident();
  for (const Side side : {Side::kOwner, Side::kText}) {
    std::size_t rows = 0;
    std::size_t most = 0;
    const auto scanned = snapshot->Scan(Everything(side), [&](const store::Row&) {
      if (++rows % 50 == 0) most = std::max(most, Resident());
      return true;
    });
    EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
    EXPECT_EQ(rows, 500U);
    EXPECT_LT(most, before + kMost) << static_cast<int>(side);
  }
  std::size_t most = 0;
  std::size_t rows = 0;
  const auto scanned = snapshot->ScanNew({}, [&](const store::NewRow&) {
    if (++rows % 50 == 0) most = std::max(most, Resident());
    return true;
  });
  EXPECT_TRUE(scanned.status.ok());
  EXPECT_EQ(rows, 500U);
  EXPECT_LT(most, before + kMost);
}

}  // namespace
}  // namespace pdns::store_rocks
