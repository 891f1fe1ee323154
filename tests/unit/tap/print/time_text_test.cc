#include "tap/print/time_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <limits>
#include <string>

namespace pdns::tap {
namespace {

// A time zone for as long as the object lives.
class TimeZone {
 public:
  explicit TimeZone(const char* zone) {
    if (const char* old = std::getenv("TZ"); old != nullptr) old_ = old;
    setenv("TZ", zone, 1);
    tzset();
  }
  ~TimeZone() {
    if (old_.empty()) {
      unsetenv("TZ");
    } else {
      setenv("TZ", old_.c_str(), 1);
    }
    tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

 private:
  std::string old_;
};

constexpr std::uint64_t kSeconds = 1795372876;  // 2026-11-22T18:41:16Z

TEST(LineTime, AsDnstapReadHasIt) {
  EXPECT_EQ(LineTime({kSeconds, 119527339}, Zone::kUtc), "22-Nov-2026 18:41:16.119");
  EXPECT_EQ(LineTime({0, 0}, Zone::kUtc), "01-Jan-1970 00:00:00.000");
  EXPECT_EQ(LineTime({kSeconds, 999999999}, Zone::kUtc), "22-Nov-2026 18:41:16.999");
}

TEST(LineTime, WhatIsNotKnown) {
  const std::string unknown = R"(????-??-?? ??:??:??.???)";
  EXPECT_EQ(LineTime({}, Zone::kUtc), unknown);
  EXPECT_EQ(LineTime({std::nullopt, 5}, Zone::kUtc), unknown);
  EXPECT_EQ(LineTime({std::numeric_limits<std::uint64_t>::max(), 0}, Zone::kUtc), unknown);
  EXPECT_EQ(LineTime({kSeconds, std::nullopt}, Zone::kUtc), R"(22-Nov-2026 18:41:16.???)");
  EXPECT_EQ(LineTime({kSeconds, 1000000000}, Zone::kUtc), R"(22-Nov-2026 18:41:16.???)");
}

TEST(IsoTime, WithTheFractionThatWasSent) {
  EXPECT_EQ(IsoTime({kSeconds, 119527339}, Zone::kUtc), "2026-11-22T18:41:16.119527339Z");
  EXPECT_EQ(IsoTime({kSeconds, 7}, Zone::kUtc), "2026-11-22T18:41:16.000000007Z");
  EXPECT_EQ(IsoTime({kSeconds, std::nullopt}, Zone::kUtc), "2026-11-22T18:41:16Z");
  EXPECT_EQ(IsoTime({kSeconds, 4000000000}, Zone::kUtc), "2026-11-22T18:41:16Z");
}

TEST(IsoTime, OfNoCalendar) {
  EXPECT_FALSE(IsoTime({}, Zone::kUtc).has_value());
  EXPECT_FALSE(IsoTime({std::uint64_t{1} << 40, 0}, Zone::kUtc).has_value());
  EXPECT_FALSE(IsoTime({std::numeric_limits<std::uint64_t>::max(), 0}, Zone::kUtc).has_value());
}

TEST(Local, EastAndWest) {
  {
    const TimeZone india("IST-5:30");
    EXPECT_EQ(LineTime({kSeconds, 0}, Zone::kLocal), "23-Nov-2026 00:11:16.000");
    EXPECT_EQ(IsoTime({kSeconds, 0}, Zone::kLocal), "2026-11-23T00:11:16.000000000+05:30");
    EXPECT_EQ(IsoTime({kSeconds, 0}, Zone::kUtc), "2026-11-22T18:41:16.000000000Z");
  }
  const TimeZone newfoundland("NST3:30");
  EXPECT_EQ(LineTime({kSeconds, 0}, Zone::kLocal), "22-Nov-2026 15:11:16.000");
  EXPECT_EQ(IsoTime({kSeconds, std::nullopt}, Zone::kLocal), "2026-11-22T15:11:16-03:30");
}

}  // namespace
}  // namespace pdns::tap
