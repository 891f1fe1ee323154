#include "tools/ingest/ask_program.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "unit/support/temp_dir.h"

namespace pdns::tools {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatient(60'000);

class AskProgramTest : public ::testing::Test {
 protected:
  Status Ask(const std::string& script, milliseconds longest = kPatient) {
    const std::string program = dir / "program";
    pdns::testing::WriteFile(program, "#!/bin/sh\n" + script + "\n");
    EXPECT_EQ(chmod(program.c_str(), 0700), 0);
    return AskProgram(program, {"program", "-d", "/db"}, "PDNS_TEST_ASKED=yes", hurry, longest);
  }

  pdns::testing::TempDir dir;
  Stop hurry;
};

TEST_F(AskProgramTest, YesIsOk) {
  EXPECT_TRUE(Ask(R"(test "$1 $2 $3 $PDNS_TEST_ASKED" = "--check -d /db yes")").ok());
}

TEST_F(AskProgramTest, NoIsSaidInItsWords) {
  const Status no = Ask("echo first; echo 'program: error: no such user' >&2; exit 64");
  EXPECT_EQ(no.code(), Code::kUsage);
  EXPECT_EQ(no.message(), "no such user");
  EXPECT_EQ(Ask("exit 1").code(), Code::kUsage);
}

TEST_F(AskProgramTest, WhatCannotAnswer) {
  EXPECT_EQ(AskProgram(dir / "none", {"none"}, "A=b", hurry).code(), Code::kIo);
  const Status killed = Ask("kill -9 $$");
  EXPECT_EQ(killed.code(), Code::kIo);
  EXPECT_NE(killed.message().find("signal 9"), std::string::npos) << killed.message();
}

// It is ended, and nothing of it is left; however much it says meanwhile.
TEST_F(AskProgramTest, NoAnswerInTime) {
  for (const std::string& silence : {std::string("exec sleep 1000"), std::string("exec yes")}) {
    const std::string told = dir / "pid";
    const Status late =
        Ask("echo $$ >" + told + ".new; mv " + told + ".new " + told + "; " + silence,
            milliseconds(300));
    EXPECT_EQ(late.code(), Code::kIo);
    EXPECT_NE(late.message().find("no answer"), std::string::npos) << late.message();
    pid_t child = 0;
    if (std::ifstream(told) >> child) {
      EXPECT_EQ(kill(child, 0), -1);
      EXPECT_EQ(errno, ESRCH);
    }
    std::filesystem::remove(told);
  }
}

TEST_F(AskProgramTest, OfWhatItSaysTheBeginningIsKept) {
  const Status no = Ask("head -c 300000 /dev/zero | tr '\\0' x >&2; exit 64");
  EXPECT_EQ(no.code(), Code::kUsage);
  EXPECT_EQ(no.message(), std::string(4096, 'x'));
}

// A program that would say yes, were it waited for.
TEST_F(AskProgramTest, AHurryEndsIt) {
  hurry.Request();
  EXPECT_EQ(Ask("sleep 3").code(), Code::kIo);
}

TEST_F(AskProgramTest, AHurryEndsItMeanwhile) {
  const std::string begun = dir / "begun";
  std::thread other([&] {
    while (!std::filesystem::exists(begun)) std::this_thread::yield();
    hurry.Request();
  });
  EXPECT_EQ(Ask(": >" + begun + "; sleep 3").code(), Code::kIo);
  other.join();
}

}  // namespace
}  // namespace pdns::tools
