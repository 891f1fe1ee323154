#include "render/text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "unit/store/rows.h"

namespace pdns::render {
namespace {

using record::OwnedTuple;
using record::RrType;
using store::MakeTuple;
using store::Seen;

TEST(ReasonText, NamesEachReasonOnce) {
  EXPECT_EQ(ReasonText(0), "");
  EXPECT_EQ(ReasonText(record::kOffChain), "off_chain");
  EXPECT_EQ(ReasonText(record::kOutOfBailiwick), "out_of_bailiwick");
  EXPECT_EQ(ReasonText(record::kOffChain | record::kOutOfBailiwick), "off_chain,out_of_bailiwick");
}

TEST(BailiwickText, IsTheLastLabelsOfTheOwner) {
  const OwnedTuple tuple = MakeTuple("www.a\\.b.org", RrType::kA, "abcd");
  const auto text = [&](std::uint8_t labels) {
    return BailiwickText({tuple.view(), Seen(1, 1, 1, labels), nullptr, {}});
  };
  EXPECT_EQ(text(0), ".");
  EXPECT_EQ(text(1), "org.");
  EXPECT_EQ(text(2), "a\\.b.org.");
  EXPECT_EQ(text(3), "www.a\\.b.org.");
  EXPECT_EQ(text(9), "www.a\\.b.org.");  // more than there are: all
}

TEST(TimeText, IsIso8601InUtc) {
  const auto text = [](std::int64_t seconds) {
    return TimeText(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
  };
  EXPECT_EQ(text(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(text(1795372876), "2026-11-22T18:41:16Z");
  EXPECT_EQ(text(1709164800), "2024-02-29T00:00:00Z");
  EXPECT_EQ(text(4102444799), "2099-12-31T23:59:59Z");
  EXPECT_EQ(text(253402300799), "9999-12-31T23:59:59Z");
}

TEST(TimeText, LocalHasItsOffset) {
  const std::chrono::sys_seconds time(std::chrono::seconds(1795372876));
  const auto text = [&](const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
    std::string local = TimeText(time, true);
    unsetenv("TZ");
    tzset();
    return local;
  };
  EXPECT_EQ(text("EAST-05:30"), "2026-11-23T00:11:16+05:30");
  EXPECT_EQ(text("WEST03:30"), "2026-11-22T15:11:16-03:30");
  EXPECT_EQ(text("UTC"), "2026-11-22T18:41:16+00:00");
}

TEST(TimeText, BeyondAnyCalendarItIsANumber) {
  EXPECT_EQ(TimeText(std::chrono::sys_seconds::max()), "9223372036854775807");
}

TEST(PathText, JoinsPrintableSteps) {
  const OwnedTuple tuple = MakeTuple("a.org", RrType::kA, "abcd");
  const std::vector<std::string> path{"a.org.", "\x1b]0;\n", "192.0.2.1"};
  const query::Asked asked{"b\xff\n", 3};
  EXPECT_EQ(PathText({tuple.view(), Seen(1, 1, 1), nullptr, path}),
            R"(a.org. > \x1b]0;\x0a > 192.0.2.1)");
  EXPECT_EQ(PathText({tuple.view(), Seen(1, 1, 1), nullptr, {}}), "");
  EXPECT_EQ(AskedText({tuple.view(), Seen(1, 1, 1), nullptr, {}}), "");
  EXPECT_EQ(AskedText({tuple.view(), Seen(1, 1, 1), &asked, {}}), R"(b\xff\x0a)");
}

}  // namespace
}  // namespace pdns::render
