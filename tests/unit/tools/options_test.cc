#include "options.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace pdns::tools {
namespace {

TEST(ParseSize, BytesAndUnits) {
  EXPECT_EQ(*ParseSize("0"), 0U);
  EXPECT_EQ(*ParseSize("65536"), 65536U);
  EXPECT_EQ(*ParseSize("1K"), 1024U);
  EXPECT_EQ(*ParseSize("512M"), 512U << 20);
  EXPECT_EQ(*ParseSize("2G"), std::uint64_t{2} << 30);
  EXPECT_EQ(*ParseSize("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(*ParseSize("17179869183G"), std::uint64_t{17179869183} << 30);
}

TEST(ParseSize, WhatIsNoSize) {
  for (const char* text : {"", "M", "-1", "+1", " 1", "1 ", "1 M", "1m", "1T", "1MB", "1KM", "1.5G",
                           "0x10", "18446744073709551616", "17179869184G", "18446744073709551615K",
                           "99999999999999999999999M"}) {
    const auto size = ParseSize(text);
    ASSERT_FALSE(size.ok()) << text;
    EXPECT_EQ(size.status().code(), Code::kUsage);
    EXPECT_NE(size.status().message().find(std::string("'") + text + "'"), std::string::npos);
  }
}

}  // namespace
}  // namespace pdns::tools
