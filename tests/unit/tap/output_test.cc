#include "tap/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <thread>

#include "unit/support/tapped.h"

namespace pdns::tap {
namespace {

using testing::OutputPipe;

TEST(Output, AtOnceOrInLargePieces) {
  const Stop interrupt;
  OutputPipe pipe;
  Output at_once(pipe.fd(), true, interrupt);
  EXPECT_TRUE(at_once.Write("one\n"));
  EXPECT_EQ(pipe.Read(), "one\n");
  Output held(pipe.fd(), false, interrupt);
  EXPECT_TRUE(held.Write("two\n"));
  EXPECT_TRUE(at_once.Write("three\n"));
  EXPECT_TRUE(held.Flush());
  EXPECT_EQ(pipe.Read(), "three\ntwo\n");
}

TEST(Output, WaitsForASlowReader) {
  const Stop interrupt;
  OutputPipe pipe;
  const std::string text(1U << 20, 'x');
  std::thread writer([&] {
    Output output(pipe.fd(), true, interrupt);
    EXPECT_TRUE(output.Write(text));
  });
  std::string got;
  while (got.size() < text.size()) got += pipe.Read();
  writer.join();
  EXPECT_EQ(got, text);
}

TEST(Output, AnInterruptEndsTheWait) {
  Stop interrupt;
  OutputPipe pipe;
  Output output(pipe.fd(), true, interrupt);
  std::thread writer([&] { output.Write(std::string(1U << 20, 'x')); });
  pipe.Read();
  interrupt.Request();
  writer.join();  // would wait for ever
  EXPECT_EQ(output.error(), 0);
}

TEST(Output, TheReaderGoesAway) {
  std::signal(SIGPIPE, SIG_IGN);
  const Stop interrupt;
  OutputPipe pipe;
  pipe.CloseReader();
  Output output(pipe.fd(), true, interrupt);
  EXPECT_FALSE(output.Write("text"));
  EXPECT_EQ(output.error(), EPIPE);
  EXPECT_FALSE(output.Write("text"));
}

TEST(Output, AFullDisk) {
  const Stop interrupt;
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  Output output(full, true, interrupt);
  EXPECT_FALSE(output.Write("text"));
  EXPECT_EQ(output.error(), ENOSPC);
  close(full);
}

}  // namespace
}  // namespace pdns::tap
