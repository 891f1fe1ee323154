// Histories against a set of days: whatever is folded, in whatever order, says the same.
#include "record/history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

namespace pdns::record {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kLastSecond = 253402300799;  // 9999-12-31T23:59:59Z
constexpr std::int64_t kLastDay = kLastSecond / kDay;

Sighting Seen(std::int64_t first, std::int64_t last) {
  Sighting sighting;
  sighting.first = sys_seconds(seconds(first));
  sighting.last = sys_seconds(seconds(last));
  return sighting;
}

// What a history should say, kept the plain way.
struct Oracle {
  std::set<sys_days> days;
  sys_seconds first = sys_seconds::max();
  sys_seconds last = sys_seconds::min();
  std::uint64_t count = 0;
  Bailiwick bailiwick;
  unsigned reasons = 0;
  SensorSet sensors = 0;

  void Add(const Sighting& sighting) {
    for (sys_days day = DayOf(sighting.first); day <= DayOf(sighting.last);
         day += std::chrono::days(1))
      days.insert(day);
    first = std::min(first, sighting.first);
    last = std::max(last, sighting.last);
    count += sighting.count;
    bailiwick = std::max(bailiwick, sighting.bailiwick);
    reasons |= sighting.reasons;
    sensors |= sighting.sensors;
  }
};

std::vector<DayRun> RunsOfSet(const std::set<sys_days>& set) {
  std::vector<DayRun> runs;
  for (const sys_days day : set) {
    if (runs.empty() || runs.back().last + days(1) != day) {
      runs.push_back({day, day});
    } else {
      runs.back().last = day;
    }
  }
  return runs;
}

// The one form of these days.
DayForm FormOf(const std::vector<DayRun>& runs) {
  if (runs.size() == 1) return DayForm::kEvery;
  const bool single = runs[0].first == runs[0].last && runs[1].first == runs[1].last;
  return runs.size() == 2 && single ? DayForm::kEnds : DayForm::kRuns;
}

void ExpectAsOracle(const History& history, const Oracle& oracle) {
  EXPECT_EQ(history.first, oracle.first);
  EXPECT_EQ(history.last, oracle.last);
  EXPECT_EQ(history.count, oracle.count);
  EXPECT_EQ(history.bailiwick, oracle.bailiwick);
  EXPECT_EQ(history.reasons, oracle.reasons);
  EXPECT_EQ(history.sensors, oracle.sensors);
  const std::vector<DayRun> runs = RunsOfSet(oracle.days);
  EXPECT_EQ(RunsOf(history), runs);
  EXPECT_EQ(history.days, FormOf(runs));
  EXPECT_EQ(history.runs.empty(), history.days != DayForm::kRuns);
  EXPECT_EQ(CountDays(history), oracle.days.size());
}

// Sightings of one day or some, on days that are close together, far apart or at the ends of time.
Sighting RandomSighting(std::mt19937_64& random, std::int64_t spread) {
  static constexpr std::int64_t kSpans[] = {0, 0, 1, kDay - 1, kDay, 2 * kDay, 5 * kDay};
  std::int64_t first =
      static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(spread)) * kDay;
  if (random() % 2 == 0) first += static_cast<std::int64_t>(random() % kDay);
  if (random() % 16 == 0) first = kLastSecond - first;
  const std::int64_t span = kSpans[random() % std::size(kSpans)];
  Sighting sighting = Seen(first, std::min(first + span, kLastSecond));
  sighting.count = random() % 100;
  sighting.bailiwick = *Bailiwick::OfRank(random() % 129);
  sighting.reasons = static_cast<std::uint8_t>(random() % 4);
  sighting.sensors = SensorBit(static_cast<unsigned>(random() % (kOtherSensors + 1)));
  return sighting;
}

History Folded(const std::vector<History>& histories) {
  History folded = histories.at(0);
  for (std::size_t i = 1; i < histories.size(); ++i) Merge(folded, histories[i]);
  return folded;
}

// Folds neighbours at random places until one is left.
History FoldedAnyhow(std::vector<History> histories, std::mt19937_64& random) {
  while (histories.size() > 1) {
    const std::size_t at = random() % (histories.size() - 1);
    Merge(histories[at], histories[at + 1]);
    histories.erase(histories.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
  return histories[0];
}

TEST(History, AnyOrderAndAnyGroupingIsTheSetOfDays) {
  std::mt19937_64 random(1);
  std::set<DayForm> forms;
  for (int round = 0; round < 3000; ++round) {
    const std::int64_t spread =
        1 + static_cast<std::int64_t>(random() % (round % 2 == 0 ? 8 : 400));
    Oracle oracle;
    std::vector<History> histories;
    for (std::size_t left = 1 + random() % 20; left > 0; --left) {
      const Sighting sighting = RandomSighting(random, spread);
      oracle.Add(sighting);
      histories.emplace_back(sighting);
    }
    const History folded = Folded(histories);
    forms.insert(folded.days);
    ExpectAsOracle(folded, oracle);
    for (int order = 0; order < 3; ++order) {
      std::shuffle(histories.begin(), histories.end(), random);
      ASSERT_TRUE(Folded(histories) == folded);
      ASSERT_TRUE(FoldedAnyhow(histories, random) == folded);
    }
    if (HasFailure()) return;
  }
  EXPECT_EQ(forms.size(), 3U);
}

TEST(History, ASightingThatIsSplitSaysTheSame) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 2000; ++round) {
    const auto first = static_cast<std::int64_t>(random() % (20 * kDay));
    const std::int64_t last = first + static_cast<std::int64_t>(random() % (20 * kDay));
    History whole = Seen(first, last);
    // Parts that follow each other by a second, a day's end or anything between them.
    std::vector<History> parts;
    for (std::int64_t from = first; from <= last;) {
      const std::int64_t to =
          std::min(last, from + static_cast<std::int64_t>(random() % (3 * kDay)));
      parts.emplace_back(Seen(from, to));
      from = to + 1;
    }
    std::shuffle(parts.begin(), parts.end(), random);
    whole.count = parts.size();
    ASSERT_TRUE(FoldedAnyhow(parts, random) == whole);
  }
}

