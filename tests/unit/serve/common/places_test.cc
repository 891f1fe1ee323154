#include "serve/common/places.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "unit/support/eventually.h"

namespace pdns::serve {
namespace {

using testing::Eventually;

constexpr std::chrono::seconds kLong(1000);

// A claim in a thread of its own.
struct Claim {
  Claim(Places& places, Places::Want wanted) : want(std::move(wanted)) {
    thread = std::thread([this, &places] {
      got = places.Claim(want, [this] { return left.load(); });
      over = true;
    });
  }
  ~Claim() {
    left = true;
    thread.join();
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  bool In() const { return over && got; }

  const Places::Want want;
  std::atomic<bool> left{false};
  std::atomic<bool> got{false};
  std::atomic<bool> over{false};
  std::thread thread;
};

struct PlacesTest : ::testing::Test {
  // Returns when it is in, or in line.
  Claim& Begin(const std::string& who, std::size_t count, std::size_t bytes = 0) {
    const std::size_t before = places.waiting();
    claims.emplace_back(places, Places::Want{who, count, bytes});
    Claim& claim = claims.back();
    EXPECT_TRUE(Eventually([&] { return claim.over || places.waiting() > before; }));
    return claim;
  }
  void Free(const Claim& claim) { places.Free(claim.want); }

  Places places{kLong};
  std::list<Claim> claims;
};

TEST_F(PlacesTest, AllTogetherAreBounded) {
  for (const char* who : {"a", "b"}) {
    for (std::size_t i = 0; i < Places::kOfOne; ++i) EXPECT_TRUE(Begin(who, 1).In());
  }
  Claim& third = Begin("c", 1);
  EXPECT_FALSE(third.over);
  Free(claims.front());
  EXPECT_TRUE(Eventually([&] { return third.In(); }));
}

// Four slow readers of one asker hold half; the others are let in, and its own fifth is not.
TEST_F(PlacesTest, OneAskerHasHalf) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(Begin("slow", 2).In());
  Claim& fifth = Begin("slow", 2);
  EXPECT_FALSE(fifth.over);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(Begin("other", 2).In());
  EXPECT_FALSE(fifth.over);
  Free(claims.front());
  EXPECT_TRUE(Eventually([&] { return fifth.In(); }));
}

TEST_F(PlacesTest, TheNextIsOfTheAskerThatHoldsLeast) {
  Claim& first = Begin("a", 8);
  Begin("b", 6);
  Begin("c", 2);
  Claim& of_b = Begin("b", 2);
  Claim& of_c = Begin("c", 2);
  Claim& of_d = Begin("d", 8);
  EXPECT_FALSE(of_b.over || of_c.over || of_d.over);
  Free(first);
  EXPECT_TRUE(Eventually([&] { return of_d.In(); }));  // though it came last
  EXPECT_FALSE(of_b.over || of_c.over);
  Free(of_d);
  EXPECT_TRUE(Eventually([&] { return of_c.In() && of_b.In(); }));
}

// Small ones that come later do not keep a large one out.
TEST_F(PlacesTest, NobodyIsPassedBy) {
  std::vector<Claim*> small;
  for (int i = 0; i < 16; ++i) small.push_back(&Begin("s" + std::to_string(i), 1));
  Claim& large = Begin("large", 4);
  Claim& later = Begin("later", 1);
  for (int i = 0; i < 3; ++i) {
    Free(*small[static_cast<std::size_t>(i)]);
    std::this_thread::yield();
    EXPECT_FALSE(later.over);
  }
  Free(*small[3]);
  EXPECT_TRUE(Eventually([&] { return large.In(); }));
  EXPECT_FALSE(later.over);
  Free(*small[4]);
  EXPECT_TRUE(Eventually([&] { return later.In(); }));
}

TEST_F(PlacesTest, TheLineIsBounded) {
  for (const char* who : {"a", "b"}) Begin(who, Places::kOfOne);
  for (std::size_t asker = 0; asker < Places::kWaiting / Places::kWaitingOfOne; ++asker) {
    const std::string who = "w" + std::to_string(asker);
    for (std::size_t i = 0; i < Places::kWaitingOfOne; ++i) EXPECT_FALSE(Begin(who, 1).over);
    if (asker > 0) continue;
    const Claim& more = Begin(who, 1);
    EXPECT_TRUE(more.over && !more.got);
  }
  EXPECT_EQ(places.waiting(), Places::kWaiting);
  const Claim& more = Begin("another", 1);
  EXPECT_TRUE(more.over && !more.got);
}

TEST_F(PlacesTest, WhatWaitsIsBoundedInBytes) {
  for (const char* who : {"a", "b"}) Begin(who, Places::kOfOne);
  EXPECT_FALSE(Begin("c", 1, Places::kBytesWaiting / 2).over);
  EXPECT_FALSE(Begin("d", 1, Places::kBytesWaiting / 2).over);
  const Claim& more = Begin("e", 1, 1);
  EXPECT_TRUE(more.over && !more.got);
  EXPECT_FALSE(Begin("e", 1).over);
}

TEST_F(PlacesTest, WhoeverLeavesIsNotWaitedFor) {
  Claim& first = Begin("a", 8);
  Begin("b", 8);
  Claim& leaving = Begin("c", 8);
  Claim& behind = Begin("d", 2);
  leaving.left = true;
  EXPECT_TRUE(Eventually([&] { return leaving.over.load(); }));
  EXPECT_FALSE(leaving.got);
  Free(first);
  EXPECT_TRUE(Eventually([&] { return behind.In(); }));
}

TEST(Places, WaitsForSomeTime) {
  Places places{std::chrono::milliseconds(1)};
  const Places::Want all{"a", Places::kOfOne, 0};
  const auto wanted = [] { return false; };
  EXPECT_TRUE(places.Claim(all, wanted));
  EXPECT_FALSE(places.Claim(all, wanted));
  places.Free(all);
  EXPECT_TRUE(places.Claim(all, wanted));
}

}  // namespace
}  // namespace pdns::serve
