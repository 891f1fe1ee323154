#include "ingest/worker_pool.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "source/dnstap.h"
#include "unit/support/decode_into.h"
#include "unit/support/payloads.h"
#include "unit/support/window_contents.h"

namespace pdns::ingest {
namespace {

using pdns::testing::DecodeInto;
using pdns::testing::FromSensor;
using pdns::testing::kTime;
using pdns::testing::Numbered;
using pdns::testing::NumberedPayload;
using pdns::testing::NumberedPayloads;

using Contents = std::map<std::string, record::Sighting>;  // by tuple key

struct Taken {
  record::Counters counters;
  Contents trusted;
  Contents quarantined;
  std::size_t entries = 0;  // of all windows, before they merge
};

// Frames of many outcomes and a few sensors, most of them repeats.
std::vector<std::string> Mixed(unsigned count) {
  std::mt19937 random(8);
  std::vector<std::string> payloads;
  for (unsigned i = 0; i < count; ++i) {
    std::string payload = NumberedPayload("n", static_cast<unsigned>(random() % 500));
    if (random() % 4 > 0)
      payload = FromSensor(Numbered("s", static_cast<unsigned>(random() % 6)), std::move(payload));
    // A letter of another case, another zone, or damage.
    if (random() % 10 == 0) payload[random() % payload.size()] ^= random() % 2 == 0 ? ' ' : '\1';
    if (random() % 50 == 0) payload.resize(random() % payload.size());
    payloads.push_back(std::move(payload));
  }
  return payloads;
}

void Merge(Contents& into, const std::vector<testing::Observed>& list) {
  for (const testing::Observed& one : list) {
    std::string key;
    record::AppendTupleKey(key, one.tuple.view());
    const auto [found, fresh] = into.emplace(key, one.sighting);
    if (!fresh) record::Merge(found->second, one.sighting);
  }
}

Taken Collect(std::vector<aggregate::Window>& windows, const record::Counters& counters) {
  Taken taken;
  taken.counters = counters;
  for (aggregate::Window& window : windows) {
    taken.entries += window.size();
    Merge(taken.trusted, testing::Trusted(window));
    Merge(taken.quarantined, testing::Quarantined(window));
  }
  return taken;
}

Taken DecodeAlone(const std::vector<std::string>& payloads) {
  std::vector<aggregate::Window> windows(1);
  record::Counters counters;
  record::SensorTable sensors;
  source::DnstapDecoder decoder{source::Policy{}, sensors};
  for (const std::string& payload : payloads)
    DecodeInto(decoder, AsBytes(payload), windows[0], counters);
  return Collect(windows, counters);
}

Taken DecodeByPool(const std::vector<std::string>& payloads, std::size_t workers) {
  std::vector<aggregate::Window> windows(workers);
  record::Counters counters;
  record::SensorTable sensors;
  WorkerPool pool(source::Dnstap(), source::Policy{}, sensors, workers);
  pool.Use(windows);
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    const std::string copy = payloads[i];  // gone when the reader comes to it
    pool.Add(AsBytes(copy), counters);
    if (i % 10'000 == 9'999) pool.Await();
  }
  pool.Await();
  pool.AddCounters(counters);
  return Collect(windows, counters);
}

void ExpectSame(const Contents& actual, const Contents& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [key, sighting] : expected) {
    const auto found = actual.find(key);
    ASSERT_NE(found, actual.end()) << ToHex(AsBytes(key));
    EXPECT_TRUE(testing::Same(found->second, sighting)) << ToHex(AsBytes(key));
  }
}

