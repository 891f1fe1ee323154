#include "base/amount.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace pdns {
namespace {

TEST(ParseSize, BytesAndUnits) {
  EXPECT_EQ(*ParseSize("0"), 0U);
  EXPECT_EQ(*ParseSize("65536"), 65536U);
  EXPECT_EQ(*ParseSize("1K"), 1024U);
  EXPECT_EQ(*ParseSize("512M"), 512U << 20);
  EXPECT_EQ(*ParseSize("2G"), std::uint64_t{2} << 30);
  EXPECT_EQ(*ParseSize("3T"), std::uint64_t{3} << 40);
  EXPECT_EQ(*ParseSize("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(*ParseSize("17179869183G"), std::uint64_t{17179869183} << 30);
}

TEST(ParseSize, WhatIsNoSize) {
  for (const char* text : {"", "M", "-1", "+1", " 1", "1 ", "1 M", "1m", "1P", "1MB", "1KM", "1.5G",
                           "0x10", "18446744073709551616", "17179869184G", "18446744073709551615K",
                           "99999999999999999999999M"}) {
    const auto size = ParseSize(text);
    ASSERT_FALSE(size.ok()) << text;
    EXPECT_EQ(size.status().code(), Code::kUsage);
    EXPECT_NE(size.status().message().find(std::string("'") + text + "'"), std::string::npos);
  }
}

TEST(ParseDuration, SecondsToWeeks) {
  using std::chrono::seconds;
  EXPECT_EQ(*ParseDuration("0"), seconds(0));
  EXPECT_EQ(*ParseDuration("0d"), seconds(0));
  EXPECT_EQ(*ParseDuration("90s"), seconds(90));
  EXPECT_EQ(*ParseDuration("15m"), seconds(900));
  EXPECT_EQ(*ParseDuration("1h"), seconds(3600));
  EXPECT_EQ(*ParseDuration("30d"), seconds(30 * 86'400));
  EXPECT_EQ(*ParseDuration("2w"), seconds(14 * 86'400));
  EXPECT_EQ(*ParseDuration("31622400000s"), seconds(31'622'400'000));
}

TEST(ParseDuration, WhatIsNoDuration) {
  for (const char* text : {"",
                           "h",
                           "1",
                           "60",
                           "-1h",
                           "+1h",
                           " 1h",
                           "1h ",
                           "1 h",
                           "1H",
                           "1M",
                           "1y",
                           "1ms",
                           "1.5h",
                           "1h30m",
                           "0x1h",
                           "31622400001s",
                           "30501830051h",
                           "18446744073709551615w",
                           "18446744073709551616s"}) {
    const auto duration = ParseDuration(text);
    ASSERT_FALSE(duration.ok()) << text;
    EXPECT_EQ(duration.status().code(), Code::kUsage);
    EXPECT_NE(duration.status().message().find(std::string("'") + text + "'"), std::string::npos);
  }
}

TEST(ParseBounds, AnAgeASizeOrBoth) {
  using std::chrono::seconds;
  const auto age = ParseBounds("1h");
  EXPECT_EQ(age->age, seconds(3600));
  EXPECT_EQ(age->size, std::nullopt);
  const auto size = ParseBounds("256M");
  EXPECT_EQ(size->age, std::nullopt);
  EXPECT_EQ(size->size, 256U << 20);
  for (const char* text : {"5m,5M", "5M,5m"}) {
    const auto both = ParseBounds(text);
    ASSERT_TRUE(both.ok()) << text;
    EXPECT_EQ(both->age, seconds(300));
    EXPECT_EQ(both->size, 5U << 20);
  }
  const auto never = ParseBounds("0");
  EXPECT_EQ(never->age, seconds(0));
  EXPECT_EQ(never->size, 0U);
}

TEST(ParseBounds, WhatIsNeither) {
  for (const char* text : {"", ",", "1h,", ",1h", "1h,2h", "1M,2G", "1h,1M,1s", "0,1h", "0,1M",
                           "65536", "1x", "1h;1M", "1h, 1M", "1h|256M", "none"}) {
    const auto bounds = ParseBounds(text);
    ASSERT_FALSE(bounds.ok()) << text;
    EXPECT_EQ(bounds.status().code(), Code::kUsage);
    EXPECT_NE(bounds.status().message().find(std::string("'") + text + "'"), std::string::npos);
  }
}

}  // namespace
}  // namespace pdns
