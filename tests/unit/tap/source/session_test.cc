#include "tap/source/session.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "unit/support/fake_ingester.h"
#include "unit/support/socket_peer.h"
#include "unit/support/stdin_pipe.h"
#include "unit/support/tapped.h"
#include "unit/support/temp_dir.h"

namespace pdns::tap {
namespace {

using testing::AddressResponse;
using testing::Capture;
using testing::ExchangePayload;
using testing::FakeIngester;
using testing::OutputPipe;
using testing::TempDir;
using testing::WriteFile;

std::string Of(const std::string& name) { return ExchangePayload(AddressResponse(name)); }

// A session on a thread of its own.
class Running {
 public:
  Running(SourceList sources, PrintOptions options)
      : thread_([this, from = std::move(sources), how = std::move(options)] {
          outcome_ = Run(from, how, pipe.fd(), interrupt);
        }) {}
  ~Running() {
    if (thread_.joinable()) Finish();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  const Outcome& Finish() {
    thread_.join();
    return outcome_;
  }

  OutputPipe pipe;
  Stop interrupt;

 private:
  Outcome outcome_;
  std::thread thread_;
};

PrintOptions Live() {
  PrintOptions options;
  options.live = true;
  return options;
}

// Connects as soon as somebody listens.
testing::SocketPeer ConnectTo(const std::string& path) {
  for (int tries = 0; tries < 3000; ++tries) {
    try {
      return testing::SocketPeer(path);
    } catch (const std::runtime_error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  throw std::runtime_error("nobody listens on " + path);
}

TEST(Run, FilesOneAfterTheOtherAndABadOneBetween) {
  const TempDir dir;
  WriteFile(dir / "a", Capture({Of("a.org")}));
  WriteFile(dir / "b", "no capture at all");
  WriteFile(dir / "c", testing::OpenCapture({Of("c.org")}) + "\0");
  Running run({.files = {dir / "a", dir / "b", dir / "missing", dir / "c"}}, {});
  const Outcome& outcome = run.Finish();
  EXPECT_EQ(outcome.counts.shown, 2U);
  EXPECT_EQ(outcome.status.code(), Code::kNoInput);
  EXPECT_FALSE(outcome.interrupted);
  const std::string text = run.pipe.Read();
  EXPECT_LT(text.find("a.org"), text.find("c.org"));
  EXPECT_NE(text.find("c.org"), std::string::npos);
}

TEST(Run, ABrokenStreamIsCounted) {
  const TempDir dir;
  WriteFile(dir / "a", testing::OpenCapture({Of("a.org")}) + testing::U32(1U << 30));
  Running run({.files = {dir / "a"}}, {});
  EXPECT_EQ(run.Finish().counts.malformed, 1U);
}

TEST(Run, StandardInputAsItComes) {
  testing::StdinPipe in;
  Running run({.files = {"-"}}, Live());
  in.Write(testing::StartFrame() + testing::DataFrame(Of("first.org")));
  EXPECT_NE(run.pipe.Read().find("first.org"), std::string::npos);
  run.interrupt.Request();
  const Outcome& outcome = run.Finish();
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_TRUE(outcome.status.ok());
}

TEST(Run, SeveralSocketsUntilTheLimit) {
  const TempDir dir;
  PrintOptions options = Live();
  options.limit = 2;
  Running run({.sockets = {dir / "a.sock", dir / "b.sock"}}, options);
  auto a = ConnectTo(dir / "a.sock");
  auto b = ConnectTo(dir / "b.sock");
  a.Send(testing::StartFrame() + testing::DataFrame(Of("a.org")));
  EXPECT_NE(run.pipe.Read().find("a.org"), std::string::npos);
  b.Send(testing::StartFrame() + testing::DataFrame(Of("b.org")));
  const Outcome& outcome = run.Finish();
  EXPECT_EQ(outcome.counts.shown, 2U);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_FALSE(std::filesystem::exists(dir / "a.sock"));
}

TEST(Run, ASocketThatCannotBeMade) {
  const TempDir dir;
  WriteFile(dir / "file", "");
  Running run({.sockets = {dir / "file"}}, Live());
  EXPECT_EQ(run.Finish().status.code(), Code::kUsage);
}

TEST(Run, ALiveIngesterUntilItEnds) {
  const TempDir dir;
  FakeIngester ingester(dir / "c", "{\"ok\":true}\n" + Capture({Of("live.org")}));
  Running run({.control = dir / "c"}, Live());
  EXPECT_NE(run.pipe.Read().find("live.org"), std::string::npos);
  EXPECT_EQ(run.Finish().counts.shown, 1U);
}

TEST(Run, AFollowedFileThatComesGrowsBreaksAndIsReplaced) {
  const TempDir dir;
  const std::string path = dir / "f";
  Running run({.followed = {path}}, Live());
  WriteFile(path, testing::OpenCapture({Of("first.org")}));
  EXPECT_NE(run.pipe.Read().find("first.org"), std::string::npos);
  {
    std::ofstream more(path, std::ios::binary | std::ios::app);
    more << testing::DataFrame(Of("grown.org"));
  }
  EXPECT_NE(run.pipe.Read().find("grown.org"), std::string::npos);
  WriteFile(dir / "bad", "this is no capture");
  std::filesystem::rename(dir / "bad", path);
  WriteFile(dir / "next", testing::OpenCapture({Of("next.org")}));
  std::this_thread::sleep_for(std::chrono::milliseconds(700));  // may see the bad one, or not
  std::filesystem::rename(dir / "next", path);
  EXPECT_NE(run.pipe.Read().find("next.org"), std::string::npos);
  run.interrupt.Request();
  const Outcome& outcome = run.Finish();
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_EQ(outcome.counts.shown, 3U);
  EXPECT_TRUE(outcome.status.ok()) << outcome.status.message();
}

// Nothing comes that could be written, and still it ends.
TEST(Run, TheReaderGoesAwayWhileNothingComes) {
  std::signal(SIGPIPE, SIG_IGN);
  const TempDir dir;
  Running run({.sockets = {dir / "a.sock"}}, Live());
  auto peer = ConnectTo(dir / "a.sock");
  run.pipe.CloseReader();
  EXPECT_TRUE(run.Finish().reader_gone);
}

TEST(SourceList, WhatComesAsItHappens) {
  const TempDir dir;
  WriteFile(dir / "a", "");
  EXPECT_FALSE((SourceList{.files = {dir / "a"}}.live()));
  EXPECT_TRUE((SourceList{.files = {dir / "a", "-"}}.live()));
  EXPECT_TRUE((SourceList{.followed = {"a"}}.live()));
  EXPECT_TRUE((SourceList{.sockets = {"a"}}.live()));
  EXPECT_TRUE((SourceList{.control = "a"}.live()));
}

}  // namespace
}  // namespace pdns::tap
