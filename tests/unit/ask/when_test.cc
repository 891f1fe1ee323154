#include "ask/when.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace pdns::ask {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::int64_t kNow = 1795372876;  // 2026-11-22T18:41:16Z
constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kThatDay = kNow - kNow % kDay;

void ExpectSpan(std::string_view text, std::int64_t first, std::int64_t length) {
  const auto span = ParseWhen(text, sys_seconds(seconds(kNow)));
  ASSERT_TRUE(span.ok()) << span.status().message();
  EXPECT_EQ(span->first.time_since_epoch().count(), first) << text;
  EXPECT_EQ(span->last.time_since_epoch().count(), first + length - 1) << text;
}

TEST(When, ACoarseTimeIsASpan) {
  for (const char* text : {"2026-11-22", "2026-11-22Z"}) ExpectSpan(text, kThatDay, kDay);
  for (const char* text : {"2026-11-22T19", "2026-11-22 19", "2026-11-22t19z"})
    ExpectSpan(text, kThatDay + 19 * 3600, 3600);
  ExpectSpan("2026-11-22T19:00", kThatDay + 19 * 3600, 60);
  ExpectSpan("2026-11-22 18:41:16Z", kNow, 1);
  ExpectSpan("1970-01-01", 0, kDay);
  ExpectSpan("9999-12-31", 253402214400, kDay);
  ExpectSpan("9999-12-31T23:59:59", 253402300799, 1);
  ExpectSpan("2024-02-29", 1709164800, kDay);
}

TEST(When, Moments) {
  ExpectSpan("now", kNow, 1);
  ExpectSpan("0", 0, 1);
  ExpectSpan("1795372876", kNow, 1);
  ExpectSpan("253402300799", 253402300799, 1);
  ExpectSpan("30s", kNow - 30, 1);
  ExpectSpan("90m", kNow - 5400, 1);
  ExpectSpan("12h", kNow - 43200, 1);
  ExpectSpan("7d", kNow - 7 * kDay, 1);
  ExpectSpan("2w", kNow - 14 * kDay, 1);
  ExpectSpan("1y", kNow - 365 * kDay, 1);
  ExpectSpan("0d", kNow, 1);
}

// As --local prints them.
TEST(When, OffsetsFromUtc) {
  ExpectSpan("2026-11-22T19:41:16+01:00", kNow, 1);
  ExpectSpan("2026-11-22T18:41:16+00:00", kNow, 1);
  ExpectSpan("2026-11-22T15:11:16-03:30", kNow, 1);
  ExpectSpan("2026-11-22 19:41:16+0100", kNow, 1);
  ExpectSpan("2026-11-23T00:30+05:30", kThatDay + 19 * 3600, 60);
  ExpectSpan("2026-11-22T19+01:00", kThatDay + 18 * 3600, 3600);
}

// As names of files, signatures and people have them.
TEST(When, WithoutSigns) {
  ExpectSpan("20261122", kThatDay, kDay);
  ExpectSpan("19700101", 0, kDay);
  ExpectSpan("20261122Z", kThatDay, kDay);
  ExpectSpan("20261122T19", kThatDay + 19 * 3600, 3600);
  ExpectSpan("20261122T1841", kThatDay + 18 * 3600 + 41 * 60, 60);
  ExpectSpan("202611221841", kThatDay + 18 * 3600 + 41 * 60, 60);
  ExpectSpan("20261122T184116Z", kNow, 1);
  ExpectSpan("20261122184116", kNow, 1);
  ExpectSpan("20261122T194116+0100", kNow, 1);
  ExpectSpan("@20261122", 20261122, 1);
  ExpectSpan("@0", 0, 1);
  ExpectSpan("2026112219", kThatDay + 19 * 3600, 3600);  // as seconds it is to come
  ExpectSpan("2026112299", 2026112299, 1);
  ExpectSpan("@2026112219", 2026112219, 1);
  const sys_seconds later{seconds(2026112219 - kDay)};
  EXPECT_EQ(ParseWhen("2026112219", later)->first, later + seconds(kDay));
  const auto read_as = [](std::string_view text) {
    return ParseWhen(text, sys_seconds(seconds(kNow)))->read_as;
  };
  EXPECT_EQ(read_as("20261122"), "2026-11-22");
  EXPECT_EQ(read_as("20261122184116"), "2026-11-22T18:41:16");
  EXPECT_EQ(read_as("2026112218"), "2026-11-22T18");
  for (const char* text : {"20261122T19", "2026-11-22", "1795372876", "7d"})
    EXPECT_EQ(read_as(text), "") << text;
}

