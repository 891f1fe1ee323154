#include "frame/input/input.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <thread>

#include "base/bytes.h"
#include "base/stop.h"
#include "frame/input/followed.h"
#include "unit/support/frame_stream.h"
#include "unit/support/inputs.h"
#include "unit/support/stdin_pipe.h"
#include "unit/support/temp_dir.h"

namespace pdns::frame {
namespace {

using pdns::testing::Capture;
using pdns::testing::NoWaiter;
using pdns::testing::StdinPipe;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;

// Waits as an ingester does: for the descriptor or the stop.
class PollingWaiter : public Waiter {
 public:
  bool AwaitReadable(int fd) override {
    pollfd fds[] = {{fd, POLLIN, 0}, {stop.fd(), POLLIN, 0}};
    poll(fds, 2, -1);
    return fds[1].revents == 0;
  }

  Stop stop;
};

std::string ReadToEnd(Input& input, std::size_t at_a_time = 1000) {
  std::string all;
  std::vector<std::uint8_t> some(at_a_time);
  while (true) {
    const auto got = input.Read(some);
    EXPECT_TRUE(got.ok()) << got.status().message();
    if (!got.ok() || *got == 0) return all;
    AppendBytes(all, Bytes(some).first(*got));
  }
}

struct InputTest : ::testing::Test {
  std::string File(std::string_view bytes) {
    WriteFile(dir / "file", bytes);
    return dir / "file";
  }

