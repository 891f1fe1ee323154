// Onlookers: every frame, or how many are missing, in its place.
#include "control/taps.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "unit/support/frame_stream.h"

namespace pdns::control {
namespace {

using pdns::testing::DataFrame;
using pdns::testing::RawControl;
using pdns::testing::U32;
using std::chrono::milliseconds;

constexpr milliseconds kAtOnce(0);

std::string LeftOut(std::uint32_t frames) {
  return RawControl(U32(Taps::kLeftOut) + U32(0) + U32(frames));
}

TEST(Taps, NobodyLooksOn) {
  Taps taps;
  taps.Offer(AsBytes("lost"));
  EXPECT_EQ(taps.taps(), 0U);
  EXPECT_EQ(taps.left_out(), 0U);
  const auto tap = taps.Join();
  EXPECT_EQ(tap->Read(kAtOnce), "");  // what was before is not seen
}

TEST(Taps, WholeFramesInTheirOrder) {
  Taps taps;
  const auto tap = taps.Join();
  const auto other = taps.Join();
  EXPECT_EQ(taps.taps(), 2U);
  taps.Offer(AsBytes("one"));
  EXPECT_EQ(tap->Read(kAtOnce), DataFrame("one"));
  taps.Offer(AsBytes("two"));
  taps.Offer(AsBytes("three"));
  EXPECT_EQ(tap->Read(kAtOnce), DataFrame("two") + DataFrame("three"));
  EXPECT_EQ(tap->Read(kAtOnce), "");
  EXPECT_EQ(other->Read(kAtOnce), DataFrame("one") + DataFrame("two") + DataFrame("three"));
}

TEST(Taps, WhoLetsGoCostsNothing) {
  Taps taps;
  auto tap = taps.Join();
  auto other = taps.Join();
  other.reset();
  EXPECT_EQ(taps.taps(), 1U);
  const std::string large(Taps::kBuffer, 'x');
  taps.Offer(AsBytes(large));
  tap.reset();
  EXPECT_EQ(taps.taps(), 0U);
  taps.Offer(AsBytes(large));
  taps.Offer(AsBytes(large));
  EXPECT_EQ(taps.left_out(), 0U);
  tap = taps.Join();  // and it goes on for the next one
  taps.Offer(AsBytes("one"));
  EXPECT_EQ(tap->Read(kAtOnce), DataFrame("one"));
}

TEST(Taps, TheSlowAreToldInPlaceAndExactly) {
  Taps taps;
  const auto slow = taps.Join();
  const auto fast = taps.Join();
  const std::string half(Taps::kBuffer / 2 - 100, 'h');
  const std::string large(Taps::kBuffer / 2, 'l');
  std::string all;
  const auto offer = [&](const std::string& payload) {
    taps.Offer(AsBytes(payload));
    all += fast->Read(kAtOnce);
  };
  offer(half);
  offer(half);
  for (int i = 0; i < 3; ++i) offer(large);
  offer("small");  // finds room: behind those that did not
  offer(large);
  EXPECT_EQ(taps.left_out(), 4U);
  // The last of them is told without waiting for a frame to come.
  EXPECT_EQ(slow->Read(kAtOnce),
            DataFrame(half) + DataFrame(half) + LeftOut(3) + DataFrame("small") + LeftOut(1));
  EXPECT_EQ(slow->Read(kAtOnce), "");
  offer("next");
  EXPECT_EQ(slow->Read(kAtOnce), DataFrame("next"));
  EXPECT_EQ(all, DataFrame(half) + DataFrame(half) + DataFrame(large) + DataFrame(large) +
                     DataFrame(large) + DataFrame("small") + DataFrame(large) + DataFrame("next"));
}

TEST(Taps, TakeWaitsForAFrame) {
  Taps taps;
  const auto tap = taps.Join();
  std::thread reader([&taps] {
    std::this_thread::sleep_for(milliseconds(20));
    taps.Offer(AsBytes("one"));
  });
  EXPECT_EQ(tap->Read(std::chrono::minutes(1)), DataFrame("one"));
  reader.join();
}

// Onlookers of all speeds come and go: each frame is seen, or counted as left out.
TEST(Taps, ComingAndGoingWhileFramesFlow) {
  Taps taps;
  constexpr int kOnlookers = 4;
  constexpr std::uint32_t kFrames = 50'000;
  std::atomic<int> joined{0};
  std::atomic<bool> ended{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < kOnlookers; ++i) {
    threads.emplace_back([&, i] {
      const auto tap = taps.Join();
      ++joined;
      std::uint64_t seen = 0;
      for (bool last = false; !last;) {
        last = ended;
        const std::string bytes = tap->Read(milliseconds(i));
        for (Cursor cursor(AsBytes(bytes)); !cursor.AtEnd() && cursor.ok();) {
          if (const std::uint32_t length = cursor.U32(); length > 0) {
            ++seen;
            cursor.Read(length);
            EXPECT_TRUE(cursor.ok());
            continue;
          }
          EXPECT_EQ(cursor.U32(), 12U);
          EXPECT_EQ(cursor.U32(), Taps::kLeftOut);
          seen += std::uint64_t{cursor.U32()} << 32;
          seen += cursor.U32();
        }
      }
      EXPECT_EQ(seen, kFrames);
    });
  }
  threads.emplace_back([&] {
    while (!ended) {
      const auto passing = taps.Join();
      static_cast<void>(passing->Read(kAtOnce));
      EXPECT_GE(taps.taps(), 1U);
    }
  });
  while (joined < kOnlookers) std::this_thread::yield();
  const std::string payload(500, 'x');
  for (std::uint32_t i = 0; i < kFrames; ++i) taps.Offer(AsBytes(payload));
  ended = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taps.taps(), 0U);
}

}  // namespace
}  // namespace pdns::control
