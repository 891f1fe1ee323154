#include "render/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "unit/render/rows.h"

namespace pdns::render {
namespace {

using record::OwnedTuple;
using record::RrType;

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
  EXPECT_EQ(BailiwickText({tuple.view(), record::History(), nullptr, {}}), "");  // unknown
  EXPECT_EQ(text(0), ".");
  EXPECT_EQ(text(1), "org.");
  EXPECT_EQ(text(2), "a\\.b.org.");
  EXPECT_EQ(text(3), "www.a\\.b.org.");
  EXPECT_EQ(text(9), "www.a\\.b.org.");  // more than there are: all
}

TEST(SensorsText, JoinsInTheOrderOfNames) {
  const std::vector<std::string> names{"", "ns1", "a,b"};
  const auto text = [&](std::initializer_list<unsigned> numbers) {
    record::SensorSet set = 0;
    for (const unsigned number : numbers) set |= record::SensorBit(number);
    return SensorsText(set, names);
  };
  EXPECT_EQ(text({}), "");
  EXPECT_EQ(text({0}), "");
  EXPECT_EQ(text({1}), "ns1");
  EXPECT_EQ(text({1, 2}), "a\\x2cb,ns1");
  EXPECT_EQ(text({0, 1}), ",ns1");
  EXPECT_EQ(text({1, 3}), "ns1,other");
  EXPECT_EQ(text({2, record::kOtherSensors}), "a\\x2cb,other");
  EXPECT_EQ(SensorsText(record::kAllSensors, {}), "");
  EXPECT_EQ(SensorsText(record::kAllSensors, std::vector<std::string>(63, "a")).size(),
            62 * 2 + record::kOtherSensorsName.size());
}

TEST(DaysText, TellsAllRuns) {
  EXPECT_EQ(DaysText(Seen(0, 0, 1)), "1970-01-01");
  EXPECT_EQ(DaysText(SeenOn({{20779, 20781}, {20787, 20787}, {20819, 20820}})),
            "2026-11-22/2026-11-24 2026-11-30 2027-01-01/2027-01-02");
}

TEST(DaysBrief, IsShort) {
  EXPECT_EQ(DaysBrief(Seen(0, 0, 1)), "1: 01-01");
  EXPECT_EQ(DaysBrief(SeenOn({{20779, 20781}, {20787, 20787}})), "4: 11-22..11-24, 11-30");
  EXPECT_EQ(DaysBrief(SeenOn({{20815, 20820}, {20822, 20822}})), "7: 12-28..2027-01-02, 01-04");
  EXPECT_EQ(DaysBrief(SeenOn({{0, 1}, {3, 4}, {20779, 20781}})),
            "7: 01-01..01-02, 01-04..01-05, ...");
}

// Nothing is cut that would have fit.
TEST(DaysBrief, IsNeverWiderThanItsBound) {
  std::vector<std::pair<int, int>> runs;
  for (int i = 0; i < 500; ++i) {
    runs.emplace_back(20779 + 3 * i, 20779 + 3 * i);
    const std::string text = DaysBrief(SeenOn(runs));
    EXPECT_TRUE(text.starts_with(std::to_string(i + 1) + ": 11-22"));
    EXPECT_LE(text.size(), 40U) << text;
    EXPECT_EQ(text.ends_with(", ..."), i > 4) << text;
  }
}

TEST(DayText, BeyondAnyCalendarItIsANumber) {
  EXPECT_EQ(DayText(std::chrono::sys_days(std::chrono::days(10'000'000))), "10000000");
  EXPECT_EQ(DaysBrief(SeenOn({{10'000'000, 10'000'001}})), "2: 10000000..10000001");
}

TEST(FreshTexts, OfARowOfTheJournalOnly) {
  const OwnedTuple tuple = MakeTuple("a.org", RrType::kA, "abcd");
  const query::NewMark mark{7, At(60), store::NewKind::kRdata};
  using Three = std::array<std::string, 3>;
  EXPECT_EQ(FreshTexts({tuple.view(), Seen(1, 1, 1), nullptr, {}, {}, mark}, false),
            (Three{"7", "1970-01-01T00:01:00Z", "rdata"}));
  EXPECT_EQ(FreshTexts({tuple.view(), Seen(1, 1, 1), nullptr, {}}, false), Three());
  EXPECT_EQ(NewText(store::NewKind::kName), "rrname");
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
