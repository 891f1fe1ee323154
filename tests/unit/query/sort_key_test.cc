#include "query/sort_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "dns/presentation/rdata_text.h"
#include "record/tuple_key.h"
#include "unit/support/dns_message.h"
#include "unit/support/rows.h"

namespace pdns::query {
namespace {

using record::OwnedTuple;
using record::RrType;
using testing::MakeTuple;
using testing::Seen;
using testing::U16;
using testing::WireName;

constexpr auto kAll = {SortBy::kFirst, SortBy::kLast, SortBy::kCount,
                       SortBy::kName,  SortBy::kType, SortBy::kRdata};

struct Answer {
  OwnedTuple tuple;
  record::History history;
};

std::string KeyOf(SortBy by, const Answer& answer, bool reverse = false) {
  std::string key = "before";
  AppendSortKey(key, by, reverse, answer.tuple.view(), answer.history);
  EXPECT_EQ(key.substr(0, 6), "before");
  return key.substr(6);
}

// Few values of each kind, so that ties and near ties come up.
class RandomAnswers {
 public:
  Answer Next() {
    const auto first = static_cast<std::int64_t>(random_() % 4 * 0x7fffffff);
    const auto last = first + static_cast<std::int64_t>(random_() % 300);
    const std::uint64_t count = random_() % 2 == 0 ? random_() % 3 : record::kMaxCount - 255;
    const auto [type, rdata] = TypeAndRdata();
    return {MakeTuple(NameText(), type, rdata), Seen(first, last, count)};
  }

 private:
  std::string NameText() {
    static const std::vector<std::string> kNames{"blah.org",  "a.blah.org", "b.a.blah.org",
                                                 "blahs.org", "z.example",  "org"};
    return kNames[random_() % kNames.size()];
  }

  std::pair<RrType, std::string> TypeAndRdata() {
    switch (random_() % 6) {
      case 0:
        return {RrType::kA, Some(4)};
      case 1:
        return {RrType::kAaaa, Some(16)};
      case 2:
        return {RrType::kNs, WireName(NameText())};
      case 3:
        return {RrType::kMx, Some(2) + WireName(NameText())};
      case 4:
        return {RrType::kTxt, Some(random_() % 5)};
      default:
        return {RrType::kDnskey, Some(random_() % 5)};
    }
  }

  std::string Some(std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = "\0\1\xfe\xff"[random_() % 4];
    return bytes;
  }

