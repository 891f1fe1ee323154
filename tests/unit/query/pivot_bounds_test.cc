// What a pivot does where there is too much: of one kind at a node, of all, or for a person's
// patience.
#include <algorithm>
#include <map>

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

FakeReader Hosting(std::size_t names) {
  FakeReader reader;
  for (std::size_t i = 0; i < names; ++i)
    reader.Add(fmt::format("n{}.example", i), RrType::kA, Address(1));
  return reader;
}

TEST(PivotBounds, CountingEndsWhereItIsLongEnough) {
  FakeReader reader = Hosting(kMostCounted);
  EXPECT_EQ(Ask(reader, "1.1.1.1").nodes,
            (Lines{"1.1.1.1 address 0 start shared 10000 (10000 names)"}));
  for (const char* more : {"a.example", "b.example", "c.example"})
    reader.Add(more, RrType::kA, Address(1));
  const std::size_t before = reader.keys_seen();
  const Answer answer = Ask(reader, "1.1.1.1");
  EXPECT_EQ(answer.nodes, (Lines{"1.1.1.1 address 0 start shared 10000 (more than 10000 names)"}));
  EXPECT_EQ(answer.outcome.keys, kMostCounted + 1);
  EXPECT_EQ(reader.keys_seen() - before, kMostCounted + 1);
  PivotOptions all = Fanout(kMostCounted + 3);
  all.depth = 1;
  EXPECT_EQ(Ask(reader, "1.1.1.1", all).rows.size(), kMostCounted + 3);
}

// A name that has its rdata changed every hour is one name.
TEST(PivotBounds, CountingGoesFromNameToName) {
  FakeReader reader;
  for (const char* name : {"a.example", "b.example", "c.example"}) {
    for (std::uint16_t i = 0; i < 100; ++i) {
      const std::string params = U16(4) + U16(4) + Address(1) + U16(5) + U16(2) + U16(i);
      reader.Add(name, RrType::kHttps, U16(1) + '\0' + params);
    }
  }
  const Answer cut = Ask(reader, "1.1.1.1", Fanout(2));
  EXPECT_EQ(cut.nodes, (Lines{"1.1.1.1 address 0 start shared 3 (3 names)"}));
  EXPECT_EQ(cut.outcome.keys, 3U);
  PivotOptions one = Fanout(3);
  one.depth = 1;
  EXPECT_EQ(Ask(reader, "1.1.1.1", one).rows.size(), 300U);
}

// Its name servers and what points at it lead further than hundreds of hacked machines.
TEST(PivotBounds, FastFluxIsCountedAndNotFollowed) {
  FakeReader reader;
  for (std::uint32_t i = 0; i < 150; ++i) {
    reader.Add("flux.example", RrType::kA, Numbered(i))
        .Add("victim.example", RrType::kA, Numbered(i));
  }
  reader.Add("flux.example", RrType::kAaaa, std::string(16, '\1'))
      .Add("flux.example", RrType::kNs, WireName("ns.net"))
      .Add("login.example", RrType::kCname, WireName("flux.example"));
  const Answer cut = Ask(reader, "flux.example");
  EXPECT_EQ(cut.nodes, (Lines{"flux.example. name 0 start (151 addresses)", "ns.net. server 1",
                              "login.example. name 1"}));
  EXPECT_FALSE(cut.outcome.nodes[0].shared);
  EXPECT_TRUE(cut.outcome.status.ok());
  // Found from one of its addresses, too.
  const Answer from_address = Ask(reader, "10.0.0.7", Depth(3));
  EXPECT_EQ(from_address.nodes,
            (Lines{"10.0.0.7 address 0 start", "flux.example. name 1 (151 addresses)",
                   "victim.example. name 1 (150 addresses)", "ns.net. server 2",
                   "login.example. name 2"}));
  EXPECT_EQ(Ask(reader, "flux.example", Fanout(151)).nodes.size(), 155U);
}

TEST(PivotBounds, EachKindHasItsGuard) {
  FakeReader reader;
  for (const char* other : {"a.net", "b.net", "c.net"}) {
    reader.Add("x.example", RrType::kHttps, U16(0) + WireName(other))
        .Add("x.example", RrType::kCname, WireName(other))
        .Add("example", RrType::kNs, WireName(other))
        .Add("x.example", RrType::kNs, WireName(other))
        .Add(other, RrType::kHttps, U16(0) + WireName("x.example"))
        .Add(other, RrType::kMx, U16(1) + WireName("x.example"))
        .Add(other, RrType::kMx, U16(2) + WireName("x.example"))
        .Add(other, RrType::kNs, WireName("x.example"));
  }
  EXPECT_EQ(Ask(reader, "x.example", Fanout(2)).nodes,
            (Lines{"x.example. server 0 start shared 9 (3 endpoints, 3 alias targets, 3 name "
                   "servers, 3 aliases, 3 zones, 3 mail domains)"}));
  EXPECT_EQ(Ask(reader, "x.example", Fanout(3)).outcome.nodes[0].cuts.size(), 0U);
}

