// Signals, as a child that is attended to meets them.
#include "tools/ingest/signal_supervisor.h"

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
int After(std::initializer_list<int> signals, const SignalSupervisor::Handlers& handlers) {
  const pid_t child = fork();
  if (child == 0) {
    BlockSignals();
    Stop stop;
    SignalSupervisor supervisor(stop, handlers);
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
    _exit(supervisor.reloads() ? kReloads : 0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

SignalSupervisor::Handlers WithReload(bool may) {
  SignalSupervisor::Handlers handlers{};
  handlers.may_reload = [may](const Stop&) { return may ? Status() : Status::Usage("not today"); };
  return handlers;
}

TEST(SignalSupervisor, EachSignalAloneAsksForAStop) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) EXPECT_EQ(After({signal}, {}), 0) << signal;
}

TEST(SignalSupervisor, ASecondOneEndsAtOnce) {
  EXPECT_EQ(After({SIGTERM, SIGTERM}, {}), 128 + SIGTERM);
  EXPECT_EQ(After({SIGHUP, SIGINT}, {}), 128 + SIGINT);
}

TEST(SignalSupervisor, Reloads) {
  EXPECT_EQ(After({SIGHUP}, WithReload(true)), kReloads);
  EXPECT_EQ(After({SIGHUP, SIGHUP}, WithReload(true)), kReloads);
  EXPECT_EQ(After({SIGHUP, SIGTERM}, WithReload(true)), 0);  // an end, after all
  EXPECT_EQ(After({SIGHUP, SIGTERM, SIGTERM}, WithReload(true)), 128 + SIGTERM);
  EXPECT_EQ(After({SIGTERM, SIGHUP}, WithReload(true)), 0);
}

TEST(SignalSupervisor, AReloadThatIsRefusedIsNoStop) {
  EXPECT_EQ(After({SIGHUP, SIGHUP, SIGTERM}, WithReload(false)), 0);
}

// The question is open as long as nobody hurries.
TEST(SignalSupervisor, SignalsAreHeardWhileTheQuestionIsOpen) {
  SignalSupervisor::Handlers handlers{};
  handlers.may_reload = [](const Stop& hurry) {
    while (!hurry.requested()) std::this_thread::sleep_for(milliseconds(1));
    return Status();
  };
  EXPECT_EQ(After({SIGHUP, SIGTERM}, handlers), 0);
  EXPECT_EQ(After({SIGHUP, SIGHUP, SIGTERM}, handlers), 0);
  EXPECT_EQ(After({SIGHUP, SIGTERM, SIGINT}, handlers), 128 + SIGINT);
}

// Whoever sends the signal again may have changed the configuration meanwhile: asked once more; in
// a storm, not for ever.
TEST(SignalSupervisor, AQuestionThatIsAskedAgain) {
  for (const int refusals : {0, 1, 2}) {
    const pid_t child = fork();
    if (child == 0) {
      BlockSignals();
      Stop stop;
      std::atomic<int> asked{0};
      SignalSupervisor::Handlers handlers{};
      handlers.may_reload = [&asked, refusals](const Stop&) {
        kill(getpid(), SIGHUP);
        std::this_thread::sleep_for(milliseconds(50));
        return ++asked <= refusals ? Status::Usage("not yet") : Status();
      };
      SignalSupervisor supervisor(stop, handlers);
      kill(getpid(), SIGHUP);
      if (!Eventually([&stop] { return stop.requested(); })) _exit(98);
      _exit(supervisor.reloads() && asked == 3 ? 0 : 97);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0) << refusals;
  }
}

// A process without figures, as one that hands its files to a live ingester, lives through it.
TEST(SignalSupervisor, FiguresArePrintedWhereThereAreSome) {
  EXPECT_EQ(After({SIGUSR1, SIGTERM}, {}), 0);
  SignalSupervisor::Handlers handlers{};
  handlers.figures = [] {
    return std::vector<Figure>{{"pdns_x", "", Figure::Kind::kGauge, {}, 1}};
  };
  EXPECT_EQ(After({SIGUSR1, SIGUSR1, SIGTERM}, handlers), 0);
}

// The service that is asked for figures is gone before its supervisor.
TEST(SignalSupervisor, WhatIsForgottenIsAskedNoMore) {
  const pid_t child = fork();
  if (child == 0) {
    BlockSignals();
    Stop stop;
    std::atomic<int> asked{0};
    SignalSupervisor::Handlers handlers{};
    handlers.stats_interval = std::chrono::seconds(1);
    handlers.figures = [&asked] {
      ++asked;
      return std::vector<Figure>();
    };
    SignalSupervisor supervisor(stop, handlers);
    kill(getpid(), SIGUSR1);
    if (!Eventually([&asked] { return asked >= 2; })) _exit(99);  // one is for the statistics
    supervisor.Forget();
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

TEST(SignalSupervisor, BrokenPipesAndFileLimitsAreErrorsNotEnds) {
  EXPECT_EQ(After({SIGPIPE, SIGTERM}, {}), 0);
}

}  // namespace
}  // namespace pdns::tools
