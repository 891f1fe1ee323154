#include "store/value.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "unit/store/rows.h"
#include "unit/support/damage.h"

namespace pdns::store {
namespace {

using record::Bailiwick;
using record::DayForm;
using record::History;
using record::SensorBit;
using std::chrono::days;
using std::chrono::sys_days;

constexpr auto kLastSecond = static_cast<std::int64_t>(kMaxSeconds);
constexpr std::int64_t kDay = 86400;

std::optional<std::string> Reencoded(Bytes bytes) {
  const auto value = DecodeValue(bytes);
  if (!value.has_value()) return std::nullopt;
  return Encoded(value->history, AsText(value->rdata));
}

bool Refused(const std::string& bytes) { return !DecodeValue(AsBytes(bytes)).has_value(); }

void ExpectRoundTrip(const History& history, const std::string& rdata = "") {
  const std::string value = Encoded(history, rdata);
  const std::vector<std::uint8_t> exact(value.begin(), value.end());
  const auto decoded = DecodeValue(exact);
  ASSERT_TRUE(decoded.has_value()) << ToHex(exact);
  EXPECT_TRUE(decoded->history == history) << ToHex(exact);
  EXPECT_TRUE(AsText(decoded->rdata) == rdata);
}

// Seen on each of those days, numbered from the epoch.
History OnDays(const std::vector<std::int64_t>& numbers) {
  History history;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const History one = Seen(numbers[i] * kDay + 5, numbers[i] * kDay + 7, 1);
    if (i == 0) history = one;
    if (i > 0) record::Merge(history, one);
  }
  return history;
}

TEST(Value, RoundTripAtTheLimits) {
  for (const auto& sighting :
       {Seen(0, 0, 1), Seen(0, kLastSecond, record::kMaxCount, 127, 3),
        Seen(kLastSecond, kLastSecond, 0), Seen(1795372876, 1795372931, 10, 2),
        Seen(1, 2, 3, {}, 1), Seen(1, 2, 3, 0, 255)}) {
    ExpectRoundTrip(sighting);
    ExpectRoundTrip(sighting, "rdata");
    ExpectRoundTrip(sighting, std::string(65535, '\0'));
  }
}

TEST(Value, EveryBailiwickAndEverySensor) {
  for (std::uint64_t rank = 0; rank <= 128; ++rank) {
    History history = Seen(1, 2, 3);
    history.bailiwick = *Bailiwick::OfRank(rank);
    ExpectRoundTrip(history);
    EXPECT_EQ(Encoded(history).size(), rank < 15 ? 4U : rank < 128 ? 5U : 6U);
  }
  for (unsigned sensor = 0; sensor <= record::kOtherSensors; ++sensor) {
    History history = Seen(1, 2, 3);
    history.sensors = SensorBit(sensor);
    ExpectRoundTrip(history);
    history.sensors |= SensorBit(0);
    ExpectRoundTrip(history);
  }
}

TEST(Value, IsSmallForWhatIsCommon) {
  EXPECT_EQ(Encoded(Seen(1795372876, 1795372876, 1, 2)).size(), 8U);
  EXPECT_EQ(Encoded(Seen(0, 0, 1, 2)), std::string("\0\0\1\x30", 4));
  EXPECT_EQ(Encoded(Seen(0, 0, 1, {}, 1)), std::string("\0\0\1\4\1", 5));
  EXPECT_EQ(Encoded(OnDays({0, 9})).size(), Encoded(OnDays({0, 1, 2, 3, 4, 5, 6, 7, 8, 9})).size());
  EXPECT_EQ(Encoded(OnDays({0, 2, 4})).size(), Encoded(OnDays({0, 4})).size() + 5);
}

// Every other day of a year, which are the most runs that it can have.
TEST(Value, AYearTakesAtMost366BytesOfRuns) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t day = 0; day < 365; day += 2) numbers.push_back(day);
  History history = OnDays(numbers);
  ASSERT_EQ(history.runs.size(), 183U);
  history.count = 2;
  ExpectRoundTrip(history);
  EXPECT_EQ(Encoded(history).size() - Encoded(OnDays({0, 364})).size(), 366U);
}

