#include "query/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "dns/presentation/rdata_text.h"
#include "dns/text.h"
#include "unit/support/dns_message.h"
#include "unit/support/fake_store.h"

namespace pdns::query {
namespace {

using record::RrType;
using testing::At;
using testing::FakeSnapshot;
using testing::Lines;
using testing::Seen;
using testing::WireName;
using End = Outcome::End;

FakeSnapshot Rows() {
  FakeSnapshot snapshot;
  snapshot.NameSensors({"ns1", "ns2"});
  snapshot.CommitAt(At(100));
  snapshot.Add("blah.org", RrType::kA, "abcd", Seen(10, 20, 3))
      .Add("blah.org", RrType::kNs, WireName("ns.dns.net"), Seen(11, 25, 1))
      .Add("www.blah.org", RrType::kA, "abcd", Seen(5, 21, 9));
  snapshot.CommitAt(At(200));
  snapshot.Add("www.blah.org", RrType::kA, "abce", Seen(12, 22, 2))
      .Add("a.example", RrType::kA, "abcd", Seen(1, 2, 3))
      .Add("a.example", RrType::kTxt, "\5hello", Seen(1, 2, 4));
  snapshot.Quarantine("bank.example", RrType::kA, "evil");
  return snapshot;
}

// Keeps what it is told; ends as it is asked to.
class Sink final : public AnswerSink {
 public:
  Lines lines;
  std::size_t most = 1000;       // takes no more
  std::size_t interrupt = 1000;  // after so many
  std::uint64_t keys = 0;

  bool Add(const Hit& hit) override {
    std::string line = dns::NameToText(hit.tuple.owner) + " " + dns::TypeToText(hit.tuple.type) +
                       " " + dns::RdataToText(hit.tuple.type, hit.tuple.rdata);
    if (hit.asked != nullptr) line.append(" ").append(hit.asked->text);
    if (!hit.path.empty()) line += " " + std::to_string(hit.path.size());
    lines.push_back(std::move(line));
    return lines.size() < most;
  }
  void Progress(std::uint64_t looked_at, std::uint64_t /*rows*/) override { keys = looked_at; }
  bool interrupted() const override { return lines.size() >= interrupt; }
};

Request Asked(const std::vector<std::string>& names) {
  Request request;
  for (const std::string& name : names) request.questions.push_back({name, *ask::AskName(name)});
  return request;
}

std::shared_ptr<const ask::List> ListOf(const std::string& lines) {
  std::istringstream text(lines);
  auto list = ask::ReadList(text, [](const std::string&, std::string_view, const Status&) {});
  EXPECT_TRUE(list.ok());
  return std::make_shared<const ask::List>(std::move(*list));
}

struct Told {
  Lines lines;
  Outcome outcome;
};

Told Ask(FakeSnapshot& snapshot, const Request& request, Sink sink = {}) {
  auto outcome = query::Run(snapshot, request, sink);
  EXPECT_TRUE(outcome.ok()) << outcome.status().message();
  return {sink.lines, outcome.ok() ? std::move(*outcome) : Outcome()};
}

const Lines kBlah{"blah.org. A 97.98.99.100", "blah.org. NS ns.dns.net.",
                  "www.blah.org. A 97.98.99.100", "www.blah.org. A 97.98.99.101"};

TEST(Run, RowsInTheOrderOfTheDatabase) {
  FakeSnapshot snapshot = Rows();
  const Told told = Ask(snapshot, Asked({"*.blah.org"}));
  EXPECT_EQ(told.lines, kBlah);
  EXPECT_EQ(told.outcome.end, End::kWhole);
  EXPECT_EQ(told.outcome.rows, 4U);
  EXPECT_EQ(told.outcome.keys, 4U);
  EXPECT_EQ(told.outcome.cursor, "");
  EXPECT_TRUE(told.outcome.scans.empty());
}

TEST(Run, SeveralQuestionsSayWhatRowsAnswer) {
  FakeSnapshot snapshot = Rows();
  Request request = Asked({"blah.org", "97.98.99.101"});
  request.list = ListOf("a.example\n");
  request.filter = {};
  ASSERT_TRUE(request.filter.types.Add("A").ok());
  EXPECT_EQ(Ask(snapshot, request).lines,
            (Lines{"blah.org. A 97.98.99.100 blah.org", "www.blah.org. A 97.98.99.101 97.98.99.101",
                   "a.example. A 97.98.99.100 a.example"}));
}

TEST(Run, ItsFilterAndItsSensors) {
  FakeSnapshot snapshot = Rows();
  snapshot.Add("blah.org", RrType::kMx, "\1\2" + WireName("m.org"), [] {
    record::History history = Seen(1, 2, 3);
    history.sensors = record::SensorBit(1);
    return history;
  }());
  Request request = Asked({"*.blah.org"});
  request.sensors = {"ns2"};
  EXPECT_EQ(Ask(snapshot, request).lines, Lines{"blah.org. MX 258 m.org."});
  request.sensors = {"ns3"};
  Sink sink;
  const auto refused = query::Run(snapshot, request, sink);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::kUsage);
  EXPECT_NE(refused.status().message().find("ns3"), std::string::npos);
}

TEST(Run, QuarantinedRows) {
  FakeSnapshot snapshot = Rows();
  Request request = Asked({"*."});
  request.trust = store::Trust::kQuarantined;
  EXPECT_EQ(Ask(snapshot, request).lines, Lines{"bank.example. A 101.118.105.108"});
}

// 120 quarantined rows, and a list that asks for them by addresses, blocks and names.
struct QuarantinedList : ::testing::Test {
  QuarantinedList() {
    for (int i = 0; i < 60; ++i) {
      const std::string owner = "n" + std::to_string(i) + ".example";
      const std::string address{10, 0, static_cast<char>(i / 16), static_cast<char>(i % 16)};
      snapshot.Quarantine(owner, RrType::kA, address);
      snapshot.Quarantine(owner, RrType::kNs, WireName("ns" + std::to_string(i % 7) + ".evil"));
      lines += "10.0." + std::to_string(i % 5) + "." + std::to_string(i % 16) + "\n";
    }
    lines += "10.0.1.0/28\n10.0.0.0/16\nn7.example\nn70.example\n10.0.0.3\n192.0.2.0/24\n";
    request.trust = store::Trust::kQuarantined;
    request.list = ListOf(lines);
  }

