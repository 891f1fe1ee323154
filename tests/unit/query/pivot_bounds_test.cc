// What a pivot does where there is too much: of one kind at a node, of all, or for a person's
// patience.
#include <algorithm>
#include <map>
#include <tuple>

#include "unit/query/pivot_answer.h"
#include "unit/support/dns_message.h"

namespace pdns::query {
namespace {

using record::RrType;
using testing::U16;
using testing::WireName;

std::string Numbered(std::uint32_t number) {
  std::string address(1, '\12');
  for (const unsigned shift : {16U, 8U, 0U})
    address.push_back(static_cast<char>((number >> shift) & 0xff));
  return address;
}

FakeSnapshot Hosting(std::size_t names) {
  FakeSnapshot snapshot;
  for (std::size_t i = 0; i < names; ++i)
    snapshot.Add(fmt::format("n{}.example", i), RrType::kA, Address(1));
  return snapshot;
}

TEST(PivotBounds, CountingEndsWhereItIsLongEnough) {
  FakeSnapshot snapshot = Hosting(kMostCounted);
  EXPECT_EQ(Ask(snapshot, "1.1.1.1").nodes,
            (Lines{"1.1.1.1 address 0 start shared 10000 (10000 names)"}));
  for (const char* more : {"a.example", "b.example", "c.example"})
    snapshot.Add(more, RrType::kA, Address(1));
  const std::size_t before = snapshot.keys_seen();
  const Answer answer = Ask(snapshot, "1.1.1.1");
  EXPECT_EQ(answer.nodes, (Lines{"1.1.1.1 address 0 start shared 10000 (more than 10000 names)"}));
  EXPECT_EQ(answer.outcome.keys, kMostCounted + 1);
  EXPECT_EQ(snapshot.keys_seen() - before, kMostCounted + 1);
  PivotOptions all = Fanout(kMostCounted + 3);
  all.depth = 1;
  EXPECT_EQ(Ask(snapshot, "1.1.1.1", all).rows.size(), kMostCounted + 3);
}

// A name that has its rdata changed every hour is one name.
TEST(PivotBounds, CountingGoesFromNameToName) {
  FakeSnapshot snapshot;
  for (const char* name : {"a.example", "b.example", "c.example"}) {
    for (std::uint16_t i = 0; i < 100; ++i) {
      const std::string params = U16(4) + U16(4) + Address(1) + U16(5) + U16(2) + U16(i);
      snapshot.Add(name, RrType::kHttps, U16(1) + '\0' + params);
    }
  }
  const Answer cut = Ask(snapshot, "1.1.1.1", Fanout(2));
  EXPECT_EQ(cut.nodes, (Lines{"1.1.1.1 address 0 start shared 3 (3 names)"}));
  EXPECT_EQ(cut.outcome.keys, 3U);
  PivotOptions one = Fanout(3);
  one.depth = 1;
  EXPECT_EQ(Ask(snapshot, "1.1.1.1", one).rows.size(), 300U);
}

// Its name servers and what points at it lead further than hundreds of hacked machines.
TEST(PivotBounds, FastFluxIsCountedAndNotFollowed) {
  FakeSnapshot snapshot;
  for (std::uint32_t i = 0; i < 150; ++i) {
    snapshot.Add("flux.example", RrType::kA, Numbered(i))
        .Add("victim.example", RrType::kA, Numbered(i));
  }
  snapshot.Add("flux.example", RrType::kAaaa, std::string(16, '\1'))
      .Add("flux.example", RrType::kNs, WireName("ns.net"))
      .Add("login.example", RrType::kCname, WireName("flux.example"));
  const Answer cut = Ask(snapshot, "flux.example");
  EXPECT_EQ(cut.nodes, (Lines{"flux.example. name 0 start (151 addresses)", "ns.net. server 1",
                              "login.example. name 1"}));
  EXPECT_FALSE(cut.outcome.nodes[0].shared);
  EXPECT_TRUE(cut.outcome.status.ok());
  // Found from one of its addresses, too.
  const Answer from_address = Ask(snapshot, "10.0.0.7", Depth(3));
  EXPECT_EQ(from_address.nodes,
            (Lines{"10.0.0.7 address 0 start", "flux.example. name 1 (151 addresses)",
                   "victim.example. name 1 (150 addresses)", "ns.net. server 2",
                   "login.example. name 2"}));
  EXPECT_EQ(Ask(snapshot, "flux.example", Fanout(151)).nodes.size(), 155U);
}

TEST(PivotBounds, EachKindHasItsGuard) {
  FakeSnapshot snapshot;
  for (const char* other : {"a.net", "b.net", "c.net"}) {
    snapshot.Add("x.example", RrType::kHttps, U16(0) + WireName(other))
        .Add("x.example", RrType::kCname, WireName(other))
        .Add("example", RrType::kNs, WireName(other))
        .Add("x.example", RrType::kNs, WireName(other))
        .Add(other, RrType::kHttps, U16(0) + WireName("x.example"))
        .Add(other, RrType::kMx, U16(1) + WireName("x.example"))
        .Add(other, RrType::kMx, U16(2) + WireName("x.example"))
        .Add(other, RrType::kNs, WireName("x.example"));
  }
  EXPECT_EQ(Ask(snapshot, "x.example", Fanout(2)).nodes,
            (Lines{"x.example. server 0 start shared 9 (3 endpoints, 3 alias targets, 3 name "
                   "servers, 3 aliases, 3 zones, 3 mail domains)"}));
  EXPECT_EQ(Ask(snapshot, "x.example", Fanout(3)).outcome.nodes[0].cuts.size(), 0U);
}

TEST(PivotBounds, TheWatchEndsItWhileItCounts) {
  FakeSnapshot snapshot = Hosting(9000);
  std::vector<std::uint64_t> told;
  PivotOptions options;
  options.watch = [&](std::uint64_t keys) {
    told.push_back(keys);
    return keys < 8000;
  };
  const auto none = [](const Hit&) { return ADD_FAILURE() << "no row was due", true; };
  const PivotOutcome outcome = Pivot(snapshot, Start("1.1.1.1"), options, none);
  EXPECT_TRUE(outcome.stopped);
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_EQ(outcome.keys, 8192U);
  EXPECT_EQ(told, (std::vector<std::uint64_t>{0, 4096, 8192}));
  EXPECT_TRUE(outcome.nodes[0].cuts.empty());  // what is not known to the end is not told
}

TEST(PivotBounds, TheWatchEndsItWhileItFollowsAndBetweenNodes) {
  FakeSnapshot snapshot = Hosting(5000);
  PivotOptions options = Fanout(5000);
  options.watch = [](std::uint64_t keys) { return keys < 8192; };
  const auto all = [](const Hit&) { return true; };
  const PivotOutcome following = Pivot(snapshot, Start("1.1.1.1"), options, all);
  EXPECT_TRUE(following.stopped);
  // Asked after so many keys of one scan; 5000 more were looked at to count.
  EXPECT_EQ(following.rows, kKeysPerWatch - 1);
  EXPECT_EQ(following.keys, 5000U + kKeysPerWatch);
  std::size_t calls = 0;
  options.watch = [&](std::uint64_t) { return ++calls < 2; };
  FakeSnapshot few = Hosting(3);
  const PivotOutcome between = Pivot(few, Start("1.1.1.1"), options, all);
  EXPECT_TRUE(between.stopped);
  EXPECT_EQ(between.nodes.size(), 4U);
}

// Every name on every address.
FakeSnapshot Dense(std::uint32_t size) {
  FakeSnapshot snapshot;
  for (std::uint32_t name = 0; name < size; ++name) {
    for (std::uint32_t address = 0; address < size; ++address)
      snapshot.Add(fmt::format("n{}", name), RrType::kA, Numbered(address));
  }
  return snapshot;
}

class ScanCounter final : public store::Snapshot {
 public:
  using Snapshot::Scan;
  using Snapshot::ScanNew;
  using Snapshot::ScanOwners;

