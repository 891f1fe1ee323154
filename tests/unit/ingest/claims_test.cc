#include "ingest/claims.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "unit/ingest/memory_sink.h"

namespace pdns::ingest {
namespace {

record::SourceId Id(std::uint8_t number, std::uint32_t variant = 0) {
  record::SourceId id;
  id.first_frame[15] = number;
  id.variant = variant;
  return id;
}

record::Position At(std::uint64_t frames) { return {frames, frames * 100, 96, {}}; }

const std::function<void()> kNoWait = [] {};  // what a lane does before it waits

// A sink that knows a position for every source, and may fail.
struct Ledger {
  Sink sink() {
    return {[this](const record::SourceId&) -> Result<std::optional<record::Position>> {
              ++asked;
              if (!failure.ok()) return failure;
              return position;
            },
            [](const record::Batch&) { return Status::Corrupt("not asked for here"); }};
  }

  std::optional<record::Position> position;
  Status failure;
  int asked = 0;
};

TEST(Claims, TheSinkIsAskedForWhatThisRunDoesNotKnow) {
  Ledger ledger;
  ledger.position = At(7);
  const Sink sink = ledger.sink();
  Claims claims(sink);
  const auto first = claims.Acquire(Id(1), kNoWait);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->position, At(7));
  claims.Release(Id(1), At(9));
  const auto second = claims.Acquire(Id(1), kNoWait);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->position, At(9));  // though nothing is committed yet
  EXPECT_EQ(ledger.asked, 1);
}

TEST(Claims, NeverTakenIsNoError) {
  Ledger ledger;
  const Sink sink = ledger.sink();
  Claims claims(sink);
  for (int i = 0; i < 2; ++i) {
    const auto claim = claims.Acquire(Id(1), kNoWait);
    ASSERT_TRUE(claim.ok());
    EXPECT_FALSE(claim->position.has_value());
    claims.Release(Id(1), std::nullopt);
  }
}

TEST(Claims, AnErrorHoldsNothing) {
  Ledger ledger;
  ledger.failure = Status::Io("disk gone");
  const Sink sink = ledger.sink();
  Claims claims(sink);
  EXPECT_EQ(claims.Acquire(Id(1), kNoWait).status().message(), "disk gone");
  ledger.failure = {};
  EXPECT_TRUE(claims.Acquire(Id(1), kNoWait).ok());  // would wait for ever if it were held
}

TEST(Claims, OtherSourcesAndVariantsDoNotWait) {
  Ledger ledger;
  const Sink sink = ledger.sink();
  Claims claims(sink);
  EXPECT_TRUE(claims.Acquire(Id(1), kNoWait).ok());
  EXPECT_TRUE(claims.Acquire(Id(2), kNoWait).ok());
  EXPECT_TRUE(claims.Acquire(Id(1, 1), kNoWait).ok());
}

TEST(Claims, TwoThreadsMeetAtOneSource) {
  Ledger ledger;
  const Sink sink = ledger.sink();
  Claims claims(sink);
  ASSERT_TRUE(claims.Acquire(Id(1), kNoWait).ok());
  std::atomic<bool> has_it{false};
  std::thread second([&] {
    const auto claim = claims.Acquire(Id(1), kNoWait);
    has_it = true;
    ASSERT_TRUE(claim.ok());
    EXPECT_EQ(claim->position, At(5));
    claims.Release(Id(1), At(6));
  });
  for (int i = 0; i < 1000; ++i) {
    std::this_thread::yield();
    ASSERT_FALSE(has_it);
  }
  claims.Release(Id(1), At(5));
  second.join();
  EXPECT_EQ(claims.Acquire(Id(1), kNoWait)->position, At(6));
}

// The position that the second commits would cover what the first still has in its window.
TEST(Claims, WhoGoesOnWaitsForTheOthersWindow) {
  Ledger ledger;
  const Sink sink = ledger.sink();
  Claims claims(sink);
  const int first = 1;
  const int second = 2;
  ASSERT_TRUE(claims.Acquire(Id(1), kNoWait).ok());
  claims.Release(Id(1), At(5), &first);
  ASSERT_EQ(claims.Acquire(Id(1), kNoWait)->position, At(5));
  claims.AwaitTurn(Id(1), &first, kNoWait);  // one's own window is in order
  std::atomic<bool> has_turn{false};
  std::atomic<int> handed_over{0};
  std::thread lane([&] {
    claims.AwaitTurn(Id(1), &second, [&handed_over] { ++handed_over; });
    has_turn = true;
  });
  claims.HandedOver(&second);  // not the one that counts
  for (int i = 0; i < 1000; ++i) {
    std::this_thread::yield();
    ASSERT_FALSE(has_turn);
  }
  claims.HandedOver(&first);
  lane.join();
  EXPECT_LE(handed_over, 1);
  claims.AwaitTurn(Id(1), &second, kNoWait);
}