  // Each line alone, one after the other.
  Lines InTurn() {
    Lines all;
    for (std::size_t i = 0; i < request.list->size(); ++i) {
      Request one = request;
      one.list = ListOf(std::string((*request.list)[i].text) + "\n");
      for (std::string& line : Ask(snapshot, one).lines) all.push_back(std::move(line));
    }
    return all;
  }

  FakeSnapshot snapshot;
  std::string lines;
  Request request;
};

TEST_F(QuarantinedList, IsAnsweredAsLineByLineByOnePass) {
  const Lines expected = InTurn();
  ASSERT_GT(expected.size(), 80U);
  const Told told = Ask(snapshot, request);
  EXPECT_EQ(told.lines, expected);
  EXPECT_EQ(told.outcome.rows, expected.size());
  EXPECT_EQ(told.outcome.keys, 120U);
  request.show = Show::kCount;
  const Told counted = Ask(snapshot, request);
  EXPECT_EQ(counted.outcome.rows, expected.size());
  EXPECT_EQ(counted.outcome.keys, 120U);
}

TEST_F(QuarantinedList, InPartsItIsTheSame) {
  const Lines expected = InTurn();
  for (const std::uint64_t limit : {1U, 7U, 50U}) {
    request.limit = limit;
    request.cursor.clear();
    Lines all;
    do {
      const Told part = Ask(snapshot, request);
      ASSERT_LE(part.lines.size(), limit);
      all.insert(all.end(), part.lines.begin(), part.lines.end());
      request.cursor = part.outcome.cursor;
    } while (!request.cursor.empty());
    EXPECT_EQ(all, expected) << limit;
  }
}

TEST_F(QuarantinedList, SaysWhichLineHasHits) {
  request.show = Show::kHits;
  const KnownList hits = Ask(snapshot, request).outcome.hits;
  ASSERT_EQ(hits.size(), request.list->size());
  for (const KnownIndicator hit : hits) {
    Request one = request;
    one.show = Show::kCount;
    one.list = ListOf(std::string(hit.text) + "\n");
    EXPECT_EQ(hit.found.rows, Ask(snapshot, one).outcome.rows) << hit.text;
  }
}

TEST_F(QuarantinedList, InAnOrder) {
  request.order = Order{SortBy::kName, true};
  const Told told = Ask(snapshot, request);
  Lines sorted = InTurn();
  ASSERT_EQ(told.lines.size(), sorted.size());
  Lines owners;
  for (const std::string& line : told.lines) owners.push_back(line.substr(0, line.find(' ')));
  EXPECT_EQ(owners.front(), "n9.example.");
  Lines got = told.lines;
  std::sort(got.begin(), got.end());
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(got, sorted);
}

TEST(Run, NamesAndValuesOnceEach) {
  FakeSnapshot snapshot = Rows();
  Request request = Asked({"*."});
  request.show = Show::kNames;
  EXPECT_EQ(Ask(snapshot, request).lines.size(), 3U);
  request.order = Order{SortBy::kCount, true};
  EXPECT_EQ(Ask(snapshot, request).lines,
            (Lines{"www.blah.org. A 97.98.99.100", "a.example. TXT \"hello\"",
                   "blah.org. A 97.98.99.100"}));
  request.show = Show::kValues;
  request.order.reset();
  const Told values = Ask(snapshot, request);
  EXPECT_EQ(values.outcome.rows, 4U);
  EXPECT_EQ(values.lines[0], "blah.org. NS ns.dns.net.");  // names, then addresses, then the others
  Request twice = Asked({"blah.org", "blah.org"});
  twice.show = Show::kNames;
  EXPECT_EQ(Ask(snapshot, twice).outcome.rows, 1U);
}

TEST(Run, NumbersInsteadOfRows) {
  FakeSnapshot snapshot = Rows();
  Request request = Asked({"*.blah.org"});
  request.show = Show::kSummary;
  const Told told = Ask(snapshot, request);
  EXPECT_TRUE(told.lines.empty());
  EXPECT_EQ(told.outcome.rows, 4U);
  EXPECT_EQ(told.outcome.summary.total.rows, 4U);
  EXPECT_EQ(told.outcome.summary.total.first, At(5));
  EXPECT_EQ(told.outcome.summary.total.last, At(25));
  EXPECT_EQ(told.outcome.summary.total.count, 15U);
  EXPECT_EQ(told.outcome.summary.types.at(RrType::kA).rows, 3U);
  request.show = Show::kCount;
  request.limit = 2;
  EXPECT_EQ(Ask(snapshot, request).outcome.rows, 2U);
  EXPECT_EQ(Ask(snapshot, request).outcome.end, End::kLimit);
}

// Questions as they were asked, then the lines of the list, which is asked in another order.
TEST(Run, WhichIndicatorsAreKnown) {
  FakeSnapshot snapshot = Rows();
  Request request = Asked({"www.blah.org"});
  request.list = ListOf("97.98.99.101\nnobody.example\nblah.org\n");
  request.show = Show::kHits;
  const Told told = Ask(snapshot, request);
  const KnownList& hits = told.outcome.hits;
  ASSERT_EQ(hits.size(), 4U);
  const auto is = [&](std::size_t i, std::string_view text, std::uint64_t line,
                      std::uint64_t rows) {
    return hits[i].text == text && hits[i].line == line && hits[i].found.rows == rows;
  };
  EXPECT_TRUE(is(0, "www.blah.org", 0, 2));
  EXPECT_TRUE(is(1, "97.98.99.101", 1, 1));
  EXPECT_TRUE(is(2, "nobody.example", 2, 0));
  EXPECT_TRUE(is(3, "blah.org", 3, 2));
  EXPECT_EQ(hits[0].found.first, At(5));
  EXPECT_EQ(hits[0].found.last, At(22));
}

TEST(Run, NewRowsAndTheGapBeforeThem) {
  FakeSnapshot snapshot = Rows();
  Request request;
  request.new_since = NewSince{At(150)};
  const Told told = Ask(snapshot, request);
  EXPECT_EQ(told.lines.size(), 3U);
  EXPECT_FALSE(told.outcome.gap.has_value());
  request.show = Show::kNames;
  EXPECT_EQ(Ask(snapshot, request).outcome.rows, 2U);
  request.list = ListOf("# nothing\n");
  EXPECT_EQ(Ask(snapshot, request).outcome.rows, 0U);  // a list of nothing asks for nothing
  request = Asked({"a.example", "*.example"});
  request.new_since = NewSince{At(0)};
  EXPECT_EQ(Ask(snapshot, request).lines.size(), 4U);
  snapshot.JournalFrom(4);
  const Told late = Ask(snapshot, request);
  ASSERT_TRUE(late.outcome.gap.has_value());
  EXPECT_EQ(late.outcome.gap->oldest, At(200));
}

TEST(Run, APivotIsAGraphOrItsRows) {
  FakeSnapshot snapshot = Rows();
  Request request = Asked({"blah.org"});
  request.pivot = PivotRequest{*dns::NameFromText("blah.org"), 1};
  const Told rows = Ask(snapshot, request);
  EXPECT_EQ(rows.lines, (Lines{"blah.org. A 97.98.99.100 1", "blah.org. NS ns.dns.net. 1"}));
  EXPECT_EQ(rows.outcome.nodes.size(), 3U);
  request.show = Show::kGraph;
  const Told graph = Ask(snapshot, request);
  EXPECT_TRUE(graph.lines.empty());
  EXPECT_EQ(graph.outcome.edges.size(), 2U);
  request.cursor = "00";
  Sink sink;
  EXPECT_EQ(query::Run(snapshot, request, sink).status().code(), Code::kUsage);
}

std::vector<Request> Paged() {
  std::vector<Request> requests;
  for (const Show show : {Show::kRows, Show::kNames, Show::kValues}) {
    for (const auto& names : {std::vector<std::string>{"*."},
                              {"*.blah.org", "97.98.99.100", "a.example"},
                              {"97.98.99.0/24"}}) {
      Request request = Asked(names);
      request.show = show;
      requests.push_back(request);
      request.list = ListOf("blah.org\n*.example\n97.98.99.100\n");
      requests.push_back(request);
      if (show != Show::kRows) continue;
      for (const bool reverse : {false, true}) {
        for (const SortBy by : {SortBy::kFirst, SortBy::kCount, SortBy::kRdata}) {
          request.order = Order{by, reverse};
          requests.push_back(request);
        }
      }
      request.order.reset();
      request.new_since = NewSince{At(0)};
      requests.push_back(request);
    }
  }
  return requests;
}

// Of any size, and by the cursors that they name, parts are the whole answer.
TEST(Run, PartsAreTheAnswer) {
  FakeSnapshot snapshot = Rows();
  for (const Request& whole : Paged()) {
    const Lines all = Ask(snapshot, whole).lines;
    for (std::uint64_t size = 1; size <= all.size(); ++size) {
      Request part = whole;
      part.limit = size;
      Lines lines;
      for (std::size_t parts = 0; parts <= all.size(); ++parts) {
        const Told told = Ask(snapshot, part);
        lines.insert(lines.end(), told.lines.begin(), told.lines.end());
        part.cursor = told.outcome.cursor;
        EXPECT_EQ(part.cursor.empty(), told.outcome.end == End::kWhole);
        if (part.cursor.empty()) break;
      }
      ASSERT_EQ(lines, all);
    }
    for (std::uint64_t offset = 0; offset < all.size(); ++offset) {
      Request part = whole;
      part.offset = offset;
      ASSERT_EQ(Ask(snapshot, part).lines,
                Lines(all.begin() + static_cast<std::ptrdiff_t>(offset), all.end()));
    }
  }
}

TEST(Run, ACursorOfAnotherRequestIsRefused) {
  FakeSnapshot snapshot = Rows();
  Request request = Asked({"*."});
  request.limit = 1;
  request.cursor = Ask(snapshot, request).outcome.cursor;
  ASSERT_NE(request.cursor, "");
  EXPECT_EQ(Ask(snapshot, request).lines.size(), 1U);
  Request other = Asked({"*.org"});
  other.cursor = request.cursor;
  Sink sink;
  const auto refused = query::Run(snapshot, other, sink);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::kUsage);
  EXPECT_TRUE(refused.status().message().starts_with("cursor: ")) << refused.status().message();
  other.cursor = "7";
  EXPECT_EQ(query::Run(snapshot, other, sink).status().code(), Code::kUsage);
}