// A digit lost or added: nobody looked then.
TEST(When, SecondsAtWhichNobodyLookedAreOdd) {
  const auto of = [](std::string_view text) {
    const auto span = ParseWhen(text, sys_seconds(seconds(kNow)));
    EXPECT_TRUE(span.ok()) << text;
    return span.ok() && span->odd_seconds ? span->read_as : std::string();
  };
  EXPECT_EQ(of("179537287"), "1975-09-09T23:28:07Z");
  EXPECT_EQ(of("@179537287"), "1975-09-09T23:28:07Z");
  EXPECT_EQ(of("17953728760"), "2538-12-06T18:52:40Z");
  EXPECT_EQ(of("1"), "1970-01-01T00:00:01Z");
  EXPECT_EQ(of("1325375999"), "2011-12-31T23:59:59Z");
  EXPECT_EQ(of("@1795459277"), "2026-11-23T18:41:17Z");  // a day and a second from now
  EXPECT_EQ(of("@20261122"), "1970-08-23T12:05:22Z");
  for (const char* text : {"0", "@0", "1325376000", "1795372876", "1795459276", "20261122", "20y",
                           "1975-09-09", "2538-12-05"})
    EXPECT_EQ(of(text), "") << text;
}

TEST(When, FinerThanSecondsIsRefusedWithItsSeconds) {
  for (const char* text :
       {"1795372876000", "@1795372876123", "1795372876123456", "1795372876123456789"}) {
    const auto span = ParseWhen(text, sys_seconds(seconds(kNow)));
    ASSERT_FALSE(span.ok()) << text;
    EXPECT_NE(span.status().message().find("give 1795372876"), std::string::npos) << text;
  }
  for (const char* text : {"9795372876000", "17953728760000", "1795372876000x"}) {
    const auto span = ParseWhen(text, sys_seconds(seconds(kNow)));
    ASSERT_FALSE(span.ok()) << text;
    EXPECT_EQ(span.status().message().find("finer"), std::string::npos) << text;
  }
}

TEST(When, RefusesWhatIsNone) {
  for (const char* text : {"",
                           " ",
                           "2026-02-30",
                           "2025-02-29",
                           "2026-13-01",
                           "2026-00-01",
                           "2026-01-00",
                           "1969-12-31",
                           "10000-01-01",
                           "0000-01-01",
                           "2026-1-1",
                           "2026-11",
                           "2026",
                           "202611",
                           "2026-11-22T",
                           "2026-11-22T24",
                           "2026-11-22T19:",
                           "Z",
                           "2026-11-22x",
                           "2026-11-22T19:60",
                           "2026-11-22T1",
                           "2026-11-22T19:00:60",
                           "-1",
                           "+1",
                           "2026-11-22T19:00:0",
                           "2026-11-22T19:0:0",
                           "2026-11-22T19:00:00:00",
                           "d",
                           "7D",
                           "-7d",
                           "57y",
                           "1.5d",
                           "999999999999",
                           "253402300800",
                           "20261399",
                           "20260230",
                           "00000000",
                           "20261122T",
                           "20261122T190",
                           "20261122246000",
                           "20261122T190060",
                           "@",
                           "@-1",
                           "@20261122T19",
                           "2026-11-22T19:00+1",
                           "2026-11-22T19:00+0160",
                           "2026-11-22T19:00+01:00Z",
                           "2026-11-22+01:00",
                           "1970-01-01T00:00+00:01",
                           "999999999999y",
                           "99999999999999999999",
                           "yesterday",
                           "NOW",
                           "2026-11-22T19+01:0"}) {
    const auto span = ParseWhen(text, sys_seconds(seconds(kNow)));
    EXPECT_FALSE(span.ok()) << text;
    EXPECT_EQ(span.status().code(), Code::kUsage);
  }
}

TEST(When, TheMessageNamesTheTextAndTheForms) {
  const auto span = ParseWhen("2026-02-30", sys_seconds(seconds(kNow)));
  for (const char* part : {"'2026-02-30'", "2026-11-22T19:00", "7d", "now", "UTC"})
    EXPECT_NE(span.status().message().find(part), std::string::npos) << part;
}

}  // namespace
}  // namespace pdns::ask
