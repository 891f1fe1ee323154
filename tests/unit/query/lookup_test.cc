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

Answer Ask(store::Reader& reader, const Request& request) {
  Answer answer;
  answer.outcome = Lookup(reader, request, [&](const store::Row& row) {
    answer.rows.push_back(dns::NameToText(row.tuple.owner) + " " + dns::TypeToText(row.tuple.type));
    return true;
  });
  EXPECT_EQ(answer.outcome.rows, answer.rows.size());
  return answer;
}

Request ByName(std::string_view text) {
  Request request;
  request.question = *ParseNameQuestion(text);
  return request;
}

Request ByRdata(std::string_view text) {
  Request request;
  request.question = *ParseRdataQuestion(text);
  return request;
}

TEST(Lookup, ByNameAndByRdata) {
  FakeReader reader = BlahOrg();
  EXPECT_EQ(Ask(reader, ByName("www.blah.org")).rows,
            (Lines{"www.blah.org. A", "www.blah.org. AAAA"}));
  EXPECT_EQ(Ask(reader, ByName("*.blah.org")).rows.size(), 5U);
  EXPECT_EQ(Ask(reader, ByName("org")).rows, Lines{});
  EXPECT_EQ(Ask(reader, ByRdata("97.98.99.100")).rows, (Lines{"blah.org. A", "www.blah.org. A"}));
  EXPECT_EQ(Ask(reader, ByRdata("*.net")).rows, (Lines{"blah.org. NS"}));
}

TEST(Lookup, TypesAreFiltered) {
  FakeReader reader = BlahOrg();
  Request request = ByName("*.");
  request.types = {RrType::kA};
  EXPECT_EQ(Ask(reader, request).rows, (Lines{"blah.org. A", "www.blah.org. A"}));
  request.types = {RrType::kTxt, RrType::kAaaa};
  EXPECT_EQ(Ask(reader, request).rows, (Lines{"blah.org. TXT", "www.blah.org. AAAA"}));
  request.types = {RrType::kHttps};
  EXPECT_EQ(Ask(reader, request).rows, Lines{});
}

TEST(Lookup, TheLimitCutsAndSaysSoOnlyWhenThereIsMore) {
  FakeReader reader = BlahOrg();
  Request request = ByName("*.");
  for (const std::uint64_t limit : {1U, 2U, 4U, 5U, 6U, 1000U}) {
    request.limit = limit;
    const Answer answer = Ask(reader, request);
    EXPECT_EQ(answer.rows.size(), std::min<std::uint64_t>(limit, 5));
    EXPECT_EQ(answer.outcome.limited, limit < 5) << limit;
  }
  request.limit = 0;
  EXPECT_EQ(Ask(reader, request).rows.size(), 5U);
  EXPECT_FALSE(Ask(reader, request).outcome.limited);
}

TEST(Lookup, TheLimitCountsWhatPassesTheFilter) {
  FakeReader reader = BlahOrg();
  Request request = ByName("*.");
  request.types = {RrType::kA};
  request.limit = 2;
  const Answer answer = Ask(reader, request);
  EXPECT_EQ(answer.rows.size(), 2U);
  EXPECT_FALSE(answer.outcome.limited);  // rows of other types behind are no more
  request.limit = 1;
  EXPECT_TRUE(Ask(reader, request).outcome.limited);
}

TEST(Lookup, QuarantinedByName) {
  FakeReader reader = BlahOrg();
  Request request = ByName("*.");
  request.quarantined = true;
  EXPECT_EQ(Ask(reader, request).rows,
            (Lines{"bank.example. A", "bank.example. MX", "shop.example. A"}));
  request.question = *ParseNameQuestion("shop.example");
  EXPECT_EQ(Ask(reader, request).rows, (Lines{"shop.example. A"}));
  request.question = *ParseNameQuestion("blah.org");
  EXPECT_EQ(Ask(reader, request).rows, Lines{});
}

TEST(Lookup, QuarantinedByRdata) {
  FakeReader reader = BlahOrg();
  const auto ask = [&](std::string_view text) {
    Request request = ByRdata(text);
    request.quarantined = true;
    return Ask(reader, request).rows;
  };
  EXPECT_EQ(ask("97.98.99.100"), (Lines{"bank.example. A"}));
  EXPECT_EQ(ask("0.0.0.0/0"), (Lines{"bank.example. A", "shop.example. A"}));
  EXPECT_EQ(ask("auth01.ca-dns.net"), (Lines{"bank.example. MX"}));
  EXPECT_EQ(ask("*.ca-dns.net"), (Lines{"bank.example. MX"}));
  EXPECT_EQ(ask("::/0"), Lines{});
}

TEST(Lookup, QuarantinedByRdataWithTypesAndLimit) {
  FakeReader reader = BlahOrg();
  Request request = ByRdata("0.0.0.0/0");
  request.quarantined = true;
  request.limit = 1;
  EXPECT_TRUE(Ask(reader, request).outcome.limited);
  request.types = {RrType::kMx};
  EXPECT_EQ(Ask(reader, request).rows, Lines{});
}

TEST(Lookup, TheSinkMayEndTheAnswer) {
  FakeReader reader = BlahOrg();
  std::size_t calls = 0;
  const Outcome outcome =
      Lookup(reader, ByName("*."), [&](const store::Row&) { return ++calls < 2; });
  EXPECT_EQ(calls, 2U);
  EXPECT_EQ(outcome.rows, 2U);
  EXPECT_FALSE(outcome.limited);
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