TEST(Run, WhoeverReadsMayEndIt) {
  FakeSnapshot snapshot = Rows();
  for (const bool sorted : {false, true}) {
    Request request = Asked({"*."});
    if (sorted) request.order = Order{SortBy::kLast, false};
    Sink sink;
    sink.most = 2;
    const Told told = Ask(snapshot, request, sink);
    EXPECT_EQ(told.lines.size(), 2U);
    EXPECT_EQ(told.outcome.end, End::kUnread);
  }
}

TEST(Run, AnInterruptedAnswerSaysHowToGoOn) {
  FakeSnapshot snapshot = Rows();
  Request request = Asked({"*."});
  Sink sink;
  sink.interrupt = 2;
  const Told told = Ask(snapshot, request, sink);
  EXPECT_EQ(told.outcome.end, End::kInterrupted);
  EXPECT_EQ(told.outcome.rows, 2U);
  ASSERT_EQ(told.outcome.scans.size(), 1U);
  EXPECT_FALSE(told.outcome.scans[0].whole);
  Lines all = told.lines;
  request.cursor = told.outcome.cursor;
  const Told rest = Ask(snapshot, request);
  all.insert(all.end(), rest.lines.begin(), rest.lines.end());
  EXPECT_EQ(all, Ask(snapshot, Asked({"*."})).lines);
}

