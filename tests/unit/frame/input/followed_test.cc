#include "frame/input/followed.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/stop.h"
#include "frame/reader.h"
#include "unit/support/frame_stream.h"
#include "unit/support/temp_dir.h"

namespace pdns::frame {
namespace {

using pdns::testing::AppendToFile;
using pdns::testing::Capture;
using pdns::testing::DataFrame;
using pdns::testing::OpenCapture;
using pdns::testing::StartFrame;
using pdns::testing::StopFrame;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;

// Does what comes next in the test each time the reader has nothing more to read; with nothing left
// to do it waits, as an ingester does, for the descriptor or the stop.
class Script : public Waiter {
 public:
  std::vector<std::function<void()>> steps;
  Stop stop;

  bool AwaitReadable(int fd) override {
    if (at_ < steps.size()) steps[at_++]();
    pollfd fds[] = {{fd, POLLIN, 0}, {stop.fd(), POLLIN, 0}};
    EXPECT_GT(poll(fds, 2, 60'000), 0) << "nothing told of the change";
    return fds[1].revents == 0;
  }
  bool done() const { return at_ == steps.size(); }

 private:
  std::size_t at_ = 0;
};

struct FollowedInputTest : ::testing::Test {
  std::unique_ptr<Input> Open() {
    auto input = OpenFollowed(path, script);
    EXPECT_TRUE(input.ok()) << input.status().message();
    return input.ok() ? std::move(*input) : nullptr;
  }
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

  TempDir dir;
  std::string path = dir / "file";
  Script script;
};

TEST_F(FollowedInputTest, WhatComesIsReadUntilTheStop) {
  WriteFile(path, "one ");
  script.steps = {[&] { AppendToFile(path, "two "); }, [&] { AppendToFile(path, "three"); },
                  [&] { script.stop.Request(); }};
  const auto input = Open();
  EXPECT_TRUE(input->reopenable());
  EXPECT_EQ(ReadToEnd(*input, 3), "one two three");
  EXPECT_EQ(input->consumed(), 13U);
  EXPECT_TRUE(script.done());
}

TEST_F(FollowedInputTest, AnEmptyFileIsABeginning) {
  WriteFile(path, "");
  script.steps = {[&] { AppendToFile(path, "x"); }, [&] { script.stop.Request(); }};
  EXPECT_EQ(ReadToEnd(*Open()), "x");
}

// The reader above sees whole frames only, however the bytes arrive.
TEST_F(FollowedInputTest, GrowthAtEveryByteOfAFrame) {
  const std::string bytes =
      Capture({"one", "two"}) + Capture({std::string(300, 'x')});  // one behind the other
  WriteFile(path, bytes.substr(0, 1));
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    script.steps.emplace_back([&, i] { AppendToFile(path, bytes.substr(i, 1)); });
  }
  script.steps.emplace_back([&] { script.stop.Request(); });
  Reader reader(Open());
  std::vector<std::string> frames;
  while (const auto frame = reader.Next()) frames.emplace_back(AsText(*frame));
  EXPECT_EQ(frames, (std::vector<std::string>{"one", "two", std::string(300, 'x')}));
  EXPECT_EQ(reader.end(), End::kStop);
  EXPECT_TRUE(script.done());
}

TEST_F(FollowedInputTest, AFrameThatStaysHalfIsNotTaken) {
  WriteFile(path, OpenCapture({"one"}) + DataFrame("two").substr(0, 5));
  script.steps = {[&] { script.stop.Request(); }};
  Reader reader(Open());
  EXPECT_TRUE(reader.Next().has_value());
  const std::uint64_t position = reader.position();
  EXPECT_FALSE(reader.Next().has_value());
  EXPECT_EQ(reader.end(), End::kCut);
  EXPECT_EQ(reader.position(), position);
}

TEST_F(FollowedInputTest, RenamedAndReplacedItIsReadToItsEnd) {
  WriteFile(path, "old");
  script.steps = {[&] { std::filesystem::rename(path, dir / "file.1"); },
                  [&] { AppendToFile(dir / "file.1", " more"); },  // the writer has it open still
                  [&] {
                    WriteFile(path, "new");
                    AppendToFile(dir / "file.1", " last");
                  }};
  EXPECT_EQ(ReadToEnd(*Open()), "old more last");
  EXPECT_TRUE(script.done());
  EXPECT_EQ(script.stop.requested(), false);
  script.steps.emplace_back([&] { script.stop.Request(); });
  EXPECT_EQ(ReadToEnd(*Open()), "new");
}

TEST_F(FollowedInputTest, AWriterThatIsLateIsStillRead) {
  WriteFile(path, "old");
  script.steps = {[&] {
    std::filesystem::rename(path, dir / "file.1");
    WriteFile(path, "new");
  }};
  for (int i = 0; i < 8; ++i) {  // while it goes on, the file has not ended
    script.steps.emplace_back([&] { AppendToFile(dir / "file.1", "."); });
  }
  EXPECT_EQ(ReadToEnd(*Open()), "old........");
}

TEST_F(FollowedInputTest, TruncatedItEnds) {
  WriteFile(path, "a long beginning");
  script.steps = {[&] { WriteFile(path, ""); }};
  const auto input = Open();
  EXPECT_EQ(ReadToEnd(*input), "a long beginning");
  AppendToFile(path, "a long beginning and more");
  EXPECT_EQ(ReadToEnd(*input), "");  // it has ended, whatever comes
}

TEST_F(FollowedInputTest, WrittenAnewAndLongerItEnds) {
  WriteFile(path, "one" + std::string(5000, 'x'));
  script.steps = {[&] { WriteFile(path, "two" + std::string(10'000, 'x')); }};
  EXPECT_EQ(ReadToEnd(*Open()), "one" + std::string(5000, 'x'));
}

TEST_F(FollowedInputTest, DeletedItEndsAfterAWhile) {
  WriteFile(path, "bytes");
  const int writer = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  script.steps = {[&] { std::filesystem::remove(path); },
                  [&] { EXPECT_EQ(write(writer, "!", 1), 1); }};
  EXPECT_EQ(ReadToEnd(*Open()), "bytes!");
  close(writer);
}

TEST_F(FollowedInputTest, SkipPassesOverWhatIsThereAndWaitsForTheRest) {
  WriteFile(path, std::string(5000, 'a'));
  script.steps = {[&] { AppendToFile(path, std::string(3000, 'b')); },
                  [&] { script.stop.Request(); }};
  const auto input = Open();
  const auto skipped = input->Skip(6000);
  ASSERT_TRUE(skipped.ok());
  EXPECT_EQ(*skipped, 6000U);
  EXPECT_EQ(input->consumed(), 6000U);
  EXPECT_EQ(ReadToEnd(*input), std::string(2000, 'b'));
  const auto none = input->Skip(1);
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(*none, 0U);
}

TEST_F(FollowedInputTest, SkipEndsWithTheFile) {
  WriteFile(path, std::string(5000, 'a'));
  script.steps = {[&] { WriteFile(path, "b"); }};
  const auto skipped = Open()->Skip(~std::uint64_t{0});
  ASSERT_TRUE(skipped.ok());
  EXPECT_EQ(*skipped, 5000U);
}

TEST_F(FollowedInputTest, WhatCannotBeFollowed) {
  ASSERT_EQ(mkfifo((dir / "fifo").c_str(), 0600), 0);
  for (const std::string& bad : {dir / "nothing", dir.path(), dir / "fifo", std::string()}) {
    const auto input = OpenFollowed(bad, script);
    ASSERT_FALSE(input.ok()) << bad;
    EXPECT_EQ(input.status().code(), Code::kIo) << bad;
  }
}

TEST_F(FollowedInputTest, NoDescriptorStaysOpen) {
  WriteFile(path, "x");
  const int before = dup(0);
  close(before);
  for (int i = 0; i < 3; ++i) {
    Open();
    EXPECT_TRUE(*AwaitFile(path, script));
    static_cast<void>(OpenFollowed(dir.path(), script));
  }
  const int after = dup(0);
  close(after);
  EXPECT_EQ(after, before);
}

// For one who has something to do before he waits.
TEST_F(FollowedInputTest, ItSaysThatThereIsNoMoreForNow) {
  const std::string bytes = Capture({"one", "two"});
  WriteFile(path, bytes.substr(0, bytes.size() - StopFrame().size() - 1));
  auto opened = OpenFollowed(path, script, AtEnd::kReturn);
  ASSERT_TRUE(opened.ok());
  Reader reader(std::move(*opened));
  EXPECT_EQ(AsText(*reader.Next()), "one");
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(reader.Next().has_value());
    EXPECT_EQ(reader.end(), End::kNone);
  }
  script.steps = {[&] { AppendToFile(path, bytes.substr(bytes.size() - StopFrame().size() - 1)); },
                  [&] { AppendToFile(path, OpenCapture({"three"})); }};
  EXPECT_TRUE(reader.Await());
  EXPECT_EQ(AsText(*reader.Next()), "two");
  EXPECT_FALSE(reader.Next().has_value());
  EXPECT_EQ(reader.end(), End::kNone);  // the writer may go on behind STOP
  EXPECT_TRUE(reader.Await());
  EXPECT_EQ(AsText(*reader.Next()), "three");
  EXPECT_FALSE(reader.Next().has_value());
  script.stop.Request();
  EXPECT_FALSE(reader.Await());
  EXPECT_FALSE(reader.Next().has_value());
  EXPECT_EQ(reader.end(), End::kCut);
}

// Whoever passes over what is not there yet waits for it.
TEST_F(FollowedInputTest, SkippingWaits) {
  WriteFile(path, "one");
  script.steps = {[&] { AppendToFile(path, " two"); }};
  auto opened = OpenFollowed(path, script, AtEnd::kReturn);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*(*opened)->Skip(5), 5U);
  EXPECT_TRUE(script.done());
  script.stop.Request();
  EXPECT_EQ(*(*opened)->Skip(100), 2U);
}

TEST_F(FollowedInputTest, AFileIsAwaitedAndSoIsItsFolder) {
  path = dir / "folder/file";
  script.steps = {[&] { std::filesystem::create_directory(dir / "folder"); },
                  [&] { WriteFile(dir / "folder/other", ""); }, [&] { WriteFile(path, "x"); }};
  const auto there = AwaitFile(path, script);
  ASSERT_TRUE(there.ok());
  EXPECT_TRUE(*there);
  EXPECT_TRUE(script.done());
}

TEST_F(FollowedInputTest, AwaitingEndsAtAStop) {
  script.steps = {[&] { script.stop.Request(); }};
  const auto there = AwaitFile(path, script);
  ASSERT_TRUE(there.ok());
  EXPECT_FALSE(*there);
}

}  // namespace
}  // namespace pdns::frame
