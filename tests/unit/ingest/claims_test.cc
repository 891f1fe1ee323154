#include "ingest/claims.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
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

// One whose window is handed over at once, which is counted.
class Reader {
 public:
  explicit Reader(Claims& claims) : holder(claims, [this] { HandOver(); }) {}

  void HandOver() {
    ++handed_over;
    holder.HandedOver();
  }

  std::atomic<int> handed_over{0};
  ClaimHolder holder;
};

// Is `condition` still false, however long others run?
template <class Condition>
void ExpectNever(const Condition& condition) {
  for (int i = 0; i < 1000; ++i) {
    std::this_thread::yield();
    ASSERT_FALSE(condition());
  }
}

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

struct ClaimsTest : ::testing::Test {
  // Acquires what is free.
  Claim Hold(const record::SourceId& id, Reader& reader) {
    auto claim = claims.Acquire(id, reader.holder);
    EXPECT_TRUE(claim.ok());
    EXPECT_TRUE(claim->held());
    return std::move(*claim);
  }
  Claim Hold(const record::SourceId& id) { return Hold(id, first); }

  Ledger ledger;
  Sink sink = ledger.sink();
  Claims claims{sink};
  Reader first{claims};
  Reader second{claims};
};

TEST_F(ClaimsTest, TheSinkIsAskedForWhatThisRunDoesNotKnow) {
  ledger.position = At(7);
  Claim claim = Hold(Id(1));
  EXPECT_EQ(claim.position(), At(7));
  claim.Finish(At(9));
  EXPECT_FALSE(claim.held());
  EXPECT_EQ(Hold(Id(1)).position(), At(9));  // though nothing is committed yet
  EXPECT_EQ(ledger.asked, 1);
}

TEST_F(ClaimsTest, NeverTakenIsNoError) {
  for (int i = 0; i < 2; ++i) {
    Claim claim = Hold(Id(1));
    EXPECT_FALSE(claim.position().has_value());
    claim.Finish(std::nullopt);
  }
}

TEST_F(ClaimsTest, AnErrorHoldsNothing) {
  ledger.failure = Status::Io("disk gone");
  EXPECT_EQ(claims.Acquire(Id(1), first.holder).status().message(), "disk gone");
  ledger.failure = {};
  Hold(Id(1));  // would wait for ever if it were held
}

TEST_F(ClaimsTest, OtherSourcesAndVariantsDoNotWait) {
  const Claim a = Hold(Id(1));
  const Claim b = Hold(Id(2), second);
  const Claim c = Hold(Id(1, 1), second);
}

// Whoever lets go without a word took nothing.
TEST_F(ClaimsTest, AHolderThatDiesLeavesTheSourceWhereItStood) {
  ledger.position = At(7);
  std::atomic<bool> has_it{false};
  std::thread waits;
  {
    const Claim claim = Hold(Id(1));
    waits = std::thread([&] {
      const Claim after = Hold(Id(1), second);
      has_it = true;
      EXPECT_EQ(after.position(), At(7));
    });
    ExpectNever([&] { return has_it.load(); });
  }
  waits.join();
  EXPECT_EQ(Hold(Id(1)).position(), At(7));
}

// The window of a holder that dies is handed over, or whoever goes on would wait for it for ever.
TEST_F(ClaimsTest, TheWindowOfAHolderThatDiesIsHandedOver) {
  auto dies = std::make_unique<Reader>(claims);
  Hold(Id(1), *dies).Finish(At(5), true);
  Claim claim = Hold(Id(1), second);
  EXPECT_EQ(claim.position(), At(5));
  std::atomic<bool> has_turn{false};
  std::thread waits([&] {
    EXPECT_TRUE(claim.AwaitTurn());
    has_turn = true;
  });
  ExpectNever([&] { return has_turn.load(); });
  dies.reset();
  waits.join();
  Reader idle(claims);  // has nothing to hand over
  Hold(Id(2), idle).Finish(At(1));
  EXPECT_EQ(idle.handed_over, 0);
}

TEST_F(ClaimsTest, AClaimMoves) {
  Claim a = Hold(Id(1));
  Claim b = std::move(a);
  EXPECT_TRUE(b.held());
  EXPECT_EQ(b.id(), Id(1));
  b = Hold(Id(2), second);  // ends the claim of the first source
  EXPECT_EQ(b.id(), Id(2));
  Hold(Id(1), second);
  b = Claim();
  Hold(Id(2));
  EXPECT_FALSE(Claim().held());
}

TEST_F(ClaimsTest, TwoThreadsMeetAtOneSource) {
  Claim claim = Hold(Id(1));
  std::atomic<bool> has_it{false};
  std::thread other([&] {
    Claim after = Hold(Id(1), second);
    has_it = true;
    EXPECT_EQ(after.position(), At(5));
    after.Finish(At(6));
  });
  ExpectNever([&] { return has_it.load(); });
  claim.Finish(At(5));
  other.join();
  EXPECT_EQ(Hold(Id(1)).position(), At(6));
}

