#include "query/filter.h"

#include <gtest/gtest.h>

#include "unit/store/rows.h"

namespace pdns::query {
namespace {

using record::RrType;
using store::MakeTuple;
using store::Seen;

std::chrono::sys_seconds At(std::int64_t seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

bool Passes(const Filter& filter, const record::Sighting& sighting,
            std::string_view owner = "www.blah.org", RrType type = RrType::kA,
            std::string_view rdata = "\xc0\xa8\x02\x01") {
  return filter.Passes(MakeTuple(owner, type, rdata).view(), sighting);
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

TEST(Filter, Bailiwick) {
  Filter filter;
  filter.bailiwicks.push_back(std::move(*NamePattern::Parse("blah.org")));
  EXPECT_TRUE(Passes(filter, Seen(1, 1, 1, 2)));
  EXPECT_FALSE(Passes(filter, Seen(1, 1, 1, 1)));
  EXPECT_FALSE(Passes(filter, Seen(1, 1, 1, 3)));
  filter.bailiwicks.push_back(std::move(*NamePattern::Parse("org")));
  EXPECT_TRUE(Passes(filter, Seen(1, 1, 1, 1)));
}

TEST(Filter, ExcludesNamesAndAddresses) {
  Filter filter;
  ASSERT_TRUE(filter.Exclude("*.evil.org").ok());
  ASSERT_TRUE(filter.Exclude("10.0.0.0/8").ok());
  ASSERT_TRUE(filter.Exclude("2001:db8::1").ok());
  EXPECT_FALSE(filter.Exclude("a..b").ok());
  const auto sighting = Seen(1, 1, 1);
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

}  // namespace
}  // namespace pdns::query