  explicit ScanCounter(FakeSnapshot& snapshot) : snapshot_(snapshot) {}

  store::Scanned Scan(const store::Selection& selection, const store::RowSink& sink,
                      const Watch& watch) override {
    Note(selection);
    return snapshot_.Scan(selection, sink, watch);
  }
  store::Scanned ScanOwners(const store::Selection& selection, const OwnerSink& sink,
                            const Watch& watch) override {
    Note(selection);
    return snapshot_.ScanOwners(selection, sink, watch);
  }
  const std::vector<std::string>& sensors() const override { return snapshot_.sensors(); }
  Status Totals(record::Statistics& statistics) override { return snapshot_.Totals(statistics); }
  Status Count(const CountWatch& watch, record::Statistics& statistics) override {
    return snapshot_.Count(watch, statistics);
  }
  Result<store::JournalSpan> Journal() override { return snapshot_.Journal(); }
  store::Scanned ScanNew(const store::NewSelection& selection, const store::NewSink& sink,
                         const Watch& watch) override {
    return snapshot_.ScanNew(selection, sink, watch);
  }

  std::size_t most() const {
    const auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
    return std::max_element(scans_.begin(), scans_.end(), less)->second;
  }

 private:
  void Note(const store::Selection& selection) {
    ASSERT_EQ(selection.types.size(), 1U);
    ++scans_[{selection.side, selection.span.lo, selection.types[0]}];
  }

  FakeSnapshot& snapshot_;
  std::map<std::tuple<store::Side, std::string, RrType>, std::size_t> scans_;
};

TEST(PivotBounds, WhatIsReachedTwiceIsLookedUpOnce) {
  FakeSnapshot dense = Dense(8);
  ScanCounter snapshot(dense);
  const Answer answer = Ask(snapshot, "n0", Depth(9));
  EXPECT_EQ(answer.outcome.nodes.size(), 16U);
  EXPECT_EQ(answer.edges.size(), 64U);
  EXPECT_EQ(answer.rows.size(), 64U);
  EXPECT_EQ(snapshot.most(), 2U);  // to count, to follow
}

TEST(PivotBounds, AGraphHasAMostAndSaysSo) {
  FakeSnapshot snapshot = Dense(20);
  PivotOptions options = Depth(5);
  options.max_size = 400;
  EXPECT_TRUE(Ask(snapshot, "n0", options).outcome.status.ok());
  for (const std::uint64_t most : {399U, 100U, 1U}) {
    options.max_size = most;
    const Answer cut = Ask(snapshot, "n0", options);
    EXPECT_EQ(cut.outcome.status.code(), Code::kUsage);
    EXPECT_NE(cut.outcome.status.message().find(fmt::format("more than {} nodes", most)),
              std::string::npos);
    EXPECT_LE(cut.outcome.nodes.size(), most + 1);
    EXPECT_EQ(cut.edges.size(), most == 1 ? 1 : most + 1);
  }
}

}  // namespace
}  // namespace pdns::query
