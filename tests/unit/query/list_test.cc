#include "query/list.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace pdns::query {
namespace {

TEST(ReadList, OneIndicatorALineInTheOrderOfTheIndex) {
  std::istringstream lines(
      "# comment\n"
      "www.blah.org\r\n"
      "\n"
      "  hxxp://a[.]example/x#y   # a word\n"
      "a..b\n"
      "192.0.2.1 # an address\n"
      "10.0.0.0/8");
  std::vector<std::uint64_t> bad;
  const auto list =
      ReadList(lines, [&](std::uint64_t line, std::string_view text, const Status& why) {
        EXPECT_EQ(text, "a..b");
        EXPECT_EQ(why.code(), Code::kUsage);
        bad.push_back(line);
      });
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(bad, std::vector<std::uint64_t>{5});
  std::vector<std::string> told;
  for (std::size_t i = 0; i < list->size(); ++i)
    told.push_back(std::to_string((*list)[i].line) + " " + std::string((*list)[i].text));
  EXPECT_EQ(told, (std::vector<std::string>{"4 hxxp://a[.]example/x#y", "2 www.blah.org",
                                            "7 10.0.0.0/8", "6 192.0.2.1"}));
}

TEST(ReadList, TheSameTwiceIsAnsweredTwice) {
  std::istringstream lines("a.org\na.org\n");
  const auto list = ReadList(lines, [](std::uint64_t, std::string_view, const Status&) { FAIL(); });
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ((*list)[0].line, 1U);
  EXPECT_EQ((*list)[1].line, 2U);
}

}  // namespace
}  // namespace pdns::query