// The position that the second commits would cover what the first still has in its window. So does
// one that takes a file after another followed it.
TEST_F(ClaimsTest, WhoGoesOnWaitsForTheOthersWindow) {
  Hold(Id(1)).Finish(At(5), true);
  Claim claim = Hold(Id(1));
  ASSERT_EQ(claim.position(), At(5));
  EXPECT_TRUE(claim.AwaitTurn());  // one's own window is in order
  claim.Finish(At(6), true);
  claim = Hold(Id(1), second);
  std::atomic<bool> has_turn{false};
  std::thread other([&] {
    EXPECT_TRUE(claim.AwaitTurn());
    has_turn = true;
  });
  second.holder.HandedOver();  // not the one that counts
  ExpectNever([&] { return has_turn.load(); });
  first.holder.HandedOver();
  other.join();
  EXPECT_LE(second.handed_over, 1);
  EXPECT_TRUE(claim.AwaitTurn());
}

// Each has in its window what the other wants: both hand over before they wait.
TEST_F(ClaimsTest, NoTwoReadersWaitForEachOther) {
  for (int trial = 0; trial < 200; ++trial) {
    Claims fresh(sink);
    std::atomic<int> ready{0};
    const auto run = [&](std::uint8_t own) {
      const auto other = static_cast<std::uint8_t>(1 - own);
      Reader reader(fresh);
      auto claim = fresh.Acquire(Id(own), reader.holder);
      ASSERT_TRUE(claim.ok());
      claim->Finish(At(1), true);
      ++ready;
      while (ready < 2) std::this_thread::yield();
      claim = fresh.Acquire(Id(other), reader.holder);
      ASSERT_TRUE(claim.ok());
      EXPECT_TRUE(claim->AwaitTurn());
      claim->Finish(At(2), true);
    };
    std::thread a([&run] { run(0); });
    std::thread b([&run] { run(1); });
    a.join();
    b.join();
  }
}

