#include "store_rocks/backup/retention.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pdns::store_rocks {
namespace {

using std::chrono::hours;
using std::chrono::sys_seconds;
using Numbers = std::vector<std::uint32_t>;

const sys_seconds kNow(std::chrono::seconds(1'795'372'876));

// One a day, the last of them now: '.' can be restored, 'x' cannot.
std::vector<store::Backup> Nightly(std::string_view states) {
  std::vector<store::Backup> backups;
  for (std::size_t i = 0; i < states.size(); ++i) {
    store::Backup& backup = backups.emplace_back();
    backup.number = static_cast<std::uint32_t>(i + 1);
    backup.made = kNow - hours(24) * static_cast<int>(states.size() - 1 - i);
    if (states[i] == 'x') backup.fault = "cut";
  }
  return backups;
}

TEST(OldBackups, NoneWithoutARule) { EXPECT_EQ(OldBackups(Nightly("....."), {}, kNow), Numbers()); }

TEST(OldBackups, ByCount) {
  EXPECT_EQ(OldBackups(Nightly("....."), {2, {}}, kNow), (Numbers{1, 2, 3}));
  EXPECT_EQ(OldBackups(Nightly("....."), {5, {}}, kNow), Numbers());
  EXPECT_EQ(OldBackups({}, {1, {}}, kNow), Numbers());
}

TEST(OldBackups, ByAge) {
  EXPECT_EQ(OldBackups(Nightly("....."), {{}, hours(48)}, kNow), (Numbers{1, 2}));
  // Years later the newest stays.
  EXPECT_EQ(OldBackups(Nightly("....."), {{}, hours(48)}, kNow + hours(99999)),
            (Numbers{1, 2, 3, 4}));
  // A clock that went back makes none older.
  EXPECT_EQ(OldBackups(Nightly("....."), {{}, hours(48)}, kNow - hours(99999)), Numbers());
}

TEST(OldBackups, WhatOneRuleKeepsStays) {
  EXPECT_EQ(OldBackups(Nightly("....."), {4, hours(48)}, kNow), (Numbers{1}));
  EXPECT_EQ(OldBackups(Nightly("....."), {1, hours(72)}, kNow), (Numbers{1}));
}

TEST(OldBackups, WhatCannotBeRestoredIsNotCounted) {
  EXPECT_EQ(OldBackups(Nightly("..xx."), {2, {}}, kNow), (Numbers{1}));
  EXPECT_EQ(OldBackups(Nightly("x...."), {2, {}}, kNow), (Numbers{1, 2, 3}));
  // Until a newer one can be restored, nothing goes.
  EXPECT_EQ(OldBackups(Nightly("..xxx"), {1, {}}, kNow), (Numbers{1}));
  EXPECT_EQ(OldBackups(Nightly(".xxx"), {1, hours(1)}, kNow), Numbers());
  EXPECT_EQ(OldBackups(Nightly("xxx"), {1, hours(1)}, kNow), Numbers());
}

}  // namespace
}  // namespace pdns::store_rocks