  TempDir dir;
  NoWaiter waiter;
};

TEST_F(InputTest, APlainFileIsReadAsItIs) {
  const std::string bytes = Capture({"one", std::string(10'000, 'x')});
  auto input = OpenInput(File(bytes), waiter);
  ASSERT_TRUE(input.ok()) << input.status().message();
  EXPECT_TRUE((*input)->reopenable());
  EXPECT_EQ(ReadToEnd(**input, 3), bytes);
  EXPECT_EQ((*input)->consumed(), bytes.size());
  EXPECT_EQ(waiter.asked, 0);  // a regular file never blocks
}

TEST_F(InputTest, SkipCountsWhatThereIs) {
  const std::string bytes = Capture({"one", "two"});
  for (std::uint64_t n = 0; n <= bytes.size() + 3; ++n) {
    auto input = OpenInput(File(bytes), waiter);
    ASSERT_TRUE(input.ok());
    const auto skipped = (*input)->Skip(n);
    ASSERT_TRUE(skipped.ok());
    EXPECT_EQ(*skipped, std::min<std::uint64_t>(n, bytes.size()));
    EXPECT_EQ(ReadToEnd(**input), bytes.substr(*skipped));
    EXPECT_EQ((*input)->consumed(), bytes.size());
  }
}

TEST_F(InputTest, SkipBeyondTheEndIsNoJumpIntoTheVoid) {
  auto input = OpenInput(File(Capture({"one"})), waiter);
  ASSERT_TRUE(input.ok());
  const auto skipped = (*input)->Skip(~std::uint64_t{0});
  ASSERT_TRUE(skipped.ok());
  EXPECT_EQ(*skipped, Capture({"one"}).size());
}

TEST_F(InputTest, AFileThatGrowsIsReadOn) {
  const std::string bytes = Capture({"one"});
  auto input = OpenInput(File(bytes.substr(0, 10)), waiter);
  ASSERT_TRUE(input.ok());
  EXPECT_EQ(ReadToEnd(**input), bytes.substr(0, 10));
  WriteFile(dir / "file", bytes);
  EXPECT_EQ(ReadToEnd(**input), bytes.substr(10));
}

TEST_F(InputTest, EmptyAndVeryShortFiles) {
  for (std::size_t size = 0; size <= 4; ++size) {
    auto input = OpenInput(File(std::string(size, '\0')), waiter);
    ASSERT_TRUE(input.ok()) << size;  // the beginning of a capture
    EXPECT_EQ(ReadToEnd(**input).size(), size);
  }
  for (const char* text : {"x", "xyz", "\x1f\x8b"}) {
    EXPECT_EQ(OpenInput(File(text), waiter).status().code(), Code::kMalformed) << text;
  }
}

// The rule sees as much of a file as whoever reads it is recognized by.
TEST_F(InputTest, ARuleSeesTheWholeHead) {
  static const std::string kHead = "a log of lines12";
  ASSERT_EQ(kHead.size(), kHeadSize);
  OpenRule rule;
  rule.is_plain = [](std::string_view head) { return head == kHead; };
  for (const std::string& bytes : {kHead, kHead + " and more"}) {
    auto input = OpenInput(File(bytes), waiter, rule);
    ASSERT_TRUE(input.ok()) << input.status().message();
    EXPECT_EQ(ReadToEnd(**input), bytes);
  }
  EXPECT_FALSE(OpenInput(File(kHead.substr(0, kHeadSize - 1)), waiter, rule).ok());
}

TEST_F(InputTest, WhatIsNoCaptureIsSaidToBeNone) {
  const auto input = OpenInput(File("; a zone file, by mistake\n$ORIGIN org.\n"), waiter);
  ASSERT_FALSE(input.ok());
  EXPECT_EQ(input.status().code(), Code::kMalformed);
  EXPECT_NE(input.status().message().find("Frame Streams"), std::string::npos);
}

TEST_F(InputTest, WhatCannotBeOpened) {
  for (const std::string& path : {dir / "nothing", dir.path(), std::string()}) {
    const auto input = OpenInput(path, waiter);
    ASSERT_FALSE(input.ok()) << path;
    EXPECT_EQ(input.status().code(), Code::kIo) << path;
  }
}

TEST_F(InputTest, NoDescriptorStaysOpen) {
  const int before = dup(0);
  close(before);
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(OpenInput(dir.path(), waiter));
    static_cast<void>(OpenInput(File("rubbish"), waiter));
    static_cast<void>(OpenInput(File(Capture({"one"})), waiter));
  }
  const int after = dup(0);
  close(after);
  EXPECT_EQ(after, before);
}

TEST_F(InputTest, AFifoWithoutAWriterWaitsForTheStop) {
  PollingWaiter polling;
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  std::thread stopper([&polling] { polling.stop.Request(); });
  const auto input = OpenInput(dir / "fifo", polling);  // does not hang
  stopper.join();
  ASSERT_TRUE(input.ok());
  EXPECT_EQ(ReadToEnd(**input), "");
}

TEST_F(InputTest, AFifoIsReadToItsWritersEnd) {
  const std::string bytes = Capture({std::string(300'000, 'x')});
  PollingWaiter polling;
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  std::thread writer([&] { WriteFile(dir / "fifo", bytes); });
  auto input = OpenInput(dir / "fifo", polling);
  ASSERT_TRUE(input.ok());
  EXPECT_FALSE((*input)->reopenable());
  EXPECT_EQ(ReadToEnd(**input), bytes);
  writer.join();
}

// As files of /proc and of FUSE do.
TEST_F(InputTest, ARegularFileThatHasNothingYetIsWaitedFor) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
  {
    auto input = MakePlainInput(ends[0], true, waiter);  // whose wait ends by a stop
    EXPECT_EQ(ReadToEnd(*input), "");
    EXPECT_EQ(waiter.asked, 1);
    ASSERT_EQ(write(ends[1], "abc", 3), 3);
    close(ends[1]);
    EXPECT_EQ(ReadToEnd(*input), "abc");
    EXPECT_EQ(waiter.asked, 1);
  }
  EXPECT_EQ(fcntl(ends[0], F_GETFD), -1);
}

TEST_F(InputTest, AFifoCanBePassedOver) {
  const std::string bytes = Capture({std::string(300'000, 'x')});
  PollingWaiter polling;
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  std::thread writer([&] { WriteFile(dir / "fifo", bytes); });
  auto input = OpenInput(dir / "fifo", polling);
  ASSERT_TRUE(input.ok());
  const auto skipped = (*input)->Skip(250'000);
  ASSERT_TRUE(skipped.ok());
  EXPECT_EQ(*skipped, 250'000U);
  EXPECT_EQ(ReadToEnd(**input), bytes.substr(250'000));
  writer.join();
}

TEST_F(InputTest, StandardInputBytesAsTheyCome) {
  const std::string bytes = Capture({"one"});
  PollingWaiter polling;
  StdinPipe pipe;
  std::thread writer([&] {
    for (const char byte : bytes) pipe.Write({&byte, 1});
    pipe.CloseWriter();
  });
  {
    auto input = OpenInput("-", polling);
    ASSERT_TRUE(input.ok());
    EXPECT_FALSE((*input)->reopenable());
    EXPECT_EQ(ReadToEnd(**input), bytes);
  }
  writer.join();
  EXPECT_NE(fcntl(STDIN_FILENO, F_GETFD), -1);  // it is not ours to close
}

TEST_F(InputTest, StandardInputThatIsSilentEndsAtAStop) {
  const std::string bytes = Capture({"one"});
  PollingWaiter polling;
  StdinPipe pipe;
  pipe.Write(bytes);
  auto input = OpenInput("-", polling);
  ASSERT_TRUE(input.ok());
  std::vector<std::uint8_t> some(bytes.size());
  std::string all;
  while (all.size() < bytes.size()) {
    const auto got = (*input)->Read(some);
    ASSERT_TRUE(got.ok());
    AppendBytes(all, Bytes(some).first(*got));
  }
  polling.stop.Request();
  EXPECT_EQ(all + ReadToEnd(**input), bytes);
}

// Whoever may write to a folder may put anything in place of a file, at any moment.
TEST_F(InputTest, InAFolderOnlyItsOwnRegularFilesAreOpened) {
  namespace fs = std::filesystem;
  const std::string folder = dir / "folder";
  const std::string capture = Capture({"a"});
  fs::create_directories(folder + "/sub");
  fs::create_directory(dir / "elsewhere");
  for (const char* file : {"folder/file", "folder/sub/file", "elsewhere/file"})
    WriteFile(dir / file, capture);
  fs::create_symlink("file", folder + "/link");
  fs::create_symlink(dir / "elsewhere/file", folder + "/far");
  fs::create_directory_symlink(dir / "elsewhere", folder + "/there");
  fs::create_directory_symlink(folder, dir / "named");  // a folder may be named by a link
  ASSERT_EQ(mkfifo((folder + "/fifo").c_str(), 0600), 0);
  const auto opened = [&](const std::string& root, const std::string& name) {
    auto input = OpenInput(root + "/" + name, waiter, {true, root});
    return input.ok() && ReadToEnd(**input) == capture;
  };
  for (const std::string& root : {folder, folder + "/", dir / "named"}) {
    for (const char* name : {"file", "sub/file", "/file"}) EXPECT_TRUE(opened(root, name)) << name;
    for (const char* name : {"link", "far", "there/file", "fifo", "sub", "../elsewhere/file",
                             "sub/../../elsewhere/file", "none", ""}) {
      EXPECT_FALSE(opened(root, name)) << name;
    }
  }
  EXPECT_FALSE(OpenInput(dir / "elsewhere/file", waiter, {true, folder}).ok());
  const auto link = OpenInput(folder + "/far", waiter, {true, folder});
  EXPECT_NE(link.status().message().find("link"), std::string::npos) << link.status().message();
}

// For a client of a socket, who must not be able to hold up others.
TEST_F(InputTest, ARegularFileAndNothingElse) {
  const std::string fifo = dir / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string& path : {fifo, std::string("/dev/zero"), std::string("/dev/null")}) {
    const auto input = OpenInput(path, waiter, {true, {}});
    ASSERT_FALSE(input.ok()) << path;
    EXPECT_NE(input.status().message().find("no regular file"), std::string::npos);
  }
  EXPECT_TRUE(OpenInput(File(Capture({"a"})), waiter, {true, {}}).ok());
}

// A writer waits for its FIFO to be opened; who opens and closes it kills the writer.
TEST_F(InputTest, WhatIsNoRegularFileIsNotEvenOpened) {
  const std::string folder = dir / "folder";
  ASSERT_TRUE(std::filesystem::create_directory(folder));
  const std::string fifo = folder + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const int notices = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  ASSERT_GE(inotify_add_watch(notices, fifo.c_str(), IN_OPEN), 0);
  EXPECT_FALSE(OpenInput(fifo, waiter, {true, {}}).ok());
  EXPECT_FALSE(OpenInput(fifo, waiter, {true, folder}).ok());
  const auto followed = OpenFollowed(fifo, waiter);
  EXPECT_NE(followed.status().message().find("no regular file"), std::string::npos);
  std::array<char, 4096> heard{};
  EXPECT_EQ(read(notices, heard.data(), heard.size()), -1) << "it was opened";
  EXPECT_EQ(errno, EAGAIN);
  close(notices);
}

}  // namespace
}  // namespace pdns::frame
