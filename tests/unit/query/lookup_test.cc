#include "query/lookup.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/query/fake_reader.h"
#include "unit/support/dns_message.h"

namespace pdns::query {
namespace {

using record::RrType;
using store::Lines;
using testing::U16;
using testing::WireName;

FakeReader BlahOrg() {
  FakeReader reader;
  reader.Add("blah.org", RrType::kA, "abcd")
      .Add("blah.org", RrType::kNs, WireName("auth01.ca-dns.net"))
      .Add("blah.org", RrType::kTxt, "\5hello")
      .Add("www.blah.org", RrType::kA, "abcd")
      .Add("www.blah.org", RrType::kAaaa, std::string(16, '\1'))
      .Quarantine("bank.example", RrType::kA, "abcd")
      .Quarantine("bank.example", RrType::kMx, U16(1) + WireName("auth01.ca-dns.net"))
      .Quarantine("shop.example", RrType::kA, "efgh");
  return reader;
}

struct Answer {
  Lines rows;
  Outcome outcome;
};

Answer Ask(store::Reader& reader, const Question& question, const LookupOptions& options = {}) {
  Answer answer;
  answer.outcome = Lookup(reader, question, options, [&](const Hit& row) {
    answer.rows.push_back(dns::NameToText(row.tuple.owner) + " " + dns::TypeToText(row.tuple.type));
    return true;
  });
  EXPECT_EQ(answer.outcome.rows, answer.rows.size());
  return answer;
}

Question ByName(std::string_view text) { return *AskName(text); }
Question ByRdata(std::string_view text) { return *AskRdata(text); }

TEST(Lookup, ByNameAndByRdata) {
  FakeReader reader = BlahOrg();
  EXPECT_EQ(Ask(reader, ByName("www.blah.org")).rows,
            (Lines{"www.blah.org. A", "www.blah.org. AAAA"}));
  EXPECT_EQ(Ask(reader, ByName("*.blah.org")).rows.size(), 5U);
  EXPECT_EQ(Ask(reader, ByName("org")).rows, Lines{});
  EXPECT_EQ(Ask(reader, ByRdata("97.98.99.100")).rows, (Lines{"blah.org. A", "www.blah.org. A"}));
  EXPECT_EQ(Ask(reader, ByRdata("*.net")).rows, (Lines{"blah.org. NS"}));
}

TEST(Lookup, RowsAreFiltered) {
  FakeReader reader = BlahOrg();
  const auto ask = [&](std::string_view types) {
    Filter filter;
    EXPECT_TRUE(filter.types.Add(types).ok());
    LookupOptions options;
    options.filter = &filter;
    return Ask(reader, ByName("*."), options).rows;
  };
  EXPECT_EQ(ask("A"), (Lines{"blah.org. A", "www.blah.org. A"}));
  EXPECT_EQ(ask("TXT,AAAA"), (Lines{"blah.org. TXT", "www.blah.org. AAAA"}));
  EXPECT_EQ(ask("HTTPS"), Lines{});
}

TEST(Lookup, PatternsFilterKeysOnBothSides) {
  FakeReader reader = BlahOrg();
  reader.Add("x.www.blah.org", RrType::kNs, WireName("ns.auth01.ca-dns.net"));
  EXPECT_EQ(Ask(reader, ByName("+.blah.org")).rows,
            (Lines{"www.blah.org. A", "www.blah.org. AAAA"}));
  EXPECT_EQ(Ask(reader, ByName("www.*")).rows, (Lines{"www.blah.org. A", "www.blah.org. AAAA"}));
  EXPECT_EQ(Ask(reader, ByName("bl*.org")).rows.size(), 6U);
  EXPECT_EQ(Ask(reader, *AskName("^w+\\.", Syntax::kRegex)).rows.size(), 2U);
  EXPECT_EQ(Ask(reader, ByRdata("+.ca-dns.net")).rows, (Lines{"blah.org. NS"}));
  EXPECT_EQ(Ask(reader, ByRdata("*.ca-dns.net")).rows,
            (Lines{"blah.org. NS", "x.www.blah.org. NS"}));
  EXPECT_EQ(Ask(reader, *AskRdata("ns.*", Syntax::kGlob)).rows, (Lines{"x.www.blah.org. NS"}));
  EXPECT_EQ(Ask(reader, *AskText("ell")).rows, (Lines{"blah.org. TXT"}));
  EXPECT_EQ(Ask(reader, *AskRaw("61626364")).rows, (Lines{"blah.org. A", "www.blah.org. A"}));
}

TEST(Lookup, TheWatchIsToldOfKeysThatDoNotMatchAndMayEndIt) {
  FakeReader reader;
  for (int i = 0; i < 10'000; ++i) reader.Add(std::to_string(i) + ".org", RrType::kA, "abcd");
  std::vector<std::uint64_t> told;
  LookupOptions options;
  options.watch = [&told](std::uint64_t keys) {
    told.push_back(keys);
    return told.size() < 2;
  };
  const Question question = *AskName("nothing", Syntax::kRegex);
  const Answer answer = Ask(reader, question, options);
  EXPECT_TRUE(answer.outcome.stopped);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(answer.outcome.keys, told.back());
  EXPECT_LT(told.back(), 10'000U);
  options.watch = nullptr;
  EXPECT_EQ(Ask(reader, question, options).outcome.keys, 10'000U);
}

TEST(Lookup, QuarantinedByName) {
  FakeReader reader = BlahOrg();
  LookupOptions options;
  options.quarantined = true;
  EXPECT_EQ(Ask(reader, ByName("*."), options).rows,
            (Lines{"bank.example. A", "bank.example. MX", "shop.example. A"}));
  EXPECT_EQ(Ask(reader, ByName("shop.example"), options).rows, (Lines{"shop.example. A"}));
  EXPECT_EQ(Ask(reader, ByName("sh*.example"), options).rows, (Lines{"shop.example. A"}));
  EXPECT_EQ(Ask(reader, ByName("blah.org"), options).rows, Lines{});
}

TEST(Lookup, QuarantinedByRdata) {
  FakeReader reader = BlahOrg();
  LookupOptions options;
  options.quarantined = true;
  const auto ask = [&](const Question& question) { return Ask(reader, question, options).rows; };
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

// Cut after any of its hits and taken up there, an answer is what it is in one piece.
TEST(Lookup, GoesOnBehindAPlace) {
  FakeReader reader = BlahOrg();
  for (const Question& question : {ByName("*."), ByName("+.org"), ByRdata("0.0.0.0/0")}) {
    std::vector<OwnedPlace> places;
    LookupOptions options;
    options.number = 7;
    Lookup(reader, question, options, [&](const Hit& hit) {
      places.push_back({hit.place.question, std::string(hit.place.key), hit.place.at});
      return true;
    });
    const Lines all = Ask(reader, question).rows;
    ASSERT_EQ(all.size(), places.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
      options.after = &places[i];
      const Lines rest(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end());
      EXPECT_EQ(Ask(reader, question, options).rows, rest) << i;
    }
  }
}

// As behind a digest that two rdata share.
class TwoAtAKey final : public ScanOnly {
 public:
  using ScanOnly::Scan;
  Status Scan(const store::ScanPlan& plan, const store::RowSink& sink) override {
    for (const auto& [key, rdata] : {std::pair("a", "1"), {"k", "1"}, {"k", "2"}, {"z", "1"}}) {
      const auto tuple = store::MakeTuple("blah.org", RrType::kTxt, rdata);
      if (key >= plan.from && !sink({tuple.view(), store::Seen(1, 2, 3), key})) break;
    }
    return {};
  }
};

TEST(Lookup, GoesOnBetweenTwoRowsOfOneKey) {
  TwoAtAKey reader;
  LookupOptions options;
  const OwnedPlace place{0, "k", 1};
  options.after = &place;
  std::vector<OwnedPlace> rest;
  Lookup(reader, Question(), options, [&](const Hit& hit) {
    rest.push_back({0, std::string(hit.place.key), hit.place.at});
    return true;
  });
  EXPECT_EQ(rest, (std::vector<OwnedPlace>{{0, "k", 2}, {0, "z", 1}}));
}

TEST(Lookup, TheSinkMayEndTheAnswer) {
  FakeReader reader = BlahOrg();
  std::size_t calls = 0;
  const Outcome outcome = Lookup(reader, ByName("*."), {}, [&](const Hit&) { return ++calls < 2; });
  EXPECT_EQ(calls, 2U);
  EXPECT_EQ(outcome.rows, 2U);
  EXPECT_FALSE(outcome.stopped);
}

TEST(Lookup, AFailureComesWithTheRowsThatCouldBeRead) {
  FakeReader reader = BlahOrg();
  reader.FailWith(Status::Corrupt("a row cannot be read"));
  const Answer answer = Ask(reader, ByName("*."));
  EXPECT_EQ(answer.rows.size(), 5U);
  EXPECT_EQ(answer.outcome.status.code(), Code::kCorrupt);
}

}  // namespace
}  // namespace pdns::query
