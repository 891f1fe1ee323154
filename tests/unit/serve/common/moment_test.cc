#include "serve/common/moment.h"

#include <gtest/gtest.h>

#include <atomic>

#include "unit/support/eventually.h"
#include "unit/support/fake_store.h"

namespace pdns::serve {
namespace {

using testing::Eventually;
using testing::FakeSnapshot;

// What the database does next, and how often it was asked.
struct World {
  std::atomic<Code> open{Code::kOk};
  std::atomic<Code> refresh{Code::kOk};
  std::atomic<int> opened{0};
  std::atomic<int> refreshed{0};
};

Status Of(Code code) { return code == Code::kOk ? Status() : Status(code, "it is damaged"); }

class FakeDatabase final : public store::Database {
 public:
  explicit FakeDatabase(World& world) : world_(world) {}
  Result<std::unique_ptr<store::Snapshot>> NewSnapshot() override {
    return std::unique_ptr<store::Snapshot>(std::make_unique<FakeSnapshot>());
  }
  Status Refresh() override {
    ++world_.refreshed;
    return Of(world_.refresh);
  }

 private:
  World& world_;
};

struct MomentTest : ::testing::Test {
  Moment::Open Opener() {
    return [this]() -> Result<std::unique_ptr<store::Database>> {
      ++world.opened;
      if (world.open != Code::kOk) return Of(world.open);
      return std::unique_ptr<store::Database>(std::make_unique<FakeDatabase>(world));
    };
  }
  World world;
};

TEST_F(MomentTest, IsOpenedOnceAndLookedAtAgain) {
  Moment moment(Opener());
  EXPECT_TRUE(moment.NewSnapshot().ok());
  EXPECT_TRUE(Eventually([&] { return moment.NewSnapshot().ok() && world.refreshed >= 2; }));
  EXPECT_EQ(world.opened, 1);
}

TEST_F(MomentTest, WithoutARequestNobodyLooks) {
  const auto none = std::make_unique<Moment>(Opener());
  EXPECT_TRUE(Eventually([&] { return world.opened == 1; }));
  EXPECT_EQ(world.refreshed, 0);
}

TEST_F(MomentTest, WhatCannotBeOpenedIsTriedAgain) {
  world.open = Code::kNoInput;
  Moment moment(Opener());
  const auto refused = moment.NewSnapshot();
  EXPECT_EQ(refused.status().code(), Code::kNoInput);
  EXPECT_EQ(refused.status().message(), "it is damaged");
  EXPECT_FALSE(moment.NewSnapshot().ok());
  world.open = Code::kOk;
  EXPECT_TRUE(Eventually([&] { return moment.NewSnapshot().ok(); }));
}

// An older moment of it is not served as if it were what there is.
TEST_F(MomentTest, WhatGetsDamagedIsRefusedUntilItIsMended) {
  Moment moment(Opener());
  EXPECT_TRUE(moment.NewSnapshot().ok());
  world.refresh = world.open = Code::kCorrupt;
  EXPECT_TRUE(Eventually([&] { return !moment.NewSnapshot().ok(); }));
  world.refresh = world.open = Code::kOk;
  EXPECT_TRUE(Eventually([&] { return moment.NewSnapshot().ok(); }));
}

}  // namespace
}  // namespace pdns::serve
