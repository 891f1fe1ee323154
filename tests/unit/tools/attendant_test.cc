// Signals, as a child that is attended to meets them.
#include "attendant.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <initializer_list>
#include <string>
#include <thread>

namespace pdns::tools {
namespace {

using std::chrono::milliseconds;

constexpr int kReloads = 10;

bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 6000 && !condition(); ++i) std::this_thread::sleep_for(milliseconds(10));
  return condition();
}

// In a child, which sends itself the signals one by one: how it ended. 0: by a stop; kReloads: by
// one after which it would start anew.
int After(std::initializer_list<int> signals, const Attendant::Charge& charge) {
  const pid_t child = fork();
  if (child == 0) {
    BlockSignals();
    Stop stop;
    Attendant attendant(stop, charge);
    for (const int signal : signals) {
      kill(getpid(), signal);
      const auto taken = [signal] {
        sigset_t pending;
        sigpending(&pending);
        return sigismember(&pending, signal) == 0;
      };
      if (!Eventually(taken)) _exit(99);
      std::this_thread::sleep_for(milliseconds(20));
    }
    if (!Eventually([&stop] { return stop.requested(); })) _exit(98);
    _exit(attendant.reloads() ? kReloads : 0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Attendant::Charge WithReload(bool may) {
  Attendant::Charge charge{};
  charge.may_reload = [may](const Stop&) { return may ? Status() : Status::Usage("not today"); };
  return charge;
}

TEST(Attendant, EachSignalAloneAsksForAStop) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) EXPECT_EQ(After({signal}, {}), 0) << signal;
}

TEST(Attendant, ASecondOneEndsAtOnce) {
  EXPECT_EQ(After({SIGTERM, SIGTERM}, {}), 128 + SIGTERM);
  EXPECT_EQ(After({SIGHUP, SIGINT}, {}), 128 + SIGINT);
}

TEST(Attendant, Reloads) {
  EXPECT_EQ(After({SIGHUP}, WithReload(true)), kReloads);
  EXPECT_EQ(After({SIGHUP, SIGHUP}, WithReload(true)), kReloads);
  EXPECT_EQ(After({SIGHUP, SIGTERM}, WithReload(true)), 0);  // an end, after all
  EXPECT_EQ(After({SIGHUP, SIGTERM, SIGTERM}, WithReload(true)), 128 + SIGTERM);
  EXPECT_EQ(After({SIGTERM, SIGHUP}, WithReload(true)), 0);
}

TEST(Attendant, AReloadThatIsRefusedIsNoStop) {
  EXPECT_EQ(After({SIGHUP, SIGHUP, SIGTERM}, WithReload(false)), 0);
}

// The question is open as long as nobody hurries.
TEST(Attendant, SignalsAreHeardWhileTheQuestionIsOpen) {
  Attendant::Charge charge{};
  charge.may_reload = [](const Stop& hurry) {
    while (!hurry.requested()) std::this_thread::sleep_for(milliseconds(1));
    return Status();
  };
  EXPECT_EQ(After({SIGHUP, SIGTERM}, charge), 0);
  EXPECT_EQ(After({SIGHUP, SIGHUP, SIGTERM}, charge), 0);
  EXPECT_EQ(After({SIGHUP, SIGTERM, SIGINT}, charge), 128 + SIGINT);
}

// Whoever sends the signal again may have changed the configuration meanwhile: asked once more; in
// a storm, not for ever.
TEST(Attendant, AQuestionThatIsAskedAgain) {
  for (const int refusals : {0, 1, 2}) {
    const pid_t child = fork();
    if (child == 0) {
      BlockSignals();
      Stop stop;
      std::atomic<int> asked{0};
      Attendant::Charge charge{};
      charge.may_reload = [&asked, refusals](const Stop&) {
        kill(getpid(), SIGHUP);
        std::this_thread::sleep_for(milliseconds(50));
        return ++asked <= refusals ? Status::Usage("not yet") : Status();
      };
      Attendant attendant(stop, charge);
      kill(getpid(), SIGHUP);
      if (!Eventually([&stop] { return stop.requested(); })) _exit(98);
      _exit(attendant.reloads() && asked == 3 ? 0 : 97);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0) << refusals;
  }
}

// A process without figures, as one that hands its files to a live ingester, lives through it.
TEST(Attendant, FiguresArePrintedWhereThereAreSome) {
  EXPECT_EQ(After({SIGUSR1, SIGTERM}, {}), 0);
  Attendant::Charge charge{};
  charge.figures = [] { return std::vector<Figure>{{"pdns_x", "", Figure::Kind::kGauge, {}, 1}}; };
  EXPECT_EQ(After({SIGUSR1, SIGUSR1, SIGTERM}, charge), 0);
}

// The service that is asked for figures is gone before its attendant.
TEST(Attendant, WhatIsForgottenIsAskedNoMore) {
  const pid_t child = fork();
  if (child == 0) {
    BlockSignals();
    Stop stop;
    std::atomic<int> asked{0};
    Attendant::Charge charge{};
    charge.stats_interval = std::chrono::seconds(1);
    charge.figures = [&asked] {
      ++asked;
      return std::vector<Figure>();
    };
    Attendant attendant(stop, charge);
    kill(getpid(), SIGUSR1);
    if (!Eventually([&asked] { return asked >= 2; })) _exit(99);  // one is for the statistics
    attendant.Forget();
    const int before = asked;
    kill(getpid(), SIGUSR1);
    std::this_thread::sleep_for(milliseconds(1200));  // a line of statistics would be due
    kill(getpid(), SIGTERM);
    if (!Eventually([&stop] { return stop.requested(); })) _exit(98);
    _exit(asked == before ? 0 : 97);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Attendant, BrokenPipesAndFileLimitsAreErrorsNotEnds) {
  EXPECT_EQ(After({SIGPIPE, SIGXFSZ, SIGTERM}, {}), 0);
}

}  // namespace
}  // namespace pdns::tools
