#include "access/gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"

namespace pdns::access {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_days;
using Headers = std::vector<std::pair<std::string, std::string>>;

const Headers kBasicHeaders{{"WWW-Authenticate", R"(Basic realm="pdns", charset="UTF-8")"}};
const Headers kBearerHeaders{{"WWW-Authenticate", R"(Bearer realm="pdns", error="invalid_token")"}};

// "name" has the key "name-key".
std::string Line(const std::string& name, const std::string& limits = {}) {
  return name + " " + ToHex(Sha256(AsBytes(name + "-key"))) + " " + limits + "\n";
}

KeyList Keys(const std::string& text) {
  auto keys = KeyList::Parse(text, "keys");
  EXPECT_TRUE(keys.ok()) << keys.status().message();
  return *keys;
}

struct GateTest : ::testing::Test {
  Decision Ask(Gate& gate, const std::string& key, Way way = Way::kApiKey,
               Cost cost = Cost::kRequest) {
    return gate.Decide({way, key}, "192.0.2.1", now, cost);
  }
  void ExpectIn(const Decision& decision, const std::string& name,
                std::optional<std::uint64_t> rows_left = {}) {
    const auto* admitted = std::get_if<Admitted>(&decision);
    ASSERT_NE(admitted, nullptr) << std::get<Refusal>(decision).reason;
    EXPECT_EQ(admitted->name, name);
    EXPECT_EQ(admitted->rows_left, rows_left);
  }
  void ExpectOut(const Decision& decision, int status, const std::string& reason,
                 const Headers& headers) {
    const auto* refusal = std::get_if<Refusal>(&decision);
    ASSERT_NE(refusal, nullptr);
    EXPECT_EQ(refusal->status, status);
    EXPECT_EQ(refusal->reason, reason);
    EXPECT_EQ(refusal->headers, headers);
  }
  void Pass(seconds time) {
    now.steady += time;
    now.wall += time;
  }

