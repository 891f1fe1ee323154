#include "json/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "unit/support/json_pieces.h"

namespace pdns::json {
namespace {

using End = Outcome::End;

// Events as text, one letter each.
class Told final : public Events {
 public:
  std::string text;

  void BeginObject() override { text += '{'; }
  void EndObject() override { text += '}'; }
  void BeginArray() override { text += '['; }
  void EndArray(std::size_t elements) override { text += std::to_string(elements) + ']'; }
  void Key(std::string_view key) override { text.append("k").append(key).append(" "); }
  void Text(std::string_view value) override { text.append("t").append(value).append(" "); }
  void Number(std::string_view digits) override { text.append("n").append(digits).append(" "); }
  void Bool(bool truth) override { text += truth ? 'y' : 'n'; }
  void Null() override { text += '0'; }
};

Outcome ReadText(std::string_view text, const Limits& limits, Told& told, std::size_t piece = 7) {
  testing::JsonPieces input(text, piece);
  return Read(input, limits, told);
}

TEST(Read, EventsInTheOrderOfTheDocument) {
  const std::string text = R"({"a": [1, -2.5e3, "x\ty"], "b": {"c": null}, "d": true, "e": false})";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    Told told;
    EXPECT_EQ(ReadText(text, {}, told, piece).end, End::kWhole);
    EXPECT_EQ(told.text, "{ka [n1 n-2.5e3 tx\ty 3]kb {kc 0}kd yke n}");
  }
}

TEST(Read, WhatIsWrongAndWhere) {
  Told told;
  const Outcome outcome = ReadText(R"({"a":})", {}, told);
  EXPECT_EQ(outcome.end, End::kMalformed);
  EXPECT_EQ(outcome.at, 5U);
  EXPECT_FALSE(outcome.why.empty());
  EXPECT_EQ(ReadText("[] []", {}, told).at, 3U);
}

TEST(Read, DepthIsBounded) {
  Told told;
  EXPECT_EQ(ReadText("[[[]]]", {.depth = 3}, told).end, End::kWhole);
  EXPECT_EQ(ReadText("[[[[]]]]", {.depth = 3}, told).end, End::kTooDeep);
}

// A long text, a long number and many blanks: what is between two values is bounded, whatever it
// is. The bound is looked at where a piece ends.
TEST(Read, WhatStandsBetweenTwoValuesIsBounded) {
  const Limits limits{.depth = 3, .value_bytes = 100};
  for (const std::string& value :
       {'"' + std::string(300, 'x') + '"', std::string(300, '1'), std::string(300, ' ') + "1"}) {
    Told told;
    EXPECT_EQ(ReadText('[' + value + ']', limits, told).end, End::kTooLong);
  }
  std::string many = "[0";
  for (int i = 0; i < 1000; ++i) many += ",1";
  Told told;
  EXPECT_EQ(ReadText(many + "]", limits, told).end, End::kWhole);
}

}  // namespace
}  // namespace pdns::json