TEST(Run, AScanOfAllIsReported) {
  FakeSnapshot snapshot = Rows();
  const Told told = Ask(snapshot, Asked({"*."}));
  ASSERT_EQ(told.outcome.scans.size(), 1U);
  EXPECT_EQ(told.outcome.scans[0].what, "rows");
  EXPECT_EQ(told.outcome.scans[0].keys, 6U);
  EXPECT_EQ(told.outcome.scans[0].rows, 6U);
  EXPECT_TRUE(told.outcome.scans[0].whole);
}

// Progress is told while nothing is found.
TEST(Run, ProgressOverAllQuestions) {
  FakeSnapshot snapshot;
  for (std::uint64_t i = 0; i < store::kKeysPerWatch; ++i)
    snapshot.Add("n" + std::to_string(i) + ".org", RrType::kA, "abcd");
  Request request = Asked({"*.org", "*.org"});
  request.filter.min_count = 1000;
  Sink sink;
  ASSERT_TRUE(query::Run(snapshot, request, sink).ok());
  EXPECT_EQ(sink.keys, 2 * store::kKeysPerWatch);
}

TEST(Run, DamageIsNeverNothingFound) {
  FakeSnapshot snapshot = Rows();
  snapshot.FailWith(Status::Corrupt("a damaged file"));
  const Told told = Ask(snapshot, Asked({"*.blah.org"}));
  EXPECT_EQ(told.lines, kBlah);
  EXPECT_EQ(told.outcome.status.code(), Code::kCorrupt);
  Sink sink;
  for (const Show show : {Show::kRows, Show::kCount, Show::kSummary, Show::kHits}) {
    Request request = Asked({"nobody.example"});
    request.show = show;
    const auto refused = query::Run(snapshot, request, sink);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.status().code(), Code::kCorrupt);
  }
}

}  // namespace
}  // namespace pdns::query
