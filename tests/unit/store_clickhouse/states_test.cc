#include "store_clickhouse/states.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "store/value.h"
#include "store_clickhouse/little_endian.h"

namespace pdns::store_clickhouse {
namespace {

using record::Bailiwick;
using record::History;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::int64_t kDay = 86400;

History Seen(std::int64_t first, std::int64_t last, std::uint64_t count = 1) {
  History history;
  history.first = sys_seconds(seconds(first));
  history.last = sys_seconds(seconds(last));
  history.count = count;
  return history;
}

History OnDays(const std::vector<std::int64_t>& days) {
  History history = Seen(days[0] * kDay + 5, days[0] * kDay + 7);
  for (const std::int64_t day : days) record::Merge(history, Seen(day * kDay + 5, day * kDay + 7));
  return history;
}

std::string StatesOf(const History& history) {
  StateColumns columns;
  columns.Append(history);
  return columns.first + columns.last + columns.cnt + columns.zone + columns.reasons +
         columns.sensors + columns.days;
}

std::string ValuesOf(std::uint64_t first, std::uint64_t last, std::uint64_t count,
                     std::uint8_t zone, std::uint64_t sensors,
                     const std::vector<std::uint32_t>& days) {
  std::string bytes;
  AppendLittle(bytes, first);
  AppendLittle(bytes, last);
  AppendLittle(bytes, count);
  bytes.push_back(static_cast<char>(zone));
  bytes.push_back(1);
  AppendLittle(bytes, sensors);
  AppendVarint(bytes, days.size());
  for (const std::uint32_t day : days) AppendLittle(bytes, day);
  return bytes;
}

bool Refused(const std::string& values) {
  Cursor cursor(AsBytes(values));
  ReadValues(cursor);
  return !cursor.ok();
}

// By hand from states.h.
TEST(States, Bytes) {
  History history = Seen(0x01020304, 0x01020305, 0x0a0b);
  history.bailiwick = Bailiwick::OfLabels(2);
  history.reasons = 2;
  history.sensors = 5;
  EXPECT_EQ(ToHex(AsBytes(StatesOf(history))),
            "010403020100000000"
            "010503020100000000"
            "0b0a000000000000"
            "0103"
            "02"
            "0500000000000000"
            "01c3000000");  // 0x01020304 / 86400 = 195.7
}

TEST(States, RoundTrip) {
  std::vector<History> histories{
      Seen(0, 0),
      Seen(0, 10 * kDay),
      OnDays({1, 3}),
      OnDays({1, 2, 4}),
      OnDays({7, 9, 20, 21, 400}),
      Seen(static_cast<std::int64_t>(store::kMaxSeconds),
           static_cast<std::int64_t>(store::kMaxSeconds), record::kMaxCount)};
  histories[0].bailiwick = Bailiwick::OfLabels(127);
  histories[1].bailiwick = Bailiwick::OfLabels(0);
  histories[2].sensors = record::kAllSensors;
  histories[3].reasons = 3;
  for (const History& history : histories) {
    const std::string states = StatesOf(history);
    Cursor cursor(AsBytes(states));
    EXPECT_EQ(ReadStates(cursor), history) << ToHex(AsBytes(states));
    EXPECT_TRUE(cursor.AtEnd());
  }
}

// Whatever is merged by a server is the union of days, in any order.
TEST(States, DaysInAnyOrder) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::int64_t> days;
    for (int i = 0; i < 1 + round % 20; ++i)
      days.push_back(static_cast<std::int64_t>(random() % 30));
    const History wanted = OnDays(days);
    const std::vector<std::uint32_t> numbers(days.begin(), days.end());
    const std::string values = ValuesOf(
        static_cast<std::uint64_t>(wanted.first.time_since_epoch().count()),
        static_cast<std::uint64_t>(wanted.last.time_since_epoch().count()), 9, 2, 1, numbers);
    Cursor cursor(AsBytes(values));
    const History read = ReadValues(cursor);
    ASSERT_TRUE(cursor.AtEnd());
    EXPECT_EQ(read.days, wanted.days);
    EXPECT_EQ(read.runs, wanted.runs);
    EXPECT_EQ(read.count, 9U);
  }
}

TEST(States, CountsAreCut) {
  const std::string values = ValuesOf(5, 5, ~std::uint64_t{0}, 0, 1, {0});
  Cursor cursor(AsBytes(values));
  EXPECT_EQ(ReadValues(cursor).count, record::kMaxCount);
}

TEST(States, WhatIsNoHistory) {
  EXPECT_FALSE(Refused(ValuesOf(5, 5, 1, 128, 1, {0})));
  EXPECT_TRUE(Refused(ValuesOf(6, 5, 1, 2, 1, {0})));
  EXPECT_TRUE(Refused(ValuesOf(5, store::kMaxSeconds + 1, 1, 2, 1, {0})));
  EXPECT_TRUE(Refused(ValuesOf(5, 5, 1, 129, 1, {0})));
  EXPECT_TRUE(Refused(ValuesOf(5, 5, 1, 2, 0, {0})));
  EXPECT_TRUE(Refused(ValuesOf(5, 5, 1, 2, std::uint64_t{1} << 63, {0})));
  EXPECT_TRUE(Refused(ValuesOf(5, 5, 1, 2, 1, {})));
  EXPECT_TRUE(Refused(ValuesOf(5, 5, 1, 2, 1, {1})));
  EXPECT_TRUE(Refused(ValuesOf(5, 5, 1, 2, 1, {0, 1})));
  const std::string whole = ValuesOf(5, 2 * kDay, 1, 2, 1, {0, 1, 2});
  EXPECT_FALSE(Refused(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_TRUE(Refused(whole.substr(0, size)));
}

// A number of days that the bytes cannot hold costs no memory.
TEST(States, LyingNumberOfDays) {
  std::string values = ValuesOf(5, 5, 1, 2, 1, {});
  values.pop_back();
  AppendVarint(values, std::uint64_t{1} << 62);
  EXPECT_TRUE(Refused(values));
}

}  // namespace
}  // namespace pdns::store_clickhouse