TEST(History, SeenBetweenIsWhatTheSetSays) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 500; ++round) {
    Oracle oracle;
    std::vector<History> histories;
    for (std::size_t left = 1 + random() % 5; left > 0; --left) {
      const std::int64_t day = 100 + static_cast<std::int64_t>(random() % 12);
      const Sighting sighting =
          Seen(day * kDay, day * kDay + static_cast<std::int64_t>(random() % kDay));
      oracle.Add(sighting);
      histories.emplace_back(sighting);
    }
    const History history = Folded(histories);
    for (int from = 98; from < 115; ++from) {
      for (int to = from - 1; to < 115; ++to) {
        const auto found = oracle.days.lower_bound(sys_days(days(from)));
        const bool expected = found != oracle.days.end() && *found <= sys_days(days(to));
        ASSERT_EQ(SeenBetween(history, sys_days(days(from)), sys_days(days(to))), expected)
            << from << ".." << to;
      }
    }
  }
}

TEST(History, FormsAtTheEdgesOfDays) {
  const auto folded = [](const Sighting& a, const Sighting& b) {
    History history = a;
    Merge(history, b);
    History back = b;
    Merge(back, a);
    EXPECT_TRUE(history == back);
    return history;
  };
  // Midnight parts two days without a gap; one day between them is a gap.
  EXPECT_EQ(folded(Seen(0, kDay - 1), Seen(kDay, kDay)).days, DayForm::kEvery);
  EXPECT_EQ(folded(Seen(0, kDay - 1), Seen(2 * kDay - 1, 2 * kDay - 1)).days, DayForm::kEvery);
  EXPECT_EQ(folded(Seen(0, kDay - 1), Seen(2 * kDay, 2 * kDay)).days, DayForm::kEnds);
  EXPECT_EQ(folded(Seen(0, kDay), Seen(3 * kDay, 3 * kDay)).days, DayForm::kRuns);
  EXPECT_EQ(folded(Seen(0, 0), Seen(3 * kDay, 4 * kDay)).days, DayForm::kRuns);
  // What fills the gap makes it whole again.
  History history = folded(Seen(0, 0), Seen(2 * kDay, 2 * kDay));
  Merge(history, History(Seen(kDay, kDay)));
  EXPECT_EQ(history.days, DayForm::kEvery);
  EXPECT_TRUE(history.runs.empty());
}

TEST(History, BothEndsOfTime) {
  History history = Seen(0, 0);
  Merge(history, History(Seen(kLastSecond, kLastSecond)));
  EXPECT_EQ(history.days, DayForm::kEnds);
  EXPECT_EQ(CountDays(history), 2U);
  EXPECT_TRUE(SeenBetween(history, sys_days(), sys_days()));
  EXPECT_FALSE(SeenBetween(history, sys_days(days(1)), sys_days(days(kLastDay - 1))));
  Merge(history, History(Seen(kDay, kDay)));
  EXPECT_EQ(history.days, DayForm::kRuns);
  EXPECT_EQ(CountDays(history), 3U);
  Merge(history, History(Seen(0, kLastSecond)));
  EXPECT_EQ(history.days, DayForm::kEvery);
  EXPECT_EQ(CountDays(history), static_cast<std::uint64_t>(kLastDay) + 1);
}

TEST(History, CountsSaturate) {
  const auto sum = [](std::uint64_t a, std::uint64_t b) {
    History history = Seen(0, 0);
    history.count = a;
    History other = Seen(0, 0);
    other.count = b;
    Merge(history, other);
    return history.count;
  };
  EXPECT_EQ(sum(kMaxCount - 2, 1), kMaxCount - 1);
  EXPECT_EQ(sum(kMaxCount - 1, 1), kMaxCount);
  EXPECT_EQ(sum(kMaxCount, kMaxCount), kMaxCount);
  EXPECT_EQ(sum(~std::uint64_t{0}, 1), kMaxCount);
  EXPECT_EQ(sum(1, ~std::uint64_t{0}), kMaxCount);
}

}  // namespace
}  // namespace pdns::record
