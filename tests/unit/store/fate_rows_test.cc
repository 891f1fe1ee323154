#include "store/fate_rows.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "store/value.h"

namespace pdns::store {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

TEST(FateRows, CountsThereAndBack) {
  EXPECT_EQ(FateKey("refused.rcode"), "fate/refused.rcode");
  for (const std::uint64_t count :
       {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{1} << 62,
        std::numeric_limits<std::uint64_t>::max()}) {
    const std::string value = FateValue(count);
    EXPECT_EQ(DecodeFateValue(AsBytes(value)), count);
    EXPECT_EQ(DecodeFateValue(AsBytes(value + "more")), count);
    EXPECT_FALSE(DecodeFateValue(AsBytes(value).first(value.size() - 1)).has_value());
  }
  EXPECT_FALSE(
      DecodeFateValue(AsBytes(std::string("\x80\0", 2))).has_value());  // longer than needed
}

TEST(FateRows, SinceThereAndBack) {
  for (const std::int64_t at :
       {std::int64_t{0}, std::int64_t{1795372876}, static_cast<std::int64_t>(kMaxSeconds)}) {
    const sys_seconds since{seconds(at)};
    const std::string value = CountedSinceValue(since);
    EXPECT_EQ(DecodeCountedSinceValue(AsBytes(value)), since);
    EXPECT_EQ(DecodeCountedSinceValue(AsBytes(value + "more")), since);
  }
  EXPECT_FALSE(DecodeCountedSinceValue(AsBytes(FateValue(kMaxSeconds + 1))).has_value());
  EXPECT_FALSE(DecodeCountedSinceValue({}).has_value());
}

}  // namespace
}  // namespace pdns::store
