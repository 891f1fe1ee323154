#include "source/place.h"

#include <gtest/gtest.h>

#include <string>

#include "base/hash.h"

namespace pdns::source {
namespace {

const record::SourceId kId{Sha256(AsBytes("first")), 7};
const record::Position kThere{3, 100, 5, Sha256(AsBytes("third")), true};

TEST(Place, BeginsWhereItIsTold) {
  EXPECT_EQ(Place().position(), record::Position());
  EXPECT_EQ(Place(kId).id(), kId);
  EXPECT_EQ(Place(kId).position(), record::Position());
  const Place place(kId, kThere);
  EXPECT_EQ(place.position(), kThere);
  EXPECT_EQ(place.frames(), 3U);
  EXPECT_EQ(place.bytes(), 100U);
  EXPECT_TRUE(place.broken());
}

TEST(Place, NamesTheLastFrameItGot) {
  Place place(kId, kThere);
  std::string frame = "the fourth";
  place.Move(AsBytes(frame), 114);
  frame.assign(frame.size(), 'x');  // the caller's bytes change
  record::Position fourth = kThere;
  record::Advance(fourth, AsBytes("the fourth"));
  fourth.bytes = 114;
  fourth.last_length = 10;
  fourth.last_frame = Sha256(AsBytes("the fourth"));
  fourth.broken = false;
  EXPECT_EQ(place.position(), fourth);
  EXPECT_EQ(place.position(), fourth);
  place.Break();
  EXPECT_TRUE(place.position().broken);
  EXPECT_EQ(place.position().last_frame, fourth.last_frame);
  place.Move(AsBytes("5"), 119);
  EXPECT_EQ(place.frames(), 5U);
  EXPECT_EQ(place.bytes(), 119U);
  EXPECT_EQ(place.position().last_frame, Sha256(AsBytes("5")));
  EXPECT_EQ(place.id(), kId);
}

TEST(Place, ACopyMovesByItself) {
  Place place(kId);
  place.Move(AsBytes("one"), 7);
  Place copy = place;
  place.Move(AsBytes("two"), 14);
  EXPECT_EQ(copy.position().last_frame, Sha256(AsBytes("one")));
  copy = place;
  EXPECT_EQ(copy.position(), place.position());
  copy = Place(kId, kThere);  // nothing of before stays
  EXPECT_EQ(copy.position(), kThere);
}

}  // namespace
}  // namespace pdns::source
