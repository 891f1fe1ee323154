#include "query/new_rows.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/support/dns_message.h"
#include "unit/support/fake_store.h"

namespace pdns::query {
namespace {

using record::RrType;
using testing::At;
using testing::FakeSnapshot;
using testing::Lines;

FakeSnapshot Journal() {
  FakeSnapshot snapshot;
  snapshot.CommitAt(At(100));
  snapshot.Add("www.blah.org", RrType::kA, "abcd").Add("blah.org", RrType::kTxt, "\5hello");
  snapshot.CommitAt(At(200));
  snapshot.Add("a.example", RrType::kNs, testing::WireName("ns.dns.net"))
      .Add("www.blah.org", RrType::kA, "abce")
      .Add("www.blah.org", RrType::kA, "abcd");  // no news
  snapshot.CommitAt(At(300));
  snapshot.Add("0.example", RrType::kA, "abcd");
  return snapshot;
}

// "3 200 name a.example. NS", and what it answers behind that.
Lines News(store::Snapshot& snapshot, const NewRowsOptions& options) {
  Lines lines;
  const LookupOutcome outcome = ScanNewRows(snapshot, options, [&](const Hit& hit) {
    const NewMark mark = hit.new_mark.value_or(NewMark());
    lines.push_back(fmt::format(
        "{} {} {} {} {}{}", mark.sequence, mark.committed.time_since_epoch().count(),
        mark.kind == store::NewKind::kName ? "name" : "rdata", dns::NameToText(hit.tuple.owner),
        dns::TypeToText(hit.tuple.type),
        hit.asked == nullptr ? "" : fmt::format(" {} {}", hit.place.question, hit.asked->text)));
    return true;
  });
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_EQ(outcome.rows, lines.size());
  return lines;
}

const Lines kAll{"1 100 name www.blah.org. A", "2 100 name blah.org. TXT",
                 "3 200 name a.example. NS", "4 200 rdata www.blah.org. A",
                 "5 300 name 0.example. A"};

TEST(NewRows, InTheOrderInWhichTheyCame) {
  FakeSnapshot snapshot = Journal();
  EXPECT_EQ(News(snapshot, {}), kAll);
}

TEST(NewRows, SinceATime) {
  FakeSnapshot snapshot = Journal();
  NewRowsOptions options;
  options.since = At(200);
  EXPECT_EQ(News(snapshot, options), Lines(kAll.begin() + 2, kAll.end()));
  options.since = At(201);
  EXPECT_EQ(News(snapshot, options), Lines(kAll.begin() + 4, kAll.end()));
  options.since = At(301);
  EXPECT_EQ(News(snapshot, options), Lines{});
}

TEST(NewRows, AreFiltered) {
  FakeSnapshot snapshot = Journal();
  Filter filter;
  ASSERT_TRUE(filter.types.Add("TXT,NS").ok());
  NewRowsOptions options;
  options.filter = &filter;
  EXPECT_EQ(News(snapshot, options), (Lines{kAll[1], kAll[2]}));
}

class NewRowsAsked : public ::testing::Test {
 protected:
  NewRowsAsked() {
    options_.question_at = [this](std::uint64_t number) {
      return number < questions_.size() ? &questions_[number] : nullptr;
    };
    options_.asked_at = [this](std::uint64_t) { return &asked_; };
  }

  const Asked asked_{"asked", 1};
  const std::vector<ask::Question> questions_{*ask::AskName("*.blah.org"),
                                              *ask::AskRdata("97.98.99.100"),
                                              *ask::AskRdata("*.dns.net"), *ask::AskText("ell")};
  NewRowsOptions options_;
  const Lines hits_{"1 100 name www.blah.org. A 0 asked", "1 100 name www.blah.org. A 1 asked",
                    "2 100 name blah.org. TXT 0 asked",   "2 100 name blah.org. TXT 3 asked",
                    "3 200 name a.example. NS 2 asked",   "4 200 rdata www.blah.org. A 0 asked",
                    "5 300 name 0.example. A 1 asked"};
};

TEST_F(NewRowsAsked, AHitForEachQuestionThatARowAnswers) {
  FakeSnapshot snapshot = Journal();
  EXPECT_EQ(News(snapshot, options_), hits_);
}

TEST_F(NewRowsAsked, GoOnBehindEveryHitAndFindWhatCameSince) {
  FakeSnapshot snapshot = Journal();
  std::vector<NewPlace> places;
  ScanNewRows(snapshot, options_, [&](const Hit& hit) {
    places.push_back({hit.new_mark->sequence, hit.place.question});
    return true;
  });
  ASSERT_EQ(places.size(), hits_.size());
  snapshot.Add("0.blah.org", RrType::kA, "a");
  for (std::size_t i = 0; i < places.size(); ++i) {
    options_.after = places[i];
    Lines rest(hits_.begin() + static_cast<std::ptrdiff_t>(i) + 1, hits_.end());
    rest.push_back("6 300 name 0.blah.org. A 0 asked");
    EXPECT_EQ(News(snapshot, options_), rest) << i;
  }
}

TEST(NewRows, TheSinkMayEndIt) {
  FakeSnapshot snapshot = Journal();
  std::size_t calls = 0;
  const LookupOutcome outcome = ScanNewRows(snapshot, {}, [&](const Hit&) { return ++calls < 2; });
  EXPECT_EQ(calls, 2U);
  EXPECT_EQ(outcome.rows, 2U);
  EXPECT_FALSE(outcome.stopped);
}

TEST(NewRows, TheWatchMayEndIt) {
  FakeSnapshot snapshot;
  for (int i = 0; i < 5000; ++i) snapshot.Add(std::to_string(i) + ".org", RrType::kA, "abcd");
  NewRowsOptions options;
  options.watch = [](std::uint64_t keys) { return keys < kKeysPerWatch; };
  const LookupOutcome outcome = ScanNewRows(snapshot, options, [](const Hit&) { return true; });
  EXPECT_TRUE(outcome.stopped);
  EXPECT_EQ(outcome.keys, kKeysPerWatch);
}

TEST(NewRows, AFailureComesWithTheRowsThatCouldBeRead) {
  FakeSnapshot snapshot = Journal();
  snapshot.FailWith(Status::Corrupt("a row cannot be read"));
  const LookupOutcome outcome = ScanNewRows(snapshot, {}, [](const Hit&) { return true; });
  EXPECT_EQ(outcome.rows, 5U);
  EXPECT_EQ(outcome.status.code(), Code::kCorrupt);
}

}  // namespace
}  // namespace pdns::query
