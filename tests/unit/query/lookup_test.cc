#include "query/lookup.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/support/dns_message.h"
#include "unit/support/fake_store.h"

namespace pdns::query {
namespace {

using record::RrType;
using testing::FakeSnapshot;
using testing::Lines;
using testing::U16;
using testing::WireName;

FakeSnapshot BlahOrg() {
  FakeSnapshot snapshot;
  snapshot.Add("blah.org", RrType::kA, "abcd")
      .Add("blah.org", RrType::kNs, WireName("auth01.ca-dns.net"))
      .Add("blah.org", RrType::kTxt, "\5hello")
      .Add("www.blah.org", RrType::kA, "abcd")
      .Add("www.blah.org", RrType::kAaaa, std::string(16, '\1'))
      .Quarantine("bank.example", RrType::kA, "abcd")
      .Quarantine("bank.example", RrType::kMx, U16(1) + WireName("auth01.ca-dns.net"))
      .Quarantine("shop.example", RrType::kA, "efgh");
  return snapshot;
}

struct Answer {
  Lines rows;
  LookupOutcome outcome;
};

Answer Ask(store::Snapshot& snapshot, const ask::Question& question,
           const LookupOptions& options = {}) {
  Answer answer;
  answer.outcome = Lookup(snapshot, question, options, [&](const Hit& row) {
    answer.rows.push_back(dns::NameToText(row.tuple.owner) + " " + dns::TypeToText(row.tuple.type));
    return true;
  });
  EXPECT_EQ(answer.outcome.rows, answer.rows.size());
  return answer;
}

ask::Question ByName(std::string_view text) { return *ask::AskName(text); }
ask::Question ByRdata(std::string_view text) { return *ask::AskRdata(text); }

TEST(Lookup, ByNameAndByRdata) {
  FakeSnapshot snapshot = BlahOrg();
  EXPECT_EQ(Ask(snapshot, ByName("www.blah.org")).rows,
            (Lines{"www.blah.org. A", "www.blah.org. AAAA"}));
  EXPECT_EQ(Ask(snapshot, ByName("*.blah.org")).rows.size(), 5U);
  EXPECT_EQ(Ask(snapshot, ByName("org")).rows, Lines{});
  EXPECT_EQ(Ask(snapshot, ByRdata("97.98.99.100")).rows, (Lines{"blah.org. A", "www.blah.org. A"}));
  EXPECT_EQ(Ask(snapshot, ByRdata("*.net")).rows, (Lines{"blah.org. NS"}));
}

TEST(Lookup, RowsAreFiltered) {
  FakeSnapshot snapshot = BlahOrg();
  const auto ask = [&](std::string_view types) {
    Filter filter;
    EXPECT_TRUE(filter.types.Add(types).ok());
    LookupOptions options;
    options.filter = &filter;
    return Ask(snapshot, ByName("*."), options).rows;
  };
  EXPECT_EQ(ask("A"), (Lines{"blah.org. A", "www.blah.org. A"}));
  EXPECT_EQ(ask("TXT,AAAA"), (Lines{"blah.org. TXT", "www.blah.org. AAAA"}));
  EXPECT_EQ(ask("HTTPS"), Lines{});
}

TEST(Lookup, PatternsFilterKeysOnBothSides) {
  FakeSnapshot snapshot = BlahOrg();
  snapshot.Add("x.www.blah.org", RrType::kNs, WireName("ns.auth01.ca-dns.net"));
  EXPECT_EQ(Ask(snapshot, ByName("+.blah.org")).rows,
            (Lines{"www.blah.org. A", "www.blah.org. AAAA"}));
  EXPECT_EQ(Ask(snapshot, ByName("www.*")).rows, (Lines{"www.blah.org. A", "www.blah.org. AAAA"}));
  EXPECT_EQ(Ask(snapshot, ByName("bl*.org")).rows.size(), 6U);
  EXPECT_EQ(Ask(snapshot, *ask::AskName("^w+\\.", ask::Syntax::kRegex)).rows.size(), 2U);
  EXPECT_EQ(Ask(snapshot, ByRdata("+.ca-dns.net")).rows, (Lines{"blah.org. NS"}));
  EXPECT_EQ(Ask(snapshot, ByRdata("*.ca-dns.net")).rows,
            (Lines{"blah.org. NS", "x.www.blah.org. NS"}));
  EXPECT_EQ(Ask(snapshot, *ask::AskRdata("ns.*", ask::Syntax::kGlob)).rows,
            (Lines{"x.www.blah.org. NS"}));
  EXPECT_EQ(Ask(snapshot, *ask::AskText("ell")).rows, (Lines{"blah.org. TXT"}));
  EXPECT_EQ(Ask(snapshot, *ask::AskRaw("61626364")).rows,
            (Lines{"blah.org. A", "www.blah.org. A"}));
}

TEST(Lookup, TheWatchIsToldOfKeysThatDoNotMatchAndMayEndIt) {
  FakeSnapshot snapshot;
  for (int i = 0; i < 10'000; ++i) snapshot.Add(std::to_string(i) + ".org", RrType::kA, "abcd");
  std::vector<std::uint64_t> told;
  LookupOptions options;
  options.watch = [&told](std::uint64_t keys) {
    told.push_back(keys);
    return told.size() < 2;
  };
  const ask::Question question = *ask::AskName("nothing", ask::Syntax::kRegex);
  const Answer answer = Ask(snapshot, question, options);
  EXPECT_TRUE(answer.outcome.stopped);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(answer.outcome.keys, told.back());
  EXPECT_LT(told.back(), 10'000U);
  options.watch = nullptr;
  EXPECT_EQ(Ask(snapshot, question, options).outcome.keys, 10'000U);
}

TEST(Lookup, QuarantinedByName) {
  FakeSnapshot snapshot = BlahOrg();
  LookupOptions options;
  options.quarantined = true;
  EXPECT_EQ(Ask(snapshot, ByName("*."), options).rows,
            (Lines{"bank.example. A", "bank.example. MX", "shop.example. A"}));
  EXPECT_EQ(Ask(snapshot, ByName("shop.example"), options).rows, (Lines{"shop.example. A"}));
  EXPECT_EQ(Ask(snapshot, ByName("sh*.example"), options).rows, (Lines{"shop.example. A"}));
  EXPECT_EQ(Ask(snapshot, ByName("blah.org"), options).rows, Lines{});
}

TEST(Lookup, QuarantinedByRdata) {
  FakeSnapshot snapshot = BlahOrg();
  LookupOptions options;
  options.quarantined = true;
  const auto ask = [&](const ask::Question& question) {
    return Ask(snapshot, question, options).rows;
  };
  EXPECT_EQ(ask(ByRdata("97.98.99.100")), (Lines{"bank.example. A"}));
  EXPECT_EQ(ask(ByRdata("0.0.0.0/0")), (Lines{"bank.example. A", "shop.example. A"}));
  EXPECT_EQ(ask(ByRdata("auth01.ca-dns.net")), (Lines{"bank.example. MX"}));
  EXPECT_EQ(ask(ByRdata("*.ca-dns.net")), (Lines{"bank.example. MX"}));
  EXPECT_EQ(ask(ByRdata("+.net")), Lines{});
  EXPECT_EQ(ask(ByRdata("+.ca-dns.net")), (Lines{"bank.example. MX"}));
  EXPECT_EQ(ask(ByRdata("::/0")), Lines{});
  Filter filter;
  ASSERT_TRUE(filter.types.Add("MX").ok());
  options.filter = &filter;
  EXPECT_EQ(ask(ByRdata("0.0.0.0/0")), Lines{});
}

// Several hints in the span of a question, long rdata that begin alike, several types.
FakeSnapshot Crowded() {
  FakeSnapshot snapshot = BlahOrg();
  const std::string hints = U16(4) + U16(8) + "abcdabce";
  for (const char* owner : {"b.blah.org", "blah.org", "z.example"}) {
    snapshot.Add(owner, RrType::kHttps, U16(1) + WireName("auth01.ca-dns.net") + hints)
        .Add(owner, RrType::kHttps, U16(2) + WireName("auth02.ca-dns.net") + hints)
        .Add(owner, RrType::kSvcb, U16(1) + WireName("auth01.ca-dns.net") + hints);
    for (const char* end : {"", "1", "2", "3"})
      snapshot.Add(owner, RrType::kTxt, std::string(300, 'x') + end);
    snapshot.Add(owner, RrType::kTxt, std::string(223, 'x')).Add(owner, RrType::kSpf, "\5hello");
  }
  return snapshot;
}

std::vector<OwnedPlace> PlacesOf(store::Snapshot& snapshot, const ask::Question& question,
                                 const LookupOptions& options) {
  std::vector<OwnedPlace> places;
  const LookupOutcome outcome = Lookup(snapshot, question, options, [&](const Hit& hit) {
    places.push_back(Keep(hit.place, hit.tuple));
    return true;
  });
  EXPECT_TRUE(outcome.status.ok());
  return places;
}

// Places as bytes are in the order in which rows come, and no two are equal.
void ExpectOrder(const std::vector<OwnedPlace>& places, store::Side side) {
  std::string last;
  for (const OwnedPlace& place : places) {
    std::string bytes;
    AppendPlaceOrder(bytes, side, place);
    EXPECT_LT(last, bytes);
    last = bytes;
  }
}

// Cut after any of its hits and taken up there, an answer is what it is in one piece.
TEST(Lookup, GoesOnBehindAPlace) {
  FakeSnapshot snapshot = Crowded();
  for (const ask::Question& question :
       {ByName("*."), ByName("+.org"), ByName("blah.org"), ByRdata("0.0.0.0/0"),
        ByRdata("97.98.99.100"), ByRdata("*.net"), ByRdata("auth01.ca-dns.net"), *ask::AskText("x"),
        *ask::AskText("HELLO"), *ask::AskRaw("61626364")}) {
    for (const bool quarantined : {false, true}) {
      LookupOptions options;
      options.number = 7;
      options.quarantined = quarantined;
      const std::vector<OwnedPlace> all = PlacesOf(snapshot, question, options);
      EXPECT_TRUE(quarantined || all.size() > 1);
      ExpectOrder(all, OrderOf(question, quarantined));
      for (std::size_t i = 0; i < all.size(); ++i) {
        options.after = &all[i].row;
        const std::vector<OwnedPlace> rest(all.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                           all.end());
        EXPECT_EQ(PlacesOf(snapshot, question, options), rest) << i;
      }
    }
  }
}

TEST(Lookup, GoesOnBehindARowThatIsGoneAndFindsWhatCameSince) {
  FakeSnapshot snapshot = Crowded();
  const ask::Question question = ByName("blah.org");
  std::vector<OwnedPlace> all;
  std::vector<FakeSnapshot> without;  // each of them
  Lookup(snapshot, question, {}, [&](const Hit& hit) {
    all.push_back(Keep(hit.place, hit.tuple));
    without.push_back(snapshot);
    without.back().Expire(hit.tuple);
    return true;
  });
  for (std::size_t i = 0; i < all.size(); ++i) {
    without[i].Add("a.blah.org", RrType::kA, "abcd");
    without[i].Add("blah.org", static_cast<RrType>(65280), "");
    LookupOptions options;
    options.after = &all[i].row;
    std::vector<OwnedPlace> rest(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end());
    rest.push_back({0, {"", *dns::NameFromText("blah.org"), static_cast<RrType>(65280), ""}});
    EXPECT_EQ(PlacesOf(without[i], question, options), rest) << i;
  }
}

TEST(Lookup, ARowWithSeveralHintsInTheSpanComesOnce) {
  FakeSnapshot snapshot = Crowded();
  EXPECT_EQ(Ask(snapshot, ByRdata("97.98.99.0/24")).rows.size(), 2U + 9U);
  const Lines second = Ask(snapshot, ByRdata("97.98.99.101")).rows;
  EXPECT_EQ(second.size(), 9U);
}

// The types of a plain list are the engine's: no other entry is looked at.
TEST(Lookup, TypesArePushedDown) {
  FakeSnapshot snapshot = BlahOrg();
  const auto keys = [&](std::string_view types) {
    Filter filter;
    EXPECT_TRUE(filter.types.Add(types).ok());
    LookupOptions options;
    options.filter = &filter;
    return Ask(snapshot, ByName("*."), options).outcome.keys;
  };
  EXPECT_EQ(keys("A"), 2U);
  EXPECT_EQ(keys("AAAA,NS"), 2U);
  EXPECT_EQ(keys("ANY"), 5U);
}

TEST(Lookup, TheSinkMayEndTheAnswer) {
  FakeSnapshot snapshot = BlahOrg();
  std::size_t calls = 0;
  const LookupOutcome outcome =
      Lookup(snapshot, ByName("*."), {}, [&](const Hit&) { return ++calls < 2; });
  EXPECT_EQ(calls, 2U);
  EXPECT_EQ(outcome.rows, 2U);
  EXPECT_FALSE(outcome.stopped);
}

TEST(Lookup, AFailureComesWithTheRowsThatCouldBeRead) {
  FakeSnapshot snapshot = BlahOrg();
  snapshot.FailWith(Status::Corrupt("a row cannot be read"));
  const Answer answer = Ask(snapshot, ByName("*."));
  EXPECT_EQ(answer.rows.size(), 5U);
  EXPECT_EQ(answer.outcome.status.code(), Code::kCorrupt);
}

}  // namespace
}  // namespace pdns::query
