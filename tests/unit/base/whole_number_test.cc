#include "base/whole_number.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace pdns {
namespace {

TEST(WholeNumber, IsAllOfTheText) {
  EXPECT_EQ(42U, WholeNumber<unsigned>("42"));
  EXPECT_EQ(7U, WholeNumber<unsigned>("007"));
  EXPECT_EQ(-3, WholeNumber<int>("-3"));
  for (const char* text :
       {"", " ", "-", "+1", " 1", "1 ", "1\n", "1.0", "1e3", "0x10", "one", "-1"})
    EXPECT_EQ(std::nullopt, WholeNumber<unsigned>(text)) << '\'' << text << '\'';
  EXPECT_EQ(std::nullopt, WholeNumber<unsigned>(std::string("1\0", 2)));
}

TEST(WholeNumber, IsWhatTheTypeHolds) {
  EXPECT_EQ(std::numeric_limits<std::uint64_t>::max(),
            WholeNumber<std::uint64_t>("18446744073709551615"));
  EXPECT_EQ(std::nullopt, WholeNumber<std::uint64_t>("18446744073709551616"));
  EXPECT_EQ(std::nullopt, WholeNumber<std::uint16_t>("65536"));
  EXPECT_EQ(std::nullopt, WholeNumber<std::uint64_t>(std::string(100000, '9')));
}

TEST(WholeNumber, InAnotherBase) {
  EXPECT_EQ(0660U, WholeNumber<unsigned>("0660", 8));
  EXPECT_EQ(0xff, WholeNumber<std::uint8_t>("fF", 16));
  EXPECT_EQ(std::nullopt, WholeNumber<unsigned>("8", 8));
}

TEST(WholeNumber, LeavesTheOldOneWhereThereIsNone) {
  int number = 5;
  EXPECT_FALSE(ReadWholeNumber("6x", number));
  EXPECT_EQ(5, number);
  EXPECT_TRUE(ReadWholeNumber("6", number));
  EXPECT_EQ(6, number);
}

}  // namespace
}  // namespace pdns
