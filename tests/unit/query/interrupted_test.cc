// Answers that are ended before all was looked at, by the time they take or by a person, say no
// more than what was found until then.
#include <gtest/gtest.h>

#include "dns/text.h"
#include "query/run.h"
#include "unit/support/fake_store.h"

namespace pdns::query {
namespace {

using record::RrType;
using testing::FakeSnapshot;
using testing::Lines;
using testing::Seen;
using End = Outcome::End;

FakeSnapshot Rows() {
  FakeSnapshot snapshot;
  for (int i = 0; i < 6; ++i)
    snapshot.Add(std::to_string(i) + ".org", RrType::kA, "abcd", Seen(1, 90 - i, 1));
  return snapshot;
}

// Interrupts at the question whether it does that has this number, and from then on.
class Sink final : public AnswerSink {
 public:
  explicit Sink(int most) : most_(most) {}
  bool Add(const Hit& hit) override {
    lines.push_back(dns::NameToText(hit.tuple.owner));
    return true;
  }
  void Progress(std::uint64_t /*keys*/, std::uint64_t /*rows*/) override {}
  bool interrupted() const override { return asked_++ >= most_; }

  Lines lines;

 private:
  int most_;
  mutable int asked_ = 0;
};

Request Asked(const std::vector<std::string>& names) {
  Request request;
  for (const std::string& name : names) request.questions.push_back({name, *ask::AskName(name)});
  return request;
}

Request SortedByLast() {
  Request request = Asked({"*."});
  request.order = Order{SortBy::kLast, false};
  return request;
}

Outcome Ask(const Request& request, Sink& sink) {
  FakeSnapshot snapshot = Rows();
  auto outcome = query::Run(snapshot, request, sink);
  EXPECT_TRUE(outcome.ok()) << outcome.status().message();
  return outcome.ok() ? std::move(*outcome) : Outcome();
}

TEST(Interrupted, ASortThatFoundNothingYetHasNoCursor) {
  Sink sink(0);
  const Outcome outcome = Ask(SortedByLast(), sink);
  EXPECT_EQ(outcome.end, End::kInterrupted);
  EXPECT_EQ(outcome.cursor, "");
}

// The first two of some rows are not the first two of all.
TEST(Interrupted, ASortOfSomeRowsIsNotCutByItsLimitAlone) {
  Request request = SortedByLast();
  request.limit = 2;
  Sink sink(4);
  const Outcome outcome = Ask(request, sink);
  EXPECT_EQ(sink.lines, (Lines{"3.org.", "2.org."}));
  EXPECT_EQ(outcome.end, End::kInterrupted);
  EXPECT_EQ(outcome.cursor, "");
}

TEST(Interrupted, WhileSortedRowsAreToldThereIsACursor) {
  Request request = SortedByLast();
  Sink sink(6 + 2);  // all were found by then
  const Outcome outcome = Ask(request, sink);
  EXPECT_EQ(sink.lines, (Lines{"5.org.", "4.org."}));
  EXPECT_EQ(outcome.end, End::kInterrupted);
  request.cursor = outcome.cursor;
  Sink rest(1000);
  EXPECT_EQ(Ask(request, rest).end, End::kWhole);
  EXPECT_EQ(rest.lines, (Lines{"3.org.", "2.org.", "1.org.", "0.org."}));
}

// Nobody has looked whether the others are known.
TEST(Interrupted, HitsAreThoseThatWereFound) {
  Request request = Asked({"0.org", "nobody.example"});
  request.show = Show::kHits;
  Sink all(1000);
  EXPECT_EQ(Ask(request, all).hits.size(), 2U);
  Sink sink(1);
  request = Asked({"0.org", "1.org"});
  request.show = Show::kHits;
  const Outcome outcome = Ask(request, sink);
  EXPECT_EQ(outcome.end, End::kInterrupted);
  ASSERT_EQ(outcome.hits.size(), 1U);
  EXPECT_EQ(outcome.hits[0].text, "0.org");
}

}  // namespace
}  // namespace pdns::query
