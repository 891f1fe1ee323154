#include "tools/ingest/database_size.h"

#include <gtest/gtest.h>

namespace pdns::tools {
namespace {

TEST(DatabaseSize, NoLimit) {
  DatabaseSize size({});
  EXPECT_TRUE(size.MayGrow(UINT64_MAX, 0));
  EXPECT_FALSE(DatabaseLimits{}.any());
}

TEST(DatabaseSize, GrowsAgainOnlyBelowTheLimit) {
  DatabaseSize size({.most = 1600});
  EXPECT_TRUE(size.MayGrow(1599, 0));
  EXPECT_FALSE(size.MayGrow(1600, 0));
  EXPECT_FALSE(size.MayGrow(1599, 0));
  EXPECT_FALSE(size.MayGrow(1500, 0));
  EXPECT_TRUE(size.MayGrow(1499, 0));
  EXPECT_TRUE(size.MayGrow(1599, 0));
}

TEST(DatabaseSize, LeavesFreeSpace) {
  DatabaseSize size({.least_free = 1600});
  EXPECT_TRUE(size.MayGrow(1, 1600));
  EXPECT_FALSE(size.MayGrow(1, 1599));
  EXPECT_FALSE(size.MayGrow(1, 1699));
  EXPECT_TRUE(size.MayGrow(1, 1700));
}

TEST(DatabaseSize, SaysWhichLimit) {
  DatabaseSize size({.most = 2 << 20, .least_free = 1 << 20});
  EXPECT_FALSE(size.MayGrow(3 << 20, 5 << 20));
  EXPECT_EQ(size.reason(), "it holds 3.0 MiB of 2.0 MiB");
  EXPECT_FALSE(size.MayGrow(1 << 20, 1 << 19));
  EXPECT_EQ(size.reason(), "its disk has 0.5 MiB free, and 1.0 MiB are to stay free");
}

}  // namespace
}  // namespace pdns::tools
