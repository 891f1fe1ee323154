#include "base/stop.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>
#include <csignal>
#include <thread>

namespace pdns {
namespace {

bool Readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return poll(&one, 1, 0) == 1;
}

TEST(Stop, ReadableOnceRequestedAndEverAfter) {
  Stop stop;
  EXPECT_FALSE(stop.requested());
  EXPECT_FALSE(Readable(stop.fd()));
  for (int i = 0; i < 3; ++i) {
    stop.Request();
    EXPECT_TRUE(stop.requested());
    EXPECT_TRUE(Readable(stop.fd()));
  }
}

TEST(Stop, WakesAThreadThatWaits) {
  Stop stop;
  std::thread waiter([&stop] {
    pollfd one{stop.fd(), POLLIN, 0};
    EXPECT_EQ(poll(&one, 1, -1), 1);
    EXPECT_TRUE(stop.requested());
  });
  stop.Request();
  waiter.join();
}

Stop* in_handler = nullptr;

TEST(Stop, ASignalHandlerMayAskAndErrnoStays) {
  Stop stop;
  in_handler = &stop;
  const auto before = std::signal(SIGUSR1, [](int) { in_handler->Request(); });
  errno = EDOM;
  std::raise(SIGUSR1);
  EXPECT_EQ(errno, EDOM);
  EXPECT_TRUE(stop.requested());
  std::signal(SIGUSR1, before);
}

}  // namespace
}  // namespace pdns
