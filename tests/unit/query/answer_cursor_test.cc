#include "query/answer_cursor.h"

#include <gtest/gtest.h>

#include "unit/query/fake_reader.h"

namespace pdns::query {
namespace {

using record::RrType;
using store::Index;

const std::string kLong(2000, 'x');

FakeReader Rows() {
  FakeReader reader;
  reader.Add("blah.org", RrType::kA, "abcd")
      .Add("blah.org", RrType::kTxt, kLong + "1")
      .Add("blah.org", RrType::kTxt, kLong + "2")
      .Quarantine("bank.example", RrType::kA, "abcd");
  return reader;
}

// As the store hands it up, in the index by owner.
struct Placed {
  record::OwnedTuple tuple;
  std::string key;

  Hit hit(std::uint64_t question = 0, std::uint64_t at = 1) const {
    return {tuple.view(), store::Seen(11, 22, 33), nullptr, {}, {question, key, at}};
  }
};

Placed MakePlaced(RrType type, std::string_view rdata) {
  Placed placed{store::MakeTuple("blah.org", type, rdata), ""};
  placed.key = store::TupleKey(placed.tuple.view());
  return placed;
}

std::string TextAt(const Hit& hit, std::optional<SortBy> by = {}) {
  AnswerCursor cursor;
  cursor.MoveTo(hit, by);
  return CursorToText(cursor, "asked");
}

TEST(AnswerCursor, ComesBackAsItWas) {
  const Placed placed = MakePlaced(RrType::kA, "abcd");
  const auto cursor = CursorFromText(TextAt(placed.hit(300, 2)), "asked");
  ASSERT_TRUE(cursor.ok()) << cursor.status().message();
  EXPECT_EQ(cursor->place, (OwnedPlace{300, placed.key, 2}));
  EXPECT_FALSE(cursor->digest.has_value());
  EXPECT_EQ(cursor->number, 0U);
}

TEST(AnswerCursor, KeepsWhatTheHitWasSortedBy) {
  const Placed placed = MakePlaced(RrType::kA, "abcd");
  const auto number = [&](SortBy by) {
    return CursorFromText(TextAt(placed.hit(), by), "asked")->number;
  };
  EXPECT_EQ(number(SortBy::kFirst), 11U);
  EXPECT_EQ(number(SortBy::kLast), 22U);
  EXPECT_EQ(number(SortBy::kCount), 33U);
  EXPECT_EQ(number(SortBy::kName), 0U);
}

TEST(AnswerCursor, LongKeysFitAnArgumentAndAreFoundAgain) {
  FakeReader reader = Rows();
  for (const char* end : {"1", "2"}) {
    const Placed placed = MakePlaced(RrType::kTxt, kLong + end);
    const std::string text = TextAt(placed.hit());
    EXPECT_LT(text.size(), 1200U);
    const auto hit = Recall(reader, Index::kForward, *CursorFromText(text, "asked"));
    ASSERT_TRUE(hit.ok()) << hit.status().message();
    EXPECT_EQ(hit->place.key, placed.key);
    EXPECT_EQ(hit->tuple.view(), placed.tuple.view());
  }
}

TEST(AnswerCursor, OfAnotherQuestionIsRefused) {
  const std::string text = TextAt(MakePlaced(RrType::kA, "abcd").hit());
  EXPECT_TRUE(CursorFromText(text, "asked").ok());
  EXPECT_EQ(CursorFromText(text, "asked else").status().code(), Code::kUsage);
  EXPECT_EQ(CursorFromText(text, "").status().code(), Code::kUsage);
}

TEST(AnswerCursor, DamageIsRefused) {
  const std::string text = TextAt(MakePlaced(RrType::kA, "abcd").hit());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_EQ(CursorFromText(changed, "asked").status().code(), Code::kUsage) << changed;
    EXPECT_EQ(CursorFromText(text.substr(0, i), "asked").status().code(), Code::kUsage) << i;
  }
  EXPECT_EQ(CursorFromText("offset 7", "asked").status().code(), Code::kUsage);
}

TEST(AnswerCursor, WhatTheDatabaseHasNotIsRefused) {
  FakeReader reader = Rows();
  const auto cursor = CursorFromText(TextAt(MakePlaced(RrType::kA, "zzzz").hit()), "asked");
  EXPECT_EQ(Recall(reader, Index::kForward, *cursor).status().code(), Code::kUsage);
  const auto other = CursorFromText(TextAt(MakePlaced(RrType::kA, "abcd").hit()), "asked");
  EXPECT_EQ(Recall(reader, Index::kQuarantine, *other).status().code(), Code::kUsage);
  reader.FailWith(Status::Io("a disk"));
  EXPECT_EQ(Recall(reader, Index::kForward, *cursor).status().code(), Code::kIo);
}

}  // namespace
}  // namespace pdns::query