TEST(WorkerPool, FindsWhatOneDecoderFinds) {
  const auto payloads = Mixed(25'000);
  const Taken expected = DecodeAlone(payloads);
  ASSERT_GT(expected.trusted.size(), 500U);
  ASSERT_GT(expected.quarantined.size(), 10U);
  ASSERT_LT(expected.counters.Of(record::FrameOutcome::kUsed), expected.counters.frames);
  for (const std::size_t workers : {1U, 2U, 3U, 5U}) {
    const Taken taken = DecodeByPool(payloads, workers);
    ExpectSame(taken.trusted, expected.trusted);
    ExpectSame(taken.quarantined, expected.quarantined);
    EXPECT_EQ(taken.counters.frame, expected.counters.frame);
    EXPECT_EQ(taken.counters.record, expected.counters.record);
    EXPECT_EQ(taken.counters.skipped, expected.counters.skipped);
    EXPECT_TRUE(taken.counters.AddUp());
  }
}

TEST(WorkerPool, EachTupleKnowsItsSensors) {
  constexpr unsigned kSensors = 7;
  std::vector<std::string> payloads;
  for (unsigned sensor = 0; sensor < kSensors; ++sensor) {
    // Tuple n is seen by sensor n and all after it.
    for (unsigned n = 0; n <= sensor; ++n)
      payloads.push_back(FromSensor(Numbered("s", sensor), NumberedPayload("h", n)));
  }
  for (const std::size_t workers : {1U, 3U}) {
    const Taken taken = DecodeByPool(payloads, workers);
    ASSERT_EQ(taken.trusted.size(), kSensors);
    for (const auto& [key, sighting] : taken.trusted) {
      const auto n = static_cast<unsigned>(
          static_cast<std::uint64_t>(sighting.first.time_since_epoch().count()) - kTime);
      const record::SensorSet all = record::SensorBit(kSensors) - 1;
      EXPECT_EQ(sighting.sensors, all - (record::SensorBit(n) - 1))
          << workers << " workers, tuple " << n;
    }
  }
}

TEST(WorkerPool, TenThousandIdentities) {
  std::vector<std::string> payloads;
  for (unsigned i = 0; i < 10'000; ++i)
    payloads.push_back(FromSensor(Numbered("s", i), NumberedPayload("h", i % 3)));
  for (const std::size_t workers : {1U, 3U}) {
    const Taken taken = DecodeByPool(payloads, workers);
    record::SensorSet all = 0;
    for (const auto& [key, sighting] : taken.trusted) {
      EXPECT_NE(sighting.sensors & record::SensorBit(record::kOtherSensors), 0U);
      all |= sighting.sensors;
    }
    EXPECT_EQ(all, record::kAllSensors);
  }
}

// Else a tuple would stand in several windows, and cost the store as often.
TEST(WorkerPool, RepeatsMeetInOneWindow) {
  std::vector<std::string> payloads;
  for (int round = 0; round < 20; ++round) {
    for (const std::string& payload : NumberedPayloads("h", 100)) payloads.push_back(payload);
  }
  const Taken taken = DecodeByPool(payloads, 4);
  EXPECT_EQ(taken.trusted.size(), 100U);
  EXPECT_EQ(taken.entries, 100U);
}

TEST(WorkerPool, CountersAreAddedOnce) {
  std::vector<aggregate::Window> windows(2);
  record::SensorTable sensors;
  WorkerPool pool(source::Dnstap(), source::Policy{}, sensors, 2);
  pool.Use(windows);
  record::Counters counters;
  for (const std::string& payload : NumberedPayloads("h", 10)) {
    pool.Add(AsBytes(payload), counters);
  }
  pool.Await();
  pool.AddCounters(counters);
  pool.AddCounters(counters);
  EXPECT_EQ(counters.frames, 10U);
}

TEST(WorkerPool, GoesOnWithOtherWindows) {
  std::vector<aggregate::Window> first(2);
  std::vector<aggregate::Window> second(2);
  record::SensorTable sensors;
  WorkerPool pool(source::Dnstap(), source::Policy{}, sensors, 2);
  record::Counters counters;
  pool.Use(first);
  for (const std::string& payload : NumberedPayloads("h", 10)) {
    pool.Add(AsBytes(payload), counters);
  }
  pool.Await();
  pool.Use(second);
  for (const std::string& payload : NumberedPayloads("h", 7, 10)) {
    pool.Add(AsBytes(payload), counters);
  }
  pool.Await();
  EXPECT_GE(pool.memory(), second[0].memory() + second[1].memory());
  EXPECT_EQ(Collect(first, counters).trusted.size(), 10U);
  EXPECT_EQ(Collect(second, counters).trusted.size(), 7U);
}

TEST(WorkerPool, EndsWithWorkLeft) {
  std::vector<aggregate::Window> windows(3);
  record::Counters counters;
  record::SensorTable sensors;
  WorkerPool pool(source::Dnstap(), source::Policy{}, sensors, 3);
  pool.Use(windows);
  for (const std::string& payload : Mixed(5'000)) pool.Add(AsBytes(payload), counters);
}

}  // namespace
}  // namespace pdns::ingest
