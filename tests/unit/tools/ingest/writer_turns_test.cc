// Who gets the writer when: a batch before a command, one at a time.
#include "tools/ingest/writer_turns.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "unit/support/eventually.h"

namespace pdns::tools {
namespace {

using testing::Eventually;
using Who = WriterTurns::Who;

TEST(WriterTurns, ABatchThatWaitsIsSeenAndGoesFirst) {
  WriterTurns turns;
  auto first = std::make_unique<WriterTurns::Turn>(turns, Who::kCommand);
  EXPECT_FALSE(turns.batch_waits());
  std::atomic<int> order{0};
  int batch = 0;
  int command = 0;
  std::thread batches([&] {
    const WriterTurns::Turn turn(turns, Who::kBatch);
    batch = ++order;
  });
  ASSERT_TRUE(Eventually([&] { return turns.batch_waits(); }));
  // Asks while the batch waits and the turn is taken.
  std::thread commands([&] {
    const WriterTurns::Turn turn(turns, Who::kCommand);
    command = ++order;
  });
  first.reset();
  batches.join();
  commands.join();
  EXPECT_EQ(batch, 1);
  EXPECT_EQ(command, 2);
  EXPECT_FALSE(turns.batch_waits());
}

TEST(WriterTurns, OneAtATime) {
  WriterTurns turns;
  constexpr int kTimes = 2000;
  int inside = 0;  // would be torn, and told by a sanitizer
  int most = 0;
  const auto work = [&](Who who) {
    for (int i = 0; i < kTimes; ++i) {
      const WriterTurns::Turn turn(turns, who);
      most = std::max(most, ++inside);
      --inside;
    }
  };
  std::thread batches(work, Who::kBatch);
  std::thread commands(work, Who::kCommand);
  batches.join();
  commands.join();
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace pdns::tools