  Time now{std::chrono::steady_clock::time_point(seconds(1000)),
           sys_days(std::chrono::year(2026) / 11 / 27) + hours(16)};
};

TEST_F(GateTest, WithoutKeysEverybody) {
  Gate gate;
  ExpectIn(Ask(gate, "", Way::kNone), "");
  for (int i = 0; i < 100; ++i) ExpectIn(Ask(gate, "any" + std::to_string(i)), "");
  gate.ClaimRows("", 5, now);
  EXPECT_FALSE(gate.Left("", now).has_value());
}

TEST_F(GateTest, ARightKeyInEveryWay) {
  Gate gate(Keys(Line("alice") + Line("bob")));
  for (const Way way : {Way::kApiKey, Way::kBasic, Way::kBearer}) {
    ExpectIn(Ask(gate, "alice-key", way), "alice");
    ExpectIn(Ask(gate, "bob-key", way), "bob");
  }
}

TEST_F(GateTest, HowOthersAreRefused) {
  Gate gate(Keys(Line("alice") + Line("old", "expires=2026-11-27")));
  const std::string unreadable = "no key can be read from what was sent";
  ExpectOut(Ask(gate, "", Way::kNone), 401,
            "a key is needed: send X-Api-Key, or Authorization: Basic with the key as the password",
            kBasicHeaders);
  ExpectOut(Ask(gate, "", Way::kApiKey), 403, unreadable, {});
  ExpectOut(Ask(gate, "", Way::kBasic), 401, unreadable, kBasicHeaders);
  ExpectOut(Ask(gate, "", Way::kBearer), 401, unreadable, kBearerHeaders);
  ExpectOut(Ask(gate, "", Way::kUnknown), 401, unreadable, kBasicHeaders);
  ExpectOut(Ask(gate, "x", Way::kApiKey), 403, "nobody has this key", {});
  ExpectOut(Ask(gate, "x", Way::kBasic), 401, "nobody has this key", kBasicHeaders);
  ExpectOut(Ask(gate, "x", Way::kBearer), 401, "nobody has this key", kBearerHeaders);
  ExpectOut(Ask(gate, "old-key", Way::kApiKey), 403, "this key has expired", {});
  ExpectOut(Ask(gate, "old-key", Way::kBasic), 401, "this key has expired", kBasicHeaders);
}

TEST_F(GateTest, AKeyExpiresAtMidnight) {
  Gate gate(Keys(Line("guest", "expires=2026-11-28")));
  Pass(hours(8) - seconds(1));
  ExpectIn(Ask(gate, "guest-key"), "guest");
  Pass(seconds(1));
  ExpectOut(Ask(gate, "guest-key"), 403, "this key has expired", {});
}

TEST_F(GateTest, RequestsPerMinute) {
  Gate gate(Keys(Line("alice", "requests-per-minute=3") + Line("bob")));
  for (int minute = 0; minute < 3; ++minute) {
    ExpectIn(Ask(gate, "alice-key"), "alice");
    Pass(seconds(20));
    ExpectIn(Ask(gate, "alice-key"), "alice");
    ExpectIn(Ask(gate, "alice-key"), "alice");
    for (int i = 0; i < 100; ++i) {  // they do not count
      ExpectOut(Ask(gate, "alice-key"), 429,
                "this key has used up requests-per-minute=3: try again in 40 s",
                {{"Retry-After", "40"}});
    }
    ExpectIn(Ask(gate, "bob-key"), "bob");
    ExpectIn(Ask(gate, "alice-key", Way::kApiKey, Cost::kFree), "alice");
    Pass(seconds(40));
  }
}

// Whoever comes after that time is let in.
TEST_F(GateTest, RetryAfterIsRoundedUp) {
  Gate gate(Keys(Line("alice", "requests-per-minute=1")));
  ExpectIn(Ask(gate, "alice-key"), "alice");
  const std::string reason = "this key has used up requests-per-minute=1: try again in ";
  now.steady += std::chrono::milliseconds(58'500);
  ExpectOut(Ask(gate, "alice-key"), 429, reason + "2 s", {{"Retry-After", "2"}});
  now.steady += std::chrono::milliseconds(1'499);
  ExpectOut(Ask(gate, "alice-key"), 429, reason + "1 s", {{"Retry-After", "1"}});
  now.steady += std::chrono::milliseconds(1);
  ExpectIn(Ask(gate, "alice-key"), "alice");
}

TEST_F(GateTest, RowsPerDay) {
  Gate gate(Keys(Line("alice", "rows-per-day=100")));
  ExpectIn(Ask(gate, "alice-key"), "alice", 100);
  gate.ClaimRows("alice", 99, now);
  ExpectIn(Ask(gate, "alice-key"), "alice", 1);
  EXPECT_EQ(gate.ClaimRows("alice", 50, now), 1U);
  EXPECT_EQ(gate.ClaimRows("alice", 1, now), 0U);
  ExpectOut(Ask(gate, "alice-key"), 429,
            "this key has used up rows-per-day=100: try again in 28800 s",
            {{"Retry-After", "28800"}});
  ExpectIn(Ask(gate, "alice-key", Way::kApiKey, Cost::kFree), "alice", 0);
  Pass(seconds(28'800));
  ExpectIn(Ask(gate, "alice-key"), "alice", 100);
}

TEST_F(GateTest, RowsDoNotWrapAround) {
  Gate gate(Keys(Line("alice", "rows-per-day=100")));
  for (int i = 0; i < 3; ++i)
    gate.ClaimRows("alice", std::numeric_limits<std::uint64_t>::max() - 1, now);
  EXPECT_EQ(gate.Left("alice", now)->rows_left, 0U);
}

TEST_F(GateTest, AClockThatIsSetKeepsNobodyOut) {
  Gate gate(Keys(Line("alice", "requests-per-minute=1 rows-per-day=1")));
  now.wall += hours(24 * 365);
  ExpectIn(Ask(gate, "alice-key"), "alice", 1);
  gate.ClaimRows("alice", 1, now);
  now.wall -= hours(24 * 365);
  now.steady += seconds(60);
  ExpectIn(Ask(gate, "alice-key"), "alice", 1);
}

TEST_F(GateTest, WhatIsLeft) {
  Gate gate(Keys(Line("alice", "requests-per-minute=5 rows-per-day=100") + Line("bob")));
  Ask(gate, "alice-key");
  gate.ClaimRows("alice", 30, now);
  Pass(seconds(15));
  const auto alice = gate.Left("alice", now);
  ASSERT_TRUE(alice.has_value());
  EXPECT_EQ(alice->limits.rows_per_day, 100U);
  EXPECT_EQ(alice->requests_left, 4U);
  EXPECT_EQ(alice->rows_left, 70U);
  EXPECT_EQ(alice->minute_ends, now.wall + seconds(45));
  EXPECT_EQ(alice->day_ends, sys_days(std::chrono::year(2026) / 11 / 28));
  const auto bob = gate.Left("bob", now);
  ASSERT_TRUE(bob.has_value());
  EXPECT_EQ(bob->requests_left, std::nullopt);
  EXPECT_EQ(bob->rows_left, std::nullopt);
  EXPECT_FALSE(gate.Left("carol", now).has_value());
}

TEST_F(GateTest, WhatWasUsedStaysWithTheName) {
  Gate gate(Keys(Line("alice", "rows-per-day=100 requests-per-minute=2") + Line("bob")));
  Ask(gate, "alice-key");
  gate.ClaimRows("alice", 60, now);
  std::string changed = Line("alice", "rows-per-day=70 requests-per-minute=2") + Line("carol");
  gate.Replace(Keys(changed));
  EXPECT_EQ(gate.Left("alice", now)->rows_left, 10U);
  EXPECT_EQ(gate.Left("alice", now)->requests_left, 1U);
  ExpectIn(Ask(gate, "carol-key"), "carol");
  ExpectOut(Ask(gate, "bob-key"), 403, "nobody has this key", {});
  gate.ClaimRows("bob", 5, now);  // an answer that was under way
  gate.Replace(Keys(Line("alice", "rows-per-day=50")));
  ExpectOut(Ask(gate, "alice-key"), 429,
            "this key has used up rows-per-day=50: try again in 28800 s",
            {{"Retry-After", "28800"}});
  gate.Replace(Keys(Line("bob")));
  gate.Replace(Keys(Line("alice", "rows-per-day=50")));
  ExpectIn(Ask(gate, "alice-key"), "alice", 50);  // it had gone
}

TEST_F(GateTest, WhoGuessesHasToWaitWithARightKeyToo) {
  Gate gate(Keys(Line("alice")));
  for (int i = 0; i < Guesses::kAtOnce; ++i)
    ExpectOut(Ask(gate, "guess" + std::to_string(i)), 403, "nobody has this key", {});
  const std::string reason = "too many wrong keys from this address: try again in 10 s";
  for (const Way way : {Way::kApiKey, Way::kBasic, Way::kBearer}) {
    ExpectOut(Ask(gate, "guess", way), 429, reason, {{"Retry-After", "10"}});
    ExpectOut(Ask(gate, "alice-key", way), 429, reason, {{"Retry-After", "10"}});
  }
  ExpectIn(gate.Decide({Way::kApiKey, "alice-key"}, "192.0.2.2", now), "alice");
  Pass(seconds(10));
  ExpectIn(Ask(gate, "alice-key"), "alice");
}

// Nothing and what cannot be read are no guesses, an expired key neither.
// An answer without an end asks again and again whether its key is still one.
TEST_F(GateTest, WhoWasLetInStaysInAsLongAsTheKeyDoes) {
  Gate gate(Keys(Line("a", "expires=2026-11-28 requests-per-minute=1 rows-per-day=1") + Line("b")));
  const Credentials a{Way::kApiKey, "a-key"};
  ExpectIn(Ask(gate, "a-key"), "a", 1);
  gate.ClaimRows("a", 1, now);
  for (int i = 0; i < 20; ++i) Ask(gate, "wrong-" + std::to_string(i));
  EXPECT_TRUE(gate.StillAdmits(a, now)) << "whatever others do behind this address";
  gate.Replace(Keys(Line("b")));
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(gate.StillAdmits(a, now));
  gate.Replace(Keys(Line("a", "expires=2026-11-28")));
  EXPECT_TRUE(gate.StillAdmits(a, now));
  now.wall = sys_days(std::chrono::year(2026) / 11 / 28);
  EXPECT_FALSE(gate.StillAdmits(a, now));
  Gate everybody;
  EXPECT_TRUE(everybody.StillAdmits({}, now));
}

TEST_F(GateTest, WhatIsNoGuess) {
  Gate gate(Keys(Line("alice") + Line("old", "expires=2026-01-01")));
  for (int i = 0; i < 100; ++i) {
    Ask(gate, "", Way::kNone);
    Ask(gate, "", Way::kBasic);
    Ask(gate, "old-key");
    Ask(gate, "same wrong key");
  }
  ExpectIn(Ask(gate, "alice-key"), "alice");
}

TEST_F(GateTest, AnyThread) {
  Gate gate(Keys(Line("alice", "requests-per-minute=500 rows-per-day=1000000") + Line("bob")));
  std::atomic<int> admitted = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const std::string peer = "192.0.2." + std::to_string(t);
      for (int i = 0; i < 500; ++i) {
        const auto decision = gate.Decide({Way::kApiKey, "alice-key"}, peer, now);
        admitted += std::holds_alternative<Admitted>(decision) ? 1 : 0;
        gate.ClaimRows("alice", 1, now);
        gate.Decide({Way::kBasic, "wrong" + std::to_string(i)}, "198.51.100.1", now);
        gate.Left("alice", now);
        if (i % 50 == t)
          gate.Replace(Keys(Line("alice", "requests-per-minute=500 rows-per-day=1000000")));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, 500);
  EXPECT_EQ(gate.Left("alice", now)->rows_left, 1'000'000U - 2000);
  EXPECT_EQ(gate.Left("alice", now)->requests_left, 0U);
}

}  // namespace
}  // namespace pdns::access
