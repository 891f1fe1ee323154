#include "query/answer_cursor.h"

#include <gtest/gtest.h>

#include "unit/support/dns_message.h"
#include "unit/support/fake_store.h"

namespace pdns::query {
namespace {

using record::RrType;
using store::Side;
using store::Trust;
using testing::FakeSnapshot;
using testing::MakeTuple;
using testing::Seen;

const std::string kLong(2000, 'x');
const std::string kTarget("net\0dns\0\0", 9);

FakeSnapshot Rows() {
  FakeSnapshot snapshot;
  snapshot.Add("blah.org", RrType::kA, "abcd")
      .Add("blah.org", RrType::kTxt, kLong.substr(0, 223))
      .Add("blah.org", RrType::kTxt, kLong + "1")
      .Add("blah.org", RrType::kTxt, kLong + "2")
      .Quarantine("bank.example", RrType::kTxt, kLong);
  return snapshot;
}

AnswerCursor CursorAt(const record::OwnedTuple& tuple, std::optional<SortBy> by = {},
                      const Place& place = {}) {
  LastHit last;
  EXPECT_EQ(last.cursor(), std::nullopt);
  last.MoveTo({tuple.view(), Seen(11, 22, 33), nullptr, {}, place, {}}, by);
  const auto cursor = last.cursor();
  return cursor.value_or(AnswerCursor());
}

std::string TextAt(const record::OwnedTuple& tuple, std::optional<SortBy> by = {},
                   const Place& place = {}) {
  return CursorToText(CursorAt(tuple, by, place), "asked");
}

const record::OwnedTuple kAddressRow = MakeTuple("blah.org", RrType::kA, "abcd");

TEST(AnswerCursor, ComesBackAsItWas) {
  const Place place{300, Side::kTarget, kTarget};
  const auto cursor = CursorFromText(TextAt(kAddressRow, {}, place), "asked");
  ASSERT_TRUE(cursor.ok()) << cursor.status().message();
  EXPECT_EQ(cursor->place,
            (OwnedPlace{300, {kTarget, *dns::NameFromText("blah.org"), RrType::kA, "abcd"}}));
  EXPECT_EQ(cursor->number, 0U);
}

// All sizes of what it is made of, and bytes of all kinds.
TEST(AnswerCursor, EveryPlaceComesBack) {
  std::string label(63, '\xff');
  const std::string longest = testing::Labels({label, label, label, std::string(61, '\0')});
  for (const std::string& owner : {std::string(1, '\0'), testing::WireName("a"), longest}) {
    for (const std::size_t rdata : {0U, 1U, 254U, 255U, 256U, 65535U}) {
      for (const std::size_t at : {0U, 4U, 16U, 510U}) {
        AnswerCursor cursor;
        cursor.number = ~std::uint64_t{0};
        cursor.place.question = rdata;
        cursor.place.row = {std::string(at, '\0'), *record::Name::FromWire(AsBytes(owner)),
                            static_cast<RrType>(65535),
                            record::RdataId(AsBytes(std::string(rdata, '\1')))};
        const std::string text = CursorToText(cursor, "asked");
        EXPECT_LE(text.size(), 2200U);
        const auto again = CursorFromText(text, "asked");
        ASSERT_TRUE(again.ok()) << again.status().message();
        EXPECT_EQ(*again, cursor);
      }
    }
  }
}

TEST(AnswerCursor, KeepsWhatTheHitWasSortedBy) {
  const auto number = [&](SortBy by) {
    return CursorFromText(TextAt(kAddressRow, by), "asked")->number;
  };
  EXPECT_EQ(number(SortBy::kFirst), 11U);
  EXPECT_EQ(number(SortBy::kLast), 22U);
  EXPECT_EQ(number(SortBy::kCount), 33U);
  EXPECT_EQ(number(SortBy::kName), 0U);
}

TEST(AnswerCursor, OfANewRowKeepsItsSequence) {
  LastHit last;
  last.MoveTo({kAddressRow.view(), Seen(1, 2, 3), nullptr, {}, {}, NewMark{77, testing::At(5), {}}},
              {});
  EXPECT_EQ(last.cursor()->number, 77U);
}

TEST(AnswerCursor, LongRdataFitsAnArgumentAndIsFoundAgain) {
  FakeSnapshot snapshot = Rows();
  for (const char* end : {"1", "2"}) {
    const auto tuple = MakeTuple("blah.org", RrType::kTxt, kLong + end);
    const std::string text = TextAt(tuple, SortBy::kRdata);
    EXPECT_LT(text.size(), 1200U);
    const auto hit = Recall(snapshot, Trust::kTrusted, Side::kOwner, *CursorFromText(text, "asked"),
                            SortBy::kRdata);
    ASSERT_TRUE(hit.ok()) << hit.status().message();
    EXPECT_EQ(hit->view().tuple, tuple.view());
  }
  const auto quarantined = MakeTuple("bank.example", RrType::kTxt, kLong);
  const auto hit = Recall(snapshot, Trust::kQuarantined, Side::kOwner,
                          CursorAt(quarantined, SortBy::kRdata), SortBy::kRdata);
  ASSERT_TRUE(hit.ok()) << hit.status().message();
  EXPECT_EQ(hit->view().tuple, quarantined.view());
}

// All that another order looks at stands in the cursor: the row may be gone, and so may the disk.
TEST(AnswerCursor, OnlyLongRdataIsLookedUp) {
  FakeSnapshot snapshot;
  snapshot.FailWith(Status::Io("a disk"));
  const auto txt = MakeTuple("gone.org", RrType::kTxt, kLong);
  for (const SortBy by :
       {SortBy::kFirst, SortBy::kLast, SortBy::kCount, SortBy::kName, SortBy::kType}) {
    const AnswerCursor cursor = CursorAt(txt, by, {4, Side::kText, {}});
    const auto hit = Recall(snapshot, Trust::kTrusted, Side::kText, cursor, by);
    ASSERT_TRUE(hit.ok()) << hit.status().message();
    std::string wanted;
    std::string recalled;
    AppendSortKey(wanted, by, false, txt.view(), Seen(11, 22, 33));
    const Hit view = hit->view();
    AppendSortKey(recalled, by, false, view.tuple, view.history);
    EXPECT_EQ(recalled, wanted);
    EXPECT_EQ(view.place.question, 4U);
    EXPECT_EQ(view.place.side, Side::kText);
  }
  const auto address =
      Recall(snapshot, Trust::kTrusted, Side::kOwner, CursorAt(kAddressRow), SortBy::kRdata);
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->view().tuple, kAddressRow.view());
  EXPECT_EQ(snapshot.keys_seen(), 0U);
}

TEST(AnswerCursor, OfAnotherQuestionIsRefused) {
  const std::string text = TextAt(kAddressRow);
  EXPECT_TRUE(CursorFromText(text, "asked").ok());
  EXPECT_EQ(CursorFromText(text, "asked else").status().code(), Code::kUsage);
  EXPECT_EQ(CursorFromText(text, "").status().code(), Code::kUsage);
}

TEST(AnswerCursor, DamageIsRefused) {
  const std::string text = TextAt(kAddressRow, {}, {1, Side::kTarget, kTarget});
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_EQ(CursorFromText(changed, "asked").status().code(), Code::kUsage) << changed;
    EXPECT_EQ(CursorFromText(text.substr(0, i), "asked").status().code(), Code::kUsage) << i;
  }
  EXPECT_EQ(CursorFromText("offset 7", "asked").status().code(), Code::kUsage);
}

TEST(AnswerCursor, LongRdataThatTheDatabaseHasNotIsRefused) {
  FakeSnapshot snapshot = Rows();
  const auto recall = [&snapshot](std::string_view rdata, Trust trust) {
    const AnswerCursor cursor = CursorAt(MakeTuple("blah.org", RrType::kTxt, rdata));
    return Recall(snapshot, trust, Side::kOwner, cursor, SortBy::kRdata).status().code();
  };
  EXPECT_EQ(recall(kLong + "1", Trust::kTrusted), Code::kOk);
  EXPECT_EQ(recall(kLong + "3", Trust::kTrusted), Code::kUsage);
  EXPECT_EQ(recall("y" + kLong, Trust::kTrusted), Code::kUsage);
  EXPECT_EQ(recall(kLong + "1", Trust::kQuarantined), Code::kUsage);
  snapshot.FailWith(Status::Io("a disk"));
  EXPECT_EQ(recall(kLong + "3", Trust::kTrusted), Code::kIo);
}

}  // namespace
}  // namespace pdns::query
