#include "query/filter.h"

#include <gtest/gtest.h>

#include "unit/support/rows.h"

namespace pdns::query {
namespace {

using record::RrType;
using testing::At;
using testing::MakeTuple;
using testing::Seen;

bool Passes(const Filter& filter, const record::History& history,
            std::string_view owner = "www.blah.org", RrType type = RrType::kA,
            std::string_view rdata = "\xc0\xa8\x02\x01") {
  return filter.Passes(MakeTuple(owner, type, rdata).view(), history);
}

TEST(Filter, TimesAreInclusive) {
  Filter filter;
  filter.first = {At(10), At(20)};
  filter.last = {At(15), At(30)};
  EXPECT_TRUE(Passes(filter, Seen(10, 30, 1)));
  EXPECT_TRUE(Passes(filter, Seen(20, 20, 1)));
  EXPECT_TRUE(Passes(filter, Seen(10, 15, 1)));
  EXPECT_FALSE(Passes(filter, Seen(9, 30, 1)));
  EXPECT_FALSE(Passes(filter, Seen(21, 30, 1)));
  EXPECT_FALSE(Passes(filter, Seen(10, 14, 1)));
  EXPECT_FALSE(Passes(filter, Seen(10, 31, 1)));
}

TEST(Filter, Counts) {
  Filter filter;
  filter.min_count = 2;
  filter.max_count = 4;
  EXPECT_FALSE(Passes(filter, Seen(1, 1, 1)));
  EXPECT_TRUE(Passes(filter, Seen(1, 1, 2)));
  EXPECT_TRUE(Passes(filter, Seen(1, 1, 4)));
  EXPECT_FALSE(Passes(filter, Seen(1, 1, 5)));
}

// "Not found" of such a filter would be read as said of what was asked.
TEST(Filter, OneThatNoRowCanPassIsRefused) {
  const auto allowed = [](const auto& set) {
    Filter filter;
    set(filter);
    const Status status = filter.Check();
    EXPECT_TRUE(status.ok() || status.code() == Code::kUsage);
    return status.ok();
  };
  const std::chrono::sys_days day{std::chrono::days(20000)};
  EXPECT_TRUE(allowed([](Filter&) {}));
  EXPECT_TRUE(allowed([](Filter& one) { one.first = one.last = {At(10), At(10)}; }));
  EXPECT_TRUE(allowed([](Filter& one) { one.min_count = one.max_count = 7; }));
  EXPECT_TRUE(allowed([&](Filter& one) {
    one.active = DaySpan{day, day};
    one.first.from = one.last.to = day + std::chrono::hours(23);
  }));
  EXPECT_FALSE(allowed([](Filter& one) { one.first = {At(11), At(10)}; }));
  EXPECT_FALSE(allowed([](Filter& one) { one.last = {At(11), At(10)}; }));
  EXPECT_FALSE(allowed([](Filter& one) {
    one.first.from = At(11);
    one.last.to = At(10);
  }));
  EXPECT_FALSE(allowed([&](Filter& one) {
    one.active = DaySpan{day, day};
    one.first.from = day + std::chrono::hours(23);
    one.last.to = day;  // either fits the day, and first-seen is never behind last-seen
  }));
  EXPECT_FALSE(allowed([](Filter& one) {
    one.min_count = 8;
    one.max_count = 7;
  }));
  EXPECT_FALSE(allowed([&](Filter& one) {
    one.active = DaySpan{day, day - std::chrono::days(1)};
  }));
  EXPECT_FALSE(allowed([&](Filter& one) {
    one.active = DaySpan{day, day};
    one.first.from = day + std::chrono::days(1);
  }));
  EXPECT_FALSE(allowed([&](Filter& one) {
    one.active = DaySpan{day, day};
    one.last.to = day - std::chrono::seconds(1);
  }));
}

TEST(Filter, Bailiwick) {
  Filter filter;
  filter.bailiwicks.push_back(std::move(*ask::NamePattern::Parse("blah.org")));
  EXPECT_TRUE(Passes(filter, Seen(1, 1, 1, 2)));
  EXPECT_FALSE(Passes(filter, Seen(1, 1, 1, 1)));
  EXPECT_FALSE(Passes(filter, Seen(1, 1, 1, 3)));
  filter.bailiwicks.push_back(std::move(*ask::NamePattern::Parse("org")));
  EXPECT_TRUE(Passes(filter, Seen(1, 1, 1, 1)));
}

// Nobody said under which zone it was accepted: that is not the root.
TEST(Filter, AnUnknownBailiwickIsOfNoZone) {
  for (const char* zone : {"blah.org", "*.org", ".", "*."}) {
    Filter filter;
    EXPECT_TRUE(Passes(filter, Seen(1, 1, 1)));
    filter.bailiwicks.push_back(std::move(*ask::NamePattern::Parse(zone)));
    EXPECT_FALSE(Passes(filter, Seen(1, 1, 1))) << zone;
    EXPECT_EQ(Passes(filter, Seen(1, 1, 1, 0)),
              std::string_view(zone) == "." || std::string_view(zone) == "*.")
        << zone;
  }
}

constexpr std::int64_t kDay = 86'400;

DaySpan Days(int from, int to) {
  return {std::chrono::sys_days(std::chrono::days(from)),
          std::chrono::sys_days(std::chrono::days(to))};
}

TEST(Filter, SeenOnOneOfTheDays) {
  record::History history = Seen(2 * kDay + 5, 3 * kDay, 1);    // days 2 and 3 ...
  record::Merge(history, Seen(9 * kDay - 1, 9 * kDay - 1, 1));  // ... and 8
  const auto passes = [&](int from, int to) {
    Filter filter;
    filter.active = Days(from, to);
    return Passes(filter, history);
  };
  EXPECT_TRUE(passes(2, 2));
  EXPECT_TRUE(passes(3, 3));
  EXPECT_TRUE(passes(8, 8));
  EXPECT_TRUE(passes(0, 2));
  EXPECT_TRUE(passes(7, 20));
  EXPECT_TRUE(passes(0, 20));
  EXPECT_FALSE(passes(0, 1));
  EXPECT_FALSE(passes(4, 7));  // between first-seen and last-seen, and not seen
  EXPECT_FALSE(passes(9, 20));
}

TEST(Filter, SeenByOneOfTheSensors) {
  record::History history = Seen(1, 1, 1);
  history.sensors = record::SensorBit(1) | record::SensorBit(5);
  const auto passes = [&](record::SensorSet sensors) {
    Filter filter;
    filter.sensors = sensors;
    return Passes(filter, history);
  };
  EXPECT_TRUE(passes(0));
  EXPECT_TRUE(passes(record::SensorBit(5)));
  EXPECT_TRUE(passes(record::SensorBit(0) | record::SensorBit(1)));
  EXPECT_FALSE(passes(record::SensorBit(0)));
  EXPECT_FALSE(passes(record::SensorBit(record::kOtherSensors)));
}

TEST(Filter, ExcludesNamesAndAddresses) {
  Filter filter;
  ASSERT_TRUE(filter.Exclude("*.evil.org").ok());
  ASSERT_TRUE(filter.Exclude("10.0.0.0/8").ok());
  ASSERT_TRUE(filter.Exclude("2001:db8::1").ok());
  EXPECT_FALSE(filter.Exclude("a..b").ok());
  const record::History sighting = Seen(1, 1, 1);
  EXPECT_TRUE(Passes(filter, sighting));
  EXPECT_FALSE(Passes(filter, sighting, "evil.org"));
  EXPECT_FALSE(Passes(filter, sighting, "a.evil.org"));
  EXPECT_TRUE(Passes(filter, sighting, "notevil.org"));
  EXPECT_FALSE(Passes(filter, sighting, "a.org", RrType::kA, "\x0a\x01\x01\x01"));
  EXPECT_TRUE(Passes(filter, sighting, "a.org", RrType::kA, "\x0b\x01\x01\x01"));
  EXPECT_TRUE(Passes(filter, sighting, "a.org", RrType::kTxt, "\x0a\x01\x01\x01"));
  EXPECT_FALSE(Passes(filter, sighting, "a.org", RrType::kAaaa,
                      "\x20\x01\x0d\xb8" + std::string(11, '\0') + "\x01"));
}

TEST(TypeSet, AnyAndAnyDnssec) {
  const auto holds = [](std::string_view text, RrType type) {
    TypeSet set;
    EXPECT_TRUE(set.Add(text).ok()) << text;
    return set.Holds(type);
  };
  EXPECT_TRUE(TypeSet().Holds(RrType::kRrsig));
  EXPECT_TRUE(holds("any", RrType::kA));
  EXPECT_FALSE(holds("any", RrType::kRrsig));
  EXPECT_TRUE(holds("ANY-DNSSEC", RrType::kRrsig));
  EXPECT_TRUE(holds("ANY-DNSSEC", static_cast<RrType>(43)));
  EXPECT_FALSE(holds("ANY-DNSSEC", RrType::kA));
  EXPECT_TRUE(holds("ANY-DNSSEC,A", RrType::kA));
  EXPECT_TRUE(holds("ANY,NSEC", RrType::kNsec));
  EXPECT_FALSE(holds("ANY,NSEC", RrType::kDnskey));
  EXPECT_FALSE(TypeSet().Add("ANYTHING").ok());
  EXPECT_FALSE(TypeSet().Add("A,").ok());
}

TEST(TypeSet, APlainListIsToldAsOne) {
  const auto list = [](std::initializer_list<std::string_view> texts) {
    TypeSet set;
    for (const std::string_view text : texts) EXPECT_TRUE(set.Add(text).ok()) << text;
    return set.PlainList();
  };
  using Types = std::vector<RrType>;
  EXPECT_EQ(list({}), Types{});
  EXPECT_EQ(list({"TXT,A", "aaaa,1"}), (Types{RrType::kA, RrType::kTxt, RrType::kAaaa}));
  EXPECT_EQ(list({"ANY"}), Types{});
  EXPECT_EQ(list({"A", "ANY-DNSSEC"}), Types{});
}

}  // namespace
}  // namespace pdns::query