TEST(PivotBounds, TheWatchEndsItWhileItCounts) {
  FakeReader reader = Hosting(9000);
  std::vector<std::uint64_t> told;
  PivotOptions options;
  options.watch = [&](std::uint64_t keys) {
    told.push_back(keys);
    return keys < 8000;
  };
  const auto none = [](const Hit&) { return ADD_FAILURE() << "no row was due", true; };
  const PivotOutcome outcome = Pivot(reader, Start("1.1.1.1"), options, none);
  EXPECT_TRUE(outcome.stopped);
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_EQ(outcome.keys, 8192U);
  EXPECT_EQ(told, (std::vector<std::uint64_t>{0, 4096, 8192}));
  EXPECT_TRUE(outcome.nodes[0].cuts.empty());  // what is not known to the end is not told
}

TEST(PivotBounds, TheWatchEndsItWhileItFollowsAndBetweenNodes) {
  FakeReader reader = Hosting(5000);
  PivotOptions options = Fanout(5000);
  options.watch = [](std::uint64_t keys) { return keys < 8192; };
  const auto all = [](const Hit&) { return true; };
  const PivotOutcome following = Pivot(reader, Start("1.1.1.1"), options, all);
  EXPECT_TRUE(following.stopped);
  EXPECT_EQ(following.rows, 8191U - 5000U);
  std::size_t calls = 0;
  options.watch = [&](std::uint64_t) { return ++calls < 2; };
  FakeReader few = Hosting(3);
  const PivotOutcome between = Pivot(few, Start("1.1.1.1"), options, all);
  EXPECT_TRUE(between.stopped);
  EXPECT_EQ(between.nodes.size(), 4U);
}

// Every name on every address.
FakeReader Dense(std::uint32_t size) {
  FakeReader reader;
  for (std::uint32_t name = 0; name < size; ++name) {
    for (std::uint32_t address = 0; address < size; ++address)
      reader.Add(fmt::format("n{}", name), RrType::kA, Numbered(address));
  }
  return reader;
}

class ScanCounter final : public ScanOnly {
 public:
  explicit ScanCounter(store::Reader& reader) : reader_(reader) {}

  using ScanOnly::Scan;
  Status Scan(const store::ScanPlan& plan, const store::RowSink& sink) override {
    ++scans_[{plan.index, plan.range.lo}];
    return reader_.Scan(plan, sink);
  }

  std::size_t most() const {
    const auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
    return std::max_element(scans_.begin(), scans_.end(), less)->second;
  }

 private:
  store::Reader& reader_;
  std::map<std::pair<store::Index, std::string>, std::size_t> scans_;
};

TEST(PivotBounds, WhatIsReachedTwiceIsLookedUpOnce) {
  FakeReader dense = Dense(8);
  ScanCounter reader(dense);
  const Answer answer = Ask(reader, "n0", Depth(9));
  EXPECT_EQ(answer.outcome.nodes.size(), 16U);
  EXPECT_EQ(answer.edges.size(), 64U);
  EXPECT_EQ(answer.rows.size(), 64U);
  EXPECT_EQ(reader.most(), 2U);  // to count, to follow
}

TEST(PivotBounds, AGraphHasAMostAndSaysSo) {
  FakeReader reader = Dense(20);
  PivotOptions options = Depth(5);
  options.max_size = 400;
  EXPECT_TRUE(Ask(reader, "n0", options).outcome.status.ok());
  for (const std::uint64_t most : {399U, 100U, 1U}) {
    options.max_size = most;
    const Answer cut = Ask(reader, "n0", options);
    EXPECT_EQ(cut.outcome.status.code(), Code::kUsage);
    EXPECT_NE(cut.outcome.status.message().find(fmt::format("more than {} nodes", most)),
              std::string::npos);
    EXPECT_LE(cut.outcome.nodes.size(), most + 1);
    EXPECT_EQ(cut.edges.size(), most == 1 ? 1 : most + 1);
  }
}

}  // namespace
}  // namespace pdns::query