TEST(Value, DaysAtBothEndsOfTime) {
  const std::int64_t last = kLastSecond / kDay;
  ExpectRoundTrip(OnDays({0, last}));
  ExpectRoundTrip(OnDays({0, 2, last - 2, last}));
  ExpectRoundTrip(OnDays({0, 1, last}));
  History ends = Seen(0, kLastSecond, 2);
  ends.days = DayForm::kEnds;
  ExpectRoundTrip(ends);
}

TEST(Value, RandomHistoriesRoundTrip) {
  std::mt19937 random(21);
  std::size_t runs = 0;
  for (int round = 0; round < 20'000; ++round) {
    const History history = RandomHistory(random, static_cast<std::int64_t>(random() % 25000));
    runs += history.days == DayForm::kRuns ? 1 : 0;
    ExpectRoundTrip(history, std::string(random() % 3, 'r'));
    if (HasFailure()) return;
  }
  EXPECT_GT(runs, 1000U);
}

TEST(Value, DamagedItIsRefusedOrAnother) {
  History sensors = Seen(1795372876, 1795372931, 300, 2, 3);
  sensors.sensors = SensorBit(0) | SensorBit(1) | SensorBit(record::kOtherSensors);
  History all = OnDays({20000, 20001, 20003, 20300});
  all.bailiwick = Bailiwick::OfLabels(127);
  all.reasons = 200;
  all.sensors = SensorBit(20);
  for (const History& history :
       {History(Seen(1795372876, 1795372931, 300, 2)), History(Seen(0, 0, 1, 14)), sensors, all,
        OnDays({1, 3}), OnDays({1, 3, 5}), OnDays({0, 1, 3})}) {
    testing::ExpectRefusedOrWritten(Encoded(history), Reencoded);
    testing::ExpectRefusedOrWritten(Encoded(history, "rdata"), Reencoded);
  }
}

std::string Varints(const std::vector<std::uint64_t>& numbers) {
  std::string value;
  for (const std::uint64_t number : numbers) AppendVarint(value, number);
  return value;
}

TEST(Value, RefusesNumbersBeyondTheLimits) {
  constexpr auto kLast = static_cast<std::uint64_t>(kLastSecond);
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  EXPECT_FALSE(Refused(Varints({kLast, 0, 1, 0})));
  EXPECT_TRUE(Refused(Varints({kLast + 1, 0, 1, 0})));
  EXPECT_TRUE(Refused(Varints({kLast, 1, 1, 0})));
  EXPECT_TRUE(Refused(Varints({1, kMost, 1, 0})));
  EXPECT_TRUE(Refused(Varints({kMost, 1, 1, 0})));
  EXPECT_FALSE(Refused(Varints({1, 1, record::kMaxCount, 0})));
  EXPECT_TRUE(Refused(Varints({1, 1, record::kMaxCount + 1, 0})));
}

// A value with that shape and these varints behind it, of ten days or as many as are told.
std::string Shaped(unsigned shape, const std::vector<std::uint64_t>& behind = {},
                   std::uint64_t day_count = 10) {
  return Varints({0, (day_count - 1) * kDay, 1}) + static_cast<char>(shape) + Varints(behind);
}

