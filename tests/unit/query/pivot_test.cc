#include "query/pivot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "unit/query/pivot_answer.h"
#include "unit/support/dns_message.h"
#include "unit/support/fake_store.h"

namespace pdns::query {
namespace {

using record::RrType;
using testing::FakeSnapshot;
using testing::Seen;
using testing::U16;
using testing::WireName;

// "1.1.1.1" and "101:101:101:101:101:101:101:101" are what www.blah.org stands on.
FakeSnapshot BlahOrg() {
  FakeSnapshot snapshot;
  snapshot.Add("www.blah.org", RrType::kA, Address(1))
      .Add("www.blah.org", RrType::kAaaa, std::string(16, '\1'))
      .Add("www.blah.org", RrType::kTxt, "\5hello")
      .Add("blah.org", RrType::kNs, WireName("ns.dns.net"))
      .Add("org", RrType::kNs, WireName("ns.nic.org"))
      .Add("shop.example", RrType::kCname, WireName("www.blah.org"))
      .Add("evil.example", RrType::kA, Address(1))
      .Add("six.example", RrType::kAaaa, std::string(16, '\1'))
      .Add("ns.dns.net", RrType::kA, Address(2))
      .Add("other.example", RrType::kNs, WireName("ns.dns.net"))
      .Add("other.example", RrType::kA, Address(3));
  return snapshot;
}

TEST(Pivot, ByDepth) {
  FakeSnapshot snapshot = BlahOrg();
  EXPECT_EQ(Ask(snapshot, "www.blah.org", Depth(0)).nodes, (Lines{"www.blah.org. name 0 start"}));
  const Answer one = Ask(snapshot, "WWW.blah.org.", Depth(1));
  EXPECT_EQ(one.rows, (Lines{"www.blah.org.: www.blah.org. A", "www.blah.org.: www.blah.org. AAAA",
                             "www.blah.org.: blah.org. NS", "www.blah.org.: shop.example. CNAME"}));
  EXPECT_EQ(one.nodes, (Lines{"www.blah.org. name 0 start", "1.1.1.1 address 1",
                              "101:101:101:101:101:101:101:101 address 1", "ns.dns.net. server 1",
                              "shop.example. name 1"}));
  EXPECT_EQ(one.edges,
            (Lines{"www.blah.org. A 1.1.1.1", "www.blah.org. AAAA 101:101:101:101:101:101:101:101",
                   "www.blah.org. NS ns.dns.net.", "shop.example. CNAME www.blah.org."}));
  EXPECT_TRUE(one.outcome.status.ok());
}

TEST(Pivot, TwoStepsInBothFamiliesAndThroughTheNameServer) {
  FakeSnapshot snapshot = BlahOrg();
  const Answer two = Ask(snapshot, "www.blah.org");
  EXPECT_EQ(Lines(two.rows.begin() + 4, two.rows.end()),
            (Lines{"www.blah.org. > 1.1.1.1: evil.example. A",
                   "www.blah.org. > 101:101:101:101:101:101:101:101: six.example. AAAA",
                   "www.blah.org. > ns.dns.net.: ns.dns.net. A",
                   "www.blah.org. > ns.dns.net.: other.example. NS"}));
  EXPECT_EQ(Lines(two.nodes.begin() + 5, two.nodes.end()),
            (Lines{"evil.example. name 2", "six.example. name 2", "2.2.2.2 address 2",
                   "other.example. name 2", "blah.org. name 2"}));  // its row was known, it was not
  const Answer three = Ask(snapshot, "www.blah.org", Depth(3));
  EXPECT_EQ(Lines(three.rows.begin() + 8, three.rows.end()),
            (Lines{"www.blah.org. > ns.dns.net. > other.example.: other.example. A"}));
}

TEST(Pivot, FromAnAddressAlsoByHint) {
  FakeSnapshot snapshot = BlahOrg();
  const std::string hint = U16(1) + '\0' + U16(4) + U16(8) + Address(1) + Address(9);
  snapshot.Add("svc.example", RrType::kHttps, hint).Add("_x.svc.example", RrType::kSvcb, hint);
  const Answer answer = Ask(snapshot, "1.1.1.1", Depth(1));
  EXPECT_EQ(answer.nodes,
            (Lines{"1.1.1.1 address 0 start", "evil.example. name 1", "www.blah.org. name 1",
                   "_x.svc.example. name 1", "svc.example. name 1"}));
  EXPECT_EQ(answer.edges, (Lines{"evil.example. A 1.1.1.1", "www.blah.org. A 1.1.1.1",
                                 "_x.svc.example. SVCB 1.1.1.1", "svc.example. HTTPS 1.1.1.1"}));
  EXPECT_EQ(Ask(snapshot, "9.9.9.9", Depth(1)).rows,
            (Lines{"9.9.9.9: _x.svc.example. SVCB", "9.9.9.9: svc.example. HTTPS"}));
  EXPECT_EQ(Ask(snapshot, "101:101:101:101:101:101:101:101", Depth(1)).rows.size(), 2U);
}

TEST(Pivot, AliasesBothWays) {
  FakeSnapshot snapshot;
  snapshot.Add("a.example", RrType::kCname, WireName("b.example"))
      .Add("b.example", RrType::kDname, WireName("c.example"))
      .Add("c.example", RrType::kA, Address(1));
  EXPECT_EQ(Ask(snapshot, "a.example", Depth(3)).rows,
            (Lines{"a.example.: a.example. CNAME", "a.example. > b.example.: b.example. DNAME",
                   "a.example. > b.example. > c.example.: c.example. A"}));
  EXPECT_EQ(Ask(snapshot, "b.example", Depth(2)).edges,
            (Lines{"b.example. DNAME c.example.", "a.example. CNAME b.example.",
                   "c.example. A 1.1.1.1"}));
}

TEST(Pivot, NameServersOfTheNearestZone) {
  FakeSnapshot snapshot;
  snapshot.Add("example", RrType::kNs, WireName("ns.nic.example"))
      .Add(".", RrType::kNs, WireName("a.root"))
      .Add("blah.example", RrType::kNs, WireName("ns1.net"))
      .Add("sub.blah.example", RrType::kNs, WireName("ns2.net"));
  const auto ask = [&](std::string_view start) { return Ask(snapshot, start, Depth(1)).edges; };
  EXPECT_EQ(ask("a.b.blah.example"), (Lines{"a.b.blah.example. NS ns1.net."}));
  EXPECT_EQ(ask("a.sub.blah.example"), (Lines{"a.sub.blah.example. NS ns2.net."}));
  EXPECT_EQ(ask("sub.blah.example"), (Lines{"sub.blah.example. NS ns2.net."}));
  EXPECT_EQ(ask("www.other.example"), Lines{});
  EXPECT_EQ(ask("example"), (Lines{"example. NS ns.nic.example."}));
  EXPECT_EQ(ask("."), (Lines{". NS a.root."}));
  EXPECT_EQ(ask("com"), Lines{});
}

// Rdata of HTTPS and SVCB; `params`: an address hint each.
std::string Service(std::uint16_t priority, const std::string& target, const std::string& params) {
  return U16(priority) + target + params;
}
std::string Hint4(const std::string& addresses) {
  return U16(4) + U16(static_cast<std::uint16_t>(addresses.size())) + addresses;
}
std::string Hint6(const std::string& addresses) {
  return U16(6) + U16(static_cast<std::uint16_t>(addresses.size())) + addresses;
}

TEST(Pivot, AServiceLeadsToItsTargetAndItsHints) {
  FakeSnapshot snapshot;
  const std::string six(16, '\1');
  snapshot
      .Add("www.example", RrType::kHttps,
           Service(1, WireName("cdn.net"), Hint4(Address(1) + Address(9)) + Hint6(six)))
      .Add("www.example", RrType::kSvcb, Service(0, WireName("other.net"), ""))
      .Add("own.example", RrType::kHttps, Service(1, std::string(1, '\0'), Hint4(Address(9))))
      .Add("none.example", RrType::kHttps, Service(0, std::string(1, '\0'), ""))
      .Add("cdn.net", RrType::kA, Address(2));
  const Answer answer = Ask(snapshot, "www.example");
  EXPECT_EQ(
      answer.edges,
      (Lines{"www.example. HTTPS cdn.net.", "www.example. HTTPS 1.1.1.1",
             "www.example. HTTPS 9.9.9.9", "www.example. HTTPS 101:101:101:101:101:101:101:101",
             "www.example. SVCB other.net.", "cdn.net. A 2.2.2.2", "own.example. HTTPS 9.9.9.9"}));
  EXPECT_EQ(
      answer.rows,
      (Lines{"www.example.: www.example. HTTPS", "www.example.: www.example. SVCB",
             "www.example. > cdn.net.: cdn.net. A", "www.example. > 9.9.9.9: own.example. HTTPS"}));
  EXPECT_EQ(Ask(snapshot, "none.example").nodes, (Lines{"none.example. name 0 start"}));
  EXPECT_EQ(Ask(snapshot, "cdn.net", Depth(1)).edges,
            (Lines{"cdn.net. A 2.2.2.2", "www.example. HTTPS cdn.net."}));
}

TEST(Pivot, ANameServerAndMailHostShowsWhatItServes) {
  FakeSnapshot snapshot;
  const std::string ns = WireName("ns.net");
  snapshot.Add("a.example", RrType::kNs, ns)
      .Add("b.example", RrType::kNs, ns)
      .Add("b.example", RrType::kA, Address(1))
      .Add("mail.example", RrType::kMx, U16(10) + ns)
      .Add("alias.example", RrType::kCname, ns)
      .Add("tree.example", RrType::kDname, ns)
      .Add("web.example", RrType::kHttps, Service(0, ns, ""))
      .Add("_x.web.example", RrType::kSvcb, Service(1, ns, ""));
  const Answer start = Ask(snapshot, "ns.net", Depth(1));
  EXPECT_EQ(start.edges,
            (Lines{"alias.example. CNAME ns.net.", "tree.example. DNAME ns.net.",
                   "web.example. HTTPS ns.net.", "_x.web.example. SVCB ns.net.",
                   "a.example. NS ns.net.", "b.example. NS ns.net.", "mail.example. MX ns.net."}));
  EXPECT_EQ(start.nodes.front(), "ns.net. server 0 start");
  EXPECT_EQ(start.rows.size(), 7U);
  // So does a name that is found beside others on an address.
  snapshot.Add("ns.net", RrType::kA, Address(9)).Add("www.example", RrType::kA, Address(9));
  const Answer beside = Ask(snapshot, "www.example", Depth(3));
  EXPECT_EQ(beside.nodes[2], "ns.net. server 2");
  EXPECT_EQ(beside.nodes.size(), 10U);
}

// "." as target says that there is no mail, no service, or that it is the owner.
TEST(Pivot, TheRootHasNoMailAndNoServices) {
  FakeSnapshot snapshot;
  const std::string root(1, '\0');
  snapshot.Add("a.example", RrType::kMx, U16(0) + root)
      .Add("a.example", RrType::kHttps, Service(1, root, Hint4(Address(1))))
      .Add("a.example", RrType::kSvcb, Service(0, root, ""))
      .Add(".", RrType::kNs, WireName("a.root"));
  EXPECT_EQ(Ask(snapshot, ".", Depth(1)).edges, (Lines{". NS a.root."}));
}

// What was there at another time has nothing to do with it.
TEST(Pivot, OnlyWhatOverlapsInTime) {
  FakeSnapshot snapshot;
  snapshot.Add("www.example", RrType::kA, Address(1), Seen(100, 200, 1))
      .Add("early.example", RrType::kA, Address(1), Seen(10, 99, 1))
      .Add("first.example", RrType::kA, Address(1), Seen(10, 100, 1))
      .Add("last.example", RrType::kA, Address(1), Seen(200, 300, 1))
      .Add("tardy.example", RrType::kA, Address(1), Seen(205, 300, 1));
  const auto found = [&](std::int64_t slack) {
    PivotOptions options;
    options.slack = std::chrono::seconds(slack);
    Lines rows = Ask(snapshot, "www.example", options).rows;
    rows.erase(rows.begin());
    for (std::string& row : rows) row = row.substr(row.find(": ") + 2);
    return rows;
  };
  EXPECT_EQ(found(0), (Lines{"first.example. A", "last.example. A"}));
  EXPECT_EQ(found(1), (Lines{"early.example. A", "first.example. A", "last.example. A"}));
  EXPECT_EQ(found(4).size(), 3U);
  EXPECT_EQ(found(5).size(), 4U);
  EXPECT_EQ(Ask(snapshot, "1.1.1.1").rows.size(), 5U);  // any time
}

// A zone of its own at another time is none now.
TEST(Pivot, NameServersOfTheZoneOfThatTime) {
  FakeSnapshot snapshot;
  snapshot.Add("alias.net", RrType::kCname, WireName("www.blah.org"), Seen(100, 200, 1))
      .Add("www.blah.org", RrType::kNs, WireName("old.net"), Seen(10, 20, 1))
      .Add("blah.org", RrType::kNs, WireName("new.net"), Seen(90, 300, 1));
  EXPECT_EQ(Ask(snapshot, "alias.net").edges,
            (Lines{"alias.net. CNAME www.blah.org.", "www.blah.org. NS new.net."}));
  EXPECT_EQ(Ask(snapshot, "www.blah.org", Depth(1)).edges,
            (Lines{"www.blah.org. NS old.net.", "alias.net. CNAME www.blah.org."}));
}

TEST(Pivot, ANodeBeforeItsTurnLearnsOfMoreTimes) {
  FakeSnapshot snapshot;
  snapshot.Add("a.example", RrType::kA, Address(1), Seen(100, 200, 1))
      .Add("b.example", RrType::kCname, WireName("a.example"), Seen(100, 200, 1))
      .Add("a.example", RrType::kA, Address(2), Seen(150, 400, 1))
      .Add("c.example", RrType::kA, Address(2), Seen(390, 500, 1))
      .Add("c.example", RrType::kA, Address(3), Seen(390, 500, 1))
      .Add("c.example", RrType::kA, Address(1), Seen(10, 100, 1))
      .Add("c.example", RrType::kA, Address(4), Seen(600, 700, 1))
      .Add("c.example", RrType::kA, Address(5), Seen(10, 20, 1));
  // 1.1.1.1 leads to c.example. with 10..100, then 2.2.2.2 with 390..500.
  const Answer answer = Ask(snapshot, "a.example", Depth(3));
  EXPECT_EQ(Lines(answer.rows.begin() + 5, answer.rows.end()),
            (Lines{"a.example. > 1.1.1.1 > c.example.: c.example. A",
                   "a.example. > 1.1.1.1 > c.example.: c.example. A"}));
  EXPECT_EQ(answer.nodes, (Lines{"a.example. name 0 start", "1.1.1.1 address 1",
                                 "2.2.2.2 address 1", "b.example. name 1", "c.example. name 2",
                                 "3.3.3.3 address 3", "5.5.5.5 address 3"}));
}

TEST(Pivot, SharedAddressesAreCountedAndNotFollowed) {
  FakeSnapshot snapshot;
  const std::string hint = U16(1) + '\0' + U16(4) + U16(4) + Address(1);
  snapshot.Add("www.example", RrType::kA, Address(1))
      .Add("www.example", RrType::kHttps, hint)  // the same name again
      .Add("b.example", RrType::kA, Address(1))
      .Add("c.example", RrType::kHttps, hint)
      .Add("c.example", RrType::kSvcb, hint)
      .Add("c.example", RrType::kHttps, U16(2) + hint.substr(2));
  const Answer followed = Ask(snapshot, "www.example", Fanout(3));
  EXPECT_EQ(followed.nodes, (Lines{"www.example. name 0 start", "1.1.1.1 address 1",
                                   "b.example. name 2", "c.example. name 2"}));
  EXPECT_EQ(followed.rows.size(), 6U);
  const Answer cut = Ask(snapshot, "www.example", Fanout(2));
  EXPECT_EQ(cut.nodes,
            (Lines{"www.example. name 0 start", "1.1.1.1 address 1 shared 3 (3 names)"}));
  EXPECT_EQ(cut.rows, (Lines{"www.example.: www.example. A", "www.example.: www.example. HTTPS"}));
  EXPECT_TRUE(cut.outcome.status.ok());
  EXPECT_EQ(Ask(snapshot, "1.1.1.1", Fanout(2)).nodes,
            (Lines{"1.1.1.1 address 0 start shared 3 (3 names)"}));
}

TEST(Pivot, SharedNameServersAndAliasesAreCountedAndNotFollowed) {
  FakeSnapshot snapshot;
  snapshot.Add("ns.net", RrType::kA, Address(1));
  for (const char* zone : {"a.example", "b.example", "c.example"}) {
    snapshot.Add(zone, RrType::kNs, WireName("ns.net"))
        .Add(zone, RrType::kNs, WireName("ns2.net"))
        .Add("www." + std::string(zone), RrType::kCname, WireName("a.example"));
  }
  EXPECT_EQ(Ask(snapshot, "a.example", Fanout(3)).nodes.size(), 9U);
  // Its addresses are followed all the same.
  EXPECT_EQ(
      Ask(snapshot, "a.example", Fanout(2)).nodes,
      (Lines{"a.example. name 0 start shared 3 (3 aliases)", "ns.net. server 1 shared 3 (3 zones)",
             "ns2.net. server 1 shared 3 (3 zones)", "1.1.1.1 address 2"}));
}

TEST(Pivot, LoopsEnd) {
  FakeSnapshot snapshot;
  snapshot.Add("self.example", RrType::kCname, WireName("self.example"))
      .Add("a.example", RrType::kCname, WireName("b.example"))
      .Add("b.example", RrType::kCname, WireName("a.example"))
      .Add("ns.zone.example", RrType::kNs, WireName("ns.zone.example"));
  const Answer self = Ask(snapshot, "self.example", Depth(9));
  EXPECT_EQ(self.rows, (Lines{"self.example.: self.example. CNAME"}));
  EXPECT_EQ(self.edges, (Lines{"self.example. CNAME self.example."}));
  const Answer two = Ask(snapshot, "a.example", Depth(9));
  EXPECT_EQ(two.rows, (Lines{"a.example.: a.example. CNAME", "a.example.: b.example. CNAME"}));
  EXPECT_EQ(two.edges, (Lines{"a.example. CNAME b.example.", "b.example. CNAME a.example."}));
  EXPECT_EQ(Ask(snapshot, "ns.zone.example", Depth(9)).nodes,
            (Lines{"ns.zone.example. server 0 start"}));
}

TEST(Pivot, ANameMayBeANameServerAsWell) {
  FakeSnapshot snapshot;
  snapshot.Add("www.blah.org", RrType::kCname, WireName("ns.dns.net"))
      .Add("blah.org", RrType::kNs, WireName("ns.dns.net"))
      .Add("dns.net", RrType::kNs, WireName("ns.other.net"));
  const Answer answer = Ask(snapshot, "www.blah.org");
  EXPECT_EQ(answer.nodes, (Lines{"www.blah.org. name 0 start", "ns.dns.net. server 1",
                                 "ns.other.net. server 2", "blah.org. name 2"}));
}

TEST(Pivot, EachRowAndEdgeOnce) {
  FakeSnapshot snapshot = BlahOrg();
  const Answer answer = Ask(snapshot, "www.blah.org", Depth(9));
  for (Lines lines : {answer.nodes, answer.edges}) {
    std::sort(lines.begin(), lines.end());
    EXPECT_EQ(std::adjacent_find(lines.begin(), lines.end()), lines.end());
  }
  EXPECT_EQ(answer.rows.size(), 9U);  // all but TXT and what a top-level domain has
  EXPECT_EQ(Ask(snapshot, "www.blah.org", Depth(9)).rows, answer.rows);
}

TEST(Pivot, RdataThatHoldsNoAddressOrNameLeadsNowhere) {
  FakeSnapshot snapshot;
  snapshot.Add("www.example", RrType::kA, "abc")
      .Add("www.example", RrType::kAaaa, "abcd")
      .Add("www.example", RrType::kCname, "\5www");
  EXPECT_EQ(Ask(snapshot, "www.example").rows, Lines{});
}

TEST(Pivot, TheSinkMayEndIt) {
  FakeSnapshot snapshot = BlahOrg();
  for (const std::size_t most : {1U, 3U, 6U}) {
    std::size_t calls = 0;
    const PivotOutcome outcome =
        Pivot(snapshot, Start("www.blah.org"), {}, [&](const Hit&) { return ++calls < most; });
    EXPECT_EQ(calls, most);
    EXPECT_EQ(outcome.rows, most);
    EXPECT_TRUE(outcome.stopped);
    EXPECT_TRUE(outcome.status.ok());
  }
}

TEST(Pivot, AFailureComesWithWhatWasFound) {
  FakeSnapshot snapshot = BlahOrg();
  snapshot.FailWith(Status::Io("the disk is gone"));
  const Answer name = Ask(snapshot, "www.blah.org");
  EXPECT_EQ(name.rows, (Lines{"www.blah.org.: www.blah.org. A"}));
  EXPECT_EQ(name.outcome.status.code(), Code::kIo);
  const Answer address = Ask(snapshot, "1.1.1.1");  // while its names are counted
  EXPECT_EQ(address.rows, (Lines{"1.1.1.1: evil.example. A", "1.1.1.1: www.blah.org. A"}));
  EXPECT_EQ(address.outcome.status.code(), Code::kIo);
}

TEST(Pivot, BeginsAtOneAddressOnly) {
  FakeSnapshot snapshot = BlahOrg();
  for (const dns::AddressBlock& block : {*dns::ParseBlock("1.1.1.0/24"), dns::AddressBlock{}}) {
    const PivotOutcome outcome = Pivot(snapshot, block, {}, [](const Hit&) { return true; });
    EXPECT_EQ(outcome.status.code(), Code::kUsage);
    EXPECT_TRUE(outcome.nodes.empty());
  }
}

}  // namespace
}  // namespace pdns::query
