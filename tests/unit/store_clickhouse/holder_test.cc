#include "store_clickhouse/maintain/holder.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace pdns::store_clickhouse {
namespace {

TEST(Holder, TextAndBack) {
  const Holder own = ThisProcess();
  EXPECT_EQ(ParseHolder(own.Text()), own);
  EXPECT_FALSE(ThisProcess().mark == own.mark);
  EXPECT_EQ(own.pid, static_cast<std::uint64_t>(getpid()));
  EXPECT_GT(own.start, 0U);
  EXPECT_NE(own.Words().find("process " + std::to_string(getpid())), std::string::npos);
}

TEST(Holder, WhatIsNone) {
  const std::string mark(32, 'a');
  ASSERT_TRUE(ParseHolder(mark + "/" + mark + "/1/2/h").has_value());
  for (const std::string& text :
       {std::string(), std::string("/"), std::string("////"), mark + "/" + mark + "/1/2",
        mark + "/" + mark + "/1/2/", mark + "/" + mark + "/1//h", mark + "/" + mark + "/-1/2/h",
        mark + "/" + mark + "/1x/2/h", mark + "/" + mark.substr(1) + "/1/2/h",
        std::string(32, 'g') + "/" + mark + "/1/2/h",
        mark + "/" + mark + "/99999999999999999999/2/h",
        mark + "/" + mark + "/1/2/" + std::string(64, 'h')})
    EXPECT_FALSE(ParseHolder(text).has_value()) << text;
}

TEST(Holder, OneThatRunsIsNotGone) { EXPECT_FALSE(ThisProcess().IsGone()); }

TEST(Holder, OneThatEndedIsGone) {
  Holder ended = ThisProcess();
  const pid_t child = fork();
  if (child == 0) _exit(0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  ended.pid = static_cast<std::uint64_t>(child);
  EXPECT_TRUE(ended.IsGone());
  Holder successor = ThisProcess();  // its number was given to another process
  successor.start -= 1;
  EXPECT_TRUE(successor.IsGone());
}

// Nobody here can tell.
TEST(Holder, OneOfAnotherPlaceIsNotGone) {
  for (const char* place :
       {"00000000000000000000000000000000", "ffffffffffffffffffffffffffffffff"}) {
    Holder other = ThisProcess();
    other.place = place;
    other.start -= 1;
    EXPECT_FALSE(other.IsGone());
  }
}

}  // namespace
}  // namespace pdns::store_clickhouse