TEST_F(ClaimsTest, OneHolderAtATime) {
  constexpr unsigned kThreads = 8;
  constexpr unsigned kRounds = 500;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([this] {
      Reader reader(claims);
      for (unsigned round = 0; round < kRounds; ++round) {
        auto claim = claims.Acquire(Id(static_cast<std::uint8_t>(round % 3)), reader.holder);
        ASSERT_TRUE(claim.ok());
        claim->Finish(At(claim->position().has_value() ? claim->position()->frames + 1 : 1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::uint64_t sum = 0;
  for (std::uint8_t i = 0; i < 3; ++i) sum += Hold(Id(i)).position()->frames;
  EXPECT_EQ(sum, kThreads * kRounds);
}

TEST_F(ClaimsTest, ALiveSourceIsAVariantThatNobodyTook) {
  Claim held = Hold(Id(1));  // held, though nothing of it is taken
  const auto live = claims.AcquireLive(Id(1).first_frame);
  ASSERT_TRUE(live.ok());
  EXPECT_EQ(live->id(), Id(1, 1));
  held.Finish(At(3));
  EXPECT_EQ(claims.AcquireLive(Id(1).first_frame)->id(), Id(1, 2));
}

TEST_F(ClaimsTest, ALiveSourceOfAnEarlierProcessIsPassedOver) {
  ledger.position = At(7);
  sink.progress = [&](const record::SourceId& id) -> Result<std::optional<record::Position>> {
    return id.variant < 2 ? ledger.position : std::nullopt;
  };
  EXPECT_EQ(claims.AcquireLive(Id(1).first_frame)->id(), Id(1, 2));
}

TEST_F(ClaimsTest, NobodyWaitsForALiveSource) {
  auto live = claims.AcquireLive(Id(1).first_frame);
  ASSERT_TRUE(live.ok());
  const record::SourceId id = live->id();
  EXPECT_FALSE(claims.Acquire(id, first.holder)->held());
  live->Finish(At(8));
  const Claim claim = Hold(id);
  EXPECT_EQ(claim.position(), At(8));
}

// A stop ends the wait of who asks for it, and takes nothing from who holds it.
TEST_F(ClaimsTest, AStopEndsAWait) {
  Claim held = Hold(Id(1));
  Claim window = Hold(Id(2));
  window.Finish(At(1), true);
  Stop stop;
  std::thread waits([&] {
    EXPECT_EQ(claims.Acquire(Id(1), second.holder, &stop).status().code(), Code::kIo);
    Claim claim = Hold(Id(2), second);
    EXPECT_FALSE(claim.AwaitTurn(&stop));
  });
  stop.Request();
  waits.join();
  held.Finish(At(3));
  EXPECT_EQ(Hold(Id(1)).position(), At(3));
}

// As a sink that commits what it is told: the position of each source.
struct Forgetting : ClaimsTest {
  Forgetting() {
    sink.progress = [this](const record::SourceId& id) -> Result<std::optional<record::Position>> {
      ++ledger.asked;
      if (!ledger.failure.ok()) return ledger.failure;
      const auto found = committed.find(id);
      if (found == committed.end()) return std::optional<record::Position>();
      return std::optional(found->second);
    };
  }

  // Many sources, each taken as far as At(1).
  static record::SourceId Numbered(std::size_t number) {
    record::SourceId id;
    for (std::size_t i = 0; i < 4; ++i)
      id.first_frame[i] = static_cast<std::uint8_t>(number >> (8 * i));
    return id;
  }
  // More than may be remembered when they are not needed.
  void TakeMany(std::size_t count, bool in_window = false, bool commits = true) {
    for (std::size_t i = 0; i < count; ++i) {
      const record::SourceId id = Numbered(next++);
      Hold(id).Finish(At(1), in_window);
      if (commits) committed[id] = At(1);
    }
  }

  std::map<record::SourceId, record::Position> committed;
  std::size_t next = 0;
};

TEST_F(Forgetting, WhatIsCommittedIsForgottenAndTheSinkAnswersAgain) {
  for (int i = 0; i < 100; ++i) {
    TakeMany(1000);
    EXPECT_LE(claims.remembered(), Claims::kSweepAt);
  }
  EXPECT_LE(ledger.asked, 100'000 * 3);  // once to take it, twice at most to forget it
  for (const std::size_t i : {0U, 1U, 50'000U, 99'999U})
    EXPECT_EQ(Hold(Numbered(i)).position(), At(1));
}

TEST_F(Forgetting, WhatIsNotCommittedStays) {
  TakeMany(5000, false, false);
  EXPECT_EQ(claims.remembered(), 5000U);
  for (std::size_t i = 0; i < 5000; ++i) committed[Numbered(i)] = At(1);
  TakeMany(6000);  // twice the number that had to stay
  EXPECT_LE(claims.remembered(), 2 * Claims::kSweepAt + 5000U);
  EXPECT_EQ(Hold(Numbered(0)).position(), At(1));
  TakeMany(6000);
  EXPECT_LE(claims.remembered(), 2 * Claims::kSweepAt);
}

// The sink has an earlier position: its batch is on the way.
TEST_F(Forgetting, WhatIsCommittedInPartStays) {
  Hold(Id(1)).Finish(At(5));
  committed[Id(1)] = At(4);
  TakeMany(3000);
  EXPECT_EQ(Hold(Id(1)).position(), At(5));
}

// Whether the window holds more of the source than the sink has, its position does not tell: what
// is broken behind it, say.
TEST_F(Forgetting, WhatIsInAWindowStays) {
  TakeMany(3000, true);
  EXPECT_EQ(claims.remembered(), 3000U);
  first.holder.HandedOver();
  TakeMany(3000);
  EXPECT_LE(claims.remembered(), Claims::kSweepAt);
}

TEST_F(Forgetting, WhatIsHeldOrWaitedForStays) {
  committed[Id(1)] = At(3);
  Claim held = Hold(Id(1));
  std::thread other([&] {
    Claim after = Hold(Id(1), second);
    EXPECT_EQ(after.position(), At(4));
    after.Finish(At(5));
  });
  const auto live = claims.AcquireLive(Id(2).first_frame);
  TakeMany(3000);
  EXPECT_FALSE(claims.Acquire(live->id(), first.holder)->held());
  held.Finish(At(4));
  other.join();
  TakeMany(3000);
  EXPECT_EQ(Hold(Id(1)).position(), At(5));  // not what the sink has
}

TEST_F(Forgetting, WhatTheSinkCannotSayStays) {
  TakeMany(Claims::kSweepAt - 1);
  Claim last = Hold(Id(1));
  committed[Id(1)] = At(1);
  ledger.failure = Status::Io("disk gone");
  last.Finish(At(1));
  EXPECT_EQ(claims.remembered(), Claims::kSweepAt);
  ledger.failure = {};
  TakeMany(Claims::kSweepAt);  // twice as many
  EXPECT_LE(claims.remembered(), Claims::kSweepAt);
}

// What was never taken, could not be asked for, or was waited for in vain leaves nothing.
TEST_F(Forgetting, WhatSaysNothingIsNotRemembered) {
  Hold(Id(1)).Finish(std::nullopt);
  EXPECT_EQ(claims.remembered(), 0U);
  ledger.failure = Status::Io("disk gone");
  EXPECT_FALSE(claims.Acquire(Id(1), first.holder).ok());
  EXPECT_FALSE(claims.AcquireLive(Id(1).first_frame).ok());
  EXPECT_EQ(claims.remembered(), 0U);
}

}  // namespace
}  // namespace pdns::ingest