TEST(Value, RefusesShapesThatAreNotWritten) {
  constexpr std::uint64_t kOthers = SensorBit(record::kOtherSensors);
  EXPECT_FALSE(Refused(Shaped(0x04, {255})));
  EXPECT_TRUE(Refused(Shaped(0x04, {0})));
  EXPECT_TRUE(Refused(Shaped(0x04, {256})));
  EXPECT_TRUE(Refused(Shaped(0x04)));
  EXPECT_FALSE(Refused(Shaped(0x08, {2 * kOthers - 1})));
  EXPECT_TRUE(Refused(Shaped(0x08, {2 * kOthers})));
  EXPECT_TRUE(Refused(Shaped(0x08, {0})));
  EXPECT_TRUE(Refused(Shaped(0x08, {1})));  // is said by no field
  EXPECT_TRUE(Refused(Shaped(0x08)));
  EXPECT_FALSE(Refused(Shaped(0xf0, {15})));
  EXPECT_FALSE(Refused(Shaped(0xf0, {128})));
  EXPECT_TRUE(Refused(Shaped(0xf0, {14})));
  EXPECT_TRUE(Refused(Shaped(0xf0, {129})));
  EXPECT_TRUE(Refused(Shaped(0xf0)));
  EXPECT_TRUE(Refused(Shaped(0x03)));
  EXPECT_TRUE(Refused(Shaped(0x03, {0, 0, 0})));
}

TEST(Value, RefusesDaysThatHaveAnotherForm) {
  EXPECT_FALSE(Refused(Shaped(1, {}, 3)));
  EXPECT_TRUE(Refused(Shaped(1, {}, 2)));
  EXPECT_TRUE(Refused(Shaped(1, {}, 1)));
  // Ten days: number of runs less two, then days and gap of each but the last.
  EXPECT_FALSE(Refused(Shaped(2, {0, 0, 0})));
  EXPECT_TRUE(Refused(Shaped(2, {0, 0, 7})));  // the two ends
  EXPECT_FALSE(Refused(Shaped(2, {0, 1, 6})));
  EXPECT_FALSE(Refused(Shaped(2, {0, 7, 0})));
  EXPECT_TRUE(Refused(Shaped(2, {0, 8, 0})));  // the last run would begin after its end
  EXPECT_TRUE(Refused(Shaped(2, {0, 0, 8})));
  EXPECT_TRUE(Refused(Shaped(2, {0, 20, 0})));
  EXPECT_FALSE(Refused(Shaped(2, {1, 0, 0, 0, 0})));
  EXPECT_TRUE(Refused(Shaped(2, {1, 0, 0})));  // a run is missing
  EXPECT_TRUE(Refused(Shaped(2, {~std::uint64_t{0}, 0, 0})));
  EXPECT_TRUE(Refused(Shaped(2, {1ULL << 40, 0, 0})));
  EXPECT_TRUE(Refused(Shaped(2, {0, ~std::uint64_t{0}, 0})));
  EXPECT_TRUE(Refused(Shaped(2, {0, 0, ~std::uint64_t{0}})));
  EXPECT_TRUE(Refused(Shaped(2)));
}

TEST(Value, RefusesVarintsThatAreLongerThanNeeded) {
  EXPECT_FALSE(Refused(std::string("\1\1\1\x10", 4)));
  EXPECT_TRUE(Refused(std::string("\x81\0\1\1\x10", 5)));
  EXPECT_TRUE(Refused(std::string(11, '\xff')));
}

TEST(MergeValues, KeepsTheRdataWhicheverHasIt) {
  const std::string with = Encoded(Seen(1, 2, 3), "rdata");
  const std::string without = Encoded(Seen(4, 5, 6));
  const std::string expected = Encoded(Seen(1, 5, 9), "rdata");
  for (const auto& [a, b] : {std::pair(with, without), std::pair(without, with)}) {
    std::string merged;
    EXPECT_TRUE(MergeValues(AsBytes(a), AsBytes(b), merged));
    EXPECT_EQ(ToHex(AsBytes(merged)), ToHex(AsBytes(expected)));
  }
  std::string merged;
  EXPECT_TRUE(MergeValues(AsBytes(with), AsBytes(with), merged));
  EXPECT_EQ(merged, Encoded(Seen(1, 2, 6), "rdata"));
  EXPECT_FALSE(MergeValues(AsBytes(with), AsBytes(Encoded(Seen(1, 2, 3), "other")), merged));
  EXPECT_FALSE(MergeValues(AsBytes(with), {}, merged));
  EXPECT_FALSE(MergeValues({}, AsBytes(with), merged));
}

}  // namespace
}  // namespace pdns::store