// Each has in its window what the other wants: both hand over before they wait.
TEST(Claims, NoTwoLanesWaitForEachOther) {
  for (int trial = 0; trial < 200; ++trial) {
    Ledger ledger;
    const Sink sink = ledger.sink();
    Claims claims(sink);
    const int lanes[] = {0, 1};
    std::atomic<int> ready{0};
    const auto run = [&](std::uint8_t own) {
      const auto other = static_cast<std::uint8_t>(1 - own);
      const void* lane = &lanes[own];
      const auto hand_over = [&claims, lane] { claims.HandedOver(lane); };
      ASSERT_TRUE(claims.Acquire(Id(own), hand_over).ok());
      claims.Release(Id(own), At(1), lane);
      ++ready;
      while (ready < 2) std::this_thread::yield();
      ASSERT_TRUE(claims.Acquire(Id(other), hand_over).ok());
      claims.AwaitTurn(Id(other), lane, hand_over);
      claims.Release(Id(other), At(2), lane);
      hand_over();
    };
    std::thread a([&run] { run(0); });
    std::thread b([&run] { run(1); });
    a.join();
    b.join();
  }
}

TEST(Claims, OneHolderAtATime) {
  Ledger ledger;
  const Sink sink = ledger.sink();
  Claims claims(sink);
  constexpr unsigned kThreads = 8;
  constexpr unsigned kRounds = 500;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&claims] {
      for (unsigned round = 0; round < kRounds; ++round) {
        const auto id = Id(static_cast<std::uint8_t>(round % 3));
        const auto claim = claims.Acquire(id, kNoWait);
        ASSERT_TRUE(claim.ok());
        claims.Release(id, At(claim->position.has_value() ? claim->position->frames + 1 : 1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::uint64_t sum = 0;
  for (std::uint8_t i = 0; i < 3; ++i) sum += claims.Acquire(Id(i), kNoWait)->position->frames;
  EXPECT_EQ(sum, kThreads * kRounds);
}

TEST(Claims, ALiveSourceIsAVariantThatNobodyTook) {
  Ledger ledger;
  const Sink sink = ledger.sink();
  Claims claims(sink);
  ASSERT_TRUE(claims.Acquire(Id(1), kNoWait).ok());  // held, though nothing of it is taken
  const auto live = claims.AcquireLive(Id(1).first_frame);
  ASSERT_TRUE(live.ok());
  EXPECT_EQ(*live, Id(1, 1));
  claims.Release(Id(1), At(3));
  EXPECT_EQ(*claims.AcquireLive(Id(1).first_frame), Id(1, 2));
}

TEST(Claims, ALiveSourceOfAnEarlierProcessIsPassedOver) {
  Ledger ledger;
  ledger.position = At(7);
  Sink sink = ledger.sink();
  sink.progress = [&](const record::SourceId& id) -> Result<std::optional<record::Position>> {
    return id.variant < 2 ? ledger.position : std::nullopt;
  };
  Claims claims(sink);
  EXPECT_EQ(*claims.AcquireLive(Id(1).first_frame), Id(1, 2));
}

TEST(Claims, NobodyWaitsForALiveSource) {
  Ledger ledger;
  const Sink sink = ledger.sink();
  Claims claims(sink);
  const auto id = claims.AcquireLive(Id(1).first_frame);
  ASSERT_TRUE(id.ok());
  EXPECT_TRUE(claims.Acquire(*id, kNoWait)->live);
  claims.Release(*id, At(8));
  const auto claim = claims.Acquire(*id, kNoWait);
  EXPECT_FALSE(claim->live);
  EXPECT_EQ(claim->position, At(8));
}

// A stop ends the wait of who asks for it, and takes nothing from who holds it.
TEST(Claims, AStopEndsAWait) {
  Ledger ledger;
  const Sink sink = ledger.sink();
  Claims claims(sink);
  ASSERT_TRUE(claims.Acquire(Id(1), kNoWait).ok());
  Stop stop;
  std::thread waits([&] {
    EXPECT_EQ(claims.Acquire(Id(1), kNoWait, &stop).status().code(), Code::kIo);
    int lane = 0;
    EXPECT_FALSE(claims.AwaitTurn(Id(2), &lane, kNoWait, &stop));
  });
  int other = 0;
  ASSERT_TRUE(claims.Acquire(Id(2), kNoWait).ok());
  claims.Release(Id(2), At(1), &other);
  stop.Request();
  waits.join();
  claims.Release(Id(1), At(3));
  const auto next = claims.Acquire(Id(1), kNoWait);
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(next->position, At(3));
}

}  // namespace
}  // namespace pdns::ingest
