#include "serve/api/coverage.h"

#include <gtest/gtest.h>

#include <memory>

#include "unit/support/fake_store.h"
#include "unit/support/read_answer.h"

namespace pdns::serve {
namespace {

using record::RrType;
using testing::At;
using testing::FakeSnapshot;
using testing::Seen;

std::string Coverage(FakeSnapshot& snapshot) {
  const auto mailbox = std::make_shared<http::Mailbox>();
  Body body(http::Reply(mailbox, 1), {.type = "x"});
  EXPECT_EQ(AnswerCoverage(snapshot, At(1000), body), 0U);
  return testing::ReadAnswer(mailbox, 1).body;
}

TEST(ApiCoverage, AnEmptyDatabaseHasNoTimes) {
  FakeSnapshot snapshot;
  snapshot.NameSensors({});
  EXPECT_EQ(Coverage(snapshot),
            "{\"tuples\":0,\"rrnames\":0,\"quarantined\":0,\"sensors\":[],\"frames\":{\"seen\":0,"
            "\"used\":0,\"skipped\":0,\"malformed\":0,\"refused\":0,\"lost\":0},\"expired\":0,"
            "\"captures\":0,\"now\":1000}\n");
}

TEST(ApiCoverage, TheSpanOfTheRowsAndOfTheJournal) {
  FakeSnapshot snapshot;
  snapshot.CommitAt(At(700));
  snapshot.Add("a.org", RrType::kA, "abcd", Seen(10, 20, 3))
      .Add("a.org", RrType::kA, "abce", Seen(5, 15, 9))
      .Quarantine("b.org", RrType::kA, "abcf");
  const std::string text = Coverage(snapshot);
  EXPECT_TRUE(text.starts_with(
      "{\"time_first\":5,\"time_last\":20,\"tuples\":2,\"rrnames\":1,\"quarantined\":1,"))
      << text;
  EXPECT_NE(text.find("\"journal_from\":700,"), std::string::npos) << text;
}

// The rest is told all the same.
TEST(ApiCoverage, AnEngineWithoutAJournal) {
  FakeSnapshot snapshot;
  snapshot.Add("a.org", RrType::kA, "abcd", Seen(10, 20, 3));
  snapshot.KeepNoJournal();
  const std::string text = Coverage(snapshot);
  EXPECT_TRUE(text.starts_with("{\"time_first\":10,")) << text;
  EXPECT_EQ(text.find("journal_from"), std::string::npos) << text;
}

}  // namespace
}  // namespace pdns::serve