  std::mt19937 random_{20261122};
};

// What the answer is sorted by, said another way: a kind, then bytes.
std::tuple<std::uint64_t, std::string> Plain(SortBy by, const Answer& answer) {
  const auto ordered = [](Bytes name) {
    std::string bytes;
    record::AppendOrderedName(bytes, name);
    return bytes;
  };
  const OwnedTuple& tuple = answer.tuple;
  switch (by) {
    case SortBy::kFirst:
      return {answer.history.first.time_since_epoch().count(), ""};
    case SortBy::kLast:
      return {answer.history.last.time_since_epoch().count(), ""};
    case SortBy::kCount:
      return {answer.history.count, ""};
    case SortBy::kName:
      return {0, ordered(tuple.owner.wire())};
    case SortBy::kType:
      return {static_cast<std::uint64_t>(tuple.type), ""};
    case SortBy::kRdata:
      break;
  }
  if (tuple.type == RrType::kNs) return {2, ordered(AsBytes(tuple.rdata))};
  if (tuple.type == RrType::kMx) return {2, ordered(AsBytes(tuple.rdata).subspan(2))};
  if (tuple.type == RrType::kA) return {4, tuple.rdata};
  return {tuple.type == RrType::kAaaa ? 6 : 9, tuple.rdata};
}

int Sign(int value) { return (value > 0) - (value < 0); }

void ExpectOrder(SortBy by, const Answer& a, const Answer& b) {
  const auto plain_a = Plain(by, a);
  const auto plain_b = Plain(by, b);
  const int order = static_cast<int>(plain_b < plain_a) - static_cast<int>(plain_a < plain_b);
  for (const bool reverse : {false, true}) {
    const std::string key_a = KeyOf(by, a, reverse);
    const std::string key_b = KeyOf(by, b, reverse);
    const int wanted = reverse ? -order : order;
    ASSERT_EQ(Sign(key_a.compare(key_b)), wanted) << static_cast<int>(by);
    // Whatever stands behind them decides only between equal ones.
    ASSERT_EQ(Sign((key_a + '\xff').compare(key_b + '\0')), order == 0 ? 1 : wanted);
    ASSERT_EQ(Sign((key_a + '\0').compare(key_b + '\xff')), order == 0 ? -1 : wanted);
  }
}

TEST(SortKey, OrdersRandomAnswersAndTurnsThemRound) {
  RandomAnswers answers;
  for (int i = 0; i < 20000; ++i) {
    const Answer a = answers.Next();
    const Answer b = answers.Next();
    for (const SortBy by : kAll) ExpectOrder(by, a, b);
  }
}

TEST(SortKey, Bytes) {
  const Answer a{MakeTuple("a.org", RrType::kTxt, std::string("\1\0", 2)), Seen(1, 258, 3)};
  EXPECT_EQ(ToHex(AsBytes(KeyOf(SortBy::kFirst, a))), "0000000000000001");
  EXPECT_EQ(ToHex(AsBytes(KeyOf(SortBy::kLast, a))), "0000000000000102");
  EXPECT_EQ(ToHex(AsBytes(KeyOf(SortBy::kCount, a))), "0000000000000003");
  EXPECT_EQ(ToHex(AsBytes(KeyOf(SortBy::kName, a))), "6f726700610000");
  EXPECT_EQ(ToHex(AsBytes(KeyOf(SortBy::kType, a))), "0010");
  EXPECT_EQ(ToHex(AsBytes(KeyOf(SortBy::kRdata, a))), "090100ff0000");
  EXPECT_EQ(ToHex(AsBytes(KeyOf(SortBy::kRdata, a, true))), "f6feff00ffff");
  const Answer https{MakeTuple("a.org", RrType::kHttps, U16(1) + WireName("b.org") + "\0\4"),
                     Seen(1, 1, 1)};
  EXPECT_EQ(ToHex(AsBytes(KeyOf(SortBy::kRdata, https))), "026f726700620000");
}

// No rdata of its type: it is sorted by its bytes.
TEST(SortKey, RdataThatIsNoneOfItsType) {
  for (const RrType type : {RrType::kA, RrType::kAaaa, RrType::kNs, RrType::kHttps}) {
    const Answer odd{MakeTuple("a.org", type, "\5"), Seen(1, 1, 1)};
    EXPECT_EQ(ToHex(AsBytes(KeyOf(SortBy::kRdata, odd))), "09050000");
  }
}

// One key where there is one text, whatever the types.
TEST(ValueKey, IsOneWhereTheTextIs) {
  const std::string b = WireName("b.org");
  const std::vector<std::string> rdatas{b,
                                        U16(10) + b,
                                        b + b,
                                        "abcd",
                                        "\2hi",
                                        std::string(6, '\0') + '\0',
                                        std::string(2, '\0'),
                                        "\1a\1b",
                                        "\0",
                                        "abcde",
                                        "",
                                        U16(0) + b + "x",
                                        std::string(16, '\0')};
  std::vector<std::pair<std::string, std::string>> told;  // text, key
  for (std::uint16_t type = 1; type < 300; ++type) {
    for (const std::string& rdata : rdatas) {
      const OwnedTuple tuple = MakeTuple("a.org", static_cast<RrType>(type), rdata);
      std::string key;
      AppendValueKey(key, tuple.view());
      told.emplace_back(dns::RdataToText(tuple.type, AsBytes(rdata)), key);
    }
  }
  std::sort(told.begin(), told.end());
  std::set<std::string> keys;
  for (std::size_t i = 0; i < told.size(); ++i) {
    if (i > 0 && told[i].first == told[i - 1].first) {
      EXPECT_EQ(told[i].second, told[i - 1].second) << told[i].first;
    } else {
      EXPECT_TRUE(keys.insert(told[i].second).second) << told[i].first;
    }
  }
  EXPECT_GT(keys.size(), 20U);
}

TEST(ValueKey, NamesThenAddressesThenText) {
  const auto key = [](RrType type, const std::string& rdata) {
    std::string bytes;
    AppendValueKey(bytes, MakeTuple("a.org", type, rdata).view());
    return ToHex(AsBytes(bytes));
  };
  EXPECT_EQ(key(RrType::kNs, WireName("b.org")), "026f726700620000");
  EXPECT_EQ(key(RrType::kA, "abcd"), "0461626364");
  EXPECT_EQ(key(RrType::kAaaa, "abcdabcdabcdabcd"), "0661626364616263646162636461626364");
  EXPECT_EQ(key(RrType::kTxt, "\1a"), "0922612200");
  EXPECT_EQ(key(RrType::kA, "a"), ToHex(AsBytes(std::string_view("\x09\\# 1 61\0", 9))));
}

TEST(SortKey, Words) {
  EXPECT_EQ(SortByFromText("first"), SortBy::kFirst);
  EXPECT_EQ(SortByFromText("last"), SortBy::kLast);
  EXPECT_EQ(SortByFromText("count"), SortBy::kCount);
  EXPECT_EQ(SortByFromText("name"), SortBy::kName);
  EXPECT_EQ(SortByFromText("type"), SortBy::kType);
  EXPECT_EQ(SortByFromText("rdata"), SortBy::kRdata);
  for (const char* text : {"", "First", "first ", "owner", "firs"}) {
    EXPECT_EQ(SortByFromText(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace pdns::query
