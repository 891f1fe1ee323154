#include "json/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace pdns::json {
namespace {

TEST(ValidUtf8, KeepsWhatIsValid) {
  const std::string text = "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80z";
  EXPECT_EQ(ValidUtf8(text), text);
  EXPECT_EQ(ValidUtf8(""), "");
}

TEST(ValidUtf8, MarksEachByteThatIsNot) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(ValidUtf8("\xff"), mark);
  EXPECT_EQ(ValidUtf8("a\x80z"), "a" + mark + "z");
  EXPECT_EQ(ValidUtf8("\xe2\x82"), mark + mark);             // cut
  EXPECT_EQ(ValidUtf8("\xc0\xaf"), mark + mark);             // overlong
  EXPECT_EQ(ValidUtf8("\xed\xa0\x80"), mark + mark + mark);  // half of a UTF-16 pair
}

}  // namespace
}  // namespace pdns::json
