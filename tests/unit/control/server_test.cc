// A control socket with both its ends: what is asked is done, and no client costs another anything.
#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "frame/control.h"
#include "frame/splitter.h"
#include "unit/control/control_world.h"
#include "unit/ingest/memory_sink.h"
#include "unit/support/frame_stream.h"

namespace pdns::control {
namespace {

using pdns::testing::DataFrame;
using pdns::testing::SocketPeer;
using pdns::testing::StartFrame;
using pdns::testing::StopFrame;
using std::chrono::milliseconds;

TEST_F(ControlTest, NobodyListens) {
  server.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
  for (const std::string& nobody : {path, dir / "no/such/folder/control.sock"}) {
    const auto client = Client::Connect(nobody);
    ASSERT_TRUE(client.ok()) << client.status().message();
    EXPECT_FALSE(client->has_value());
  }
}

// One that is stopped by a debugger, say: the request fits no socket, and nobody reads it.
TEST_F(ControlTest, AFrozenIngesterDoesNotKeepWhoAsks) {
  server.reset();
  const auto frozen = net::ListeningSocket::Open({net::Endpoint::Kind::kUnix, path, false}, {});
  ASSERT_TRUE(frozen.ok()) << frozen.status().message();
  Client client = Connected();
  Stop stop;
  Status sent;
  std::thread asks(
      [&] { sent = client.Send(BackfillOf("/" + std::string(kLongestLine - 100, 'a')), stop); });
  EXPECT_TRUE(Eventually([&] {
    pollfd room{client.descriptor().get(), POLLOUT, 0};
    return poll(&room, 1, 0) == 0;
  }));
  stop.Request();
  asks.join();
  EXPECT_EQ(sent.code(), Code::kIo);
  EXPECT_EQ(sent.message(), "interrupted");
}

TEST_F(ControlTest, ABackfillWithProgressAndReport) {
  std::atomic<bool> shown{false};
  Request asked;
  work = [&](const Request& request, const Stop& /*stop*/, source::Progress& progress) {
    asked = request;
    progress.bytes_total = 100;
    progress.bytes_done = 40;
    progress.frames = 7;
    EXPECT_TRUE(Eventually([&] { return shown.load(); }));
    return ReportOf("one");
  };
  Request request = BackfillOf("/a");
  request.paths.emplace_back("/b");
  request.accepted = dnstap::SetOf(2);
  request.untrusted = source::Untrusted::kDrop;
  services.rules.policy.accepted = dnstap::SetOf(2);
  services.rules.policy.untrusted = source::Untrusted::kDrop;
  server.reset();
  Open();
  Client client = Connected();
  source::Progress progress;
  std::thread viewer([&] {
    EXPECT_TRUE(Eventually([&] { return progress.frames == 7; }));
    EXPECT_EQ(progress.bytes_total, 100U);
    EXPECT_EQ(progress.bytes_done, 40U);
    shown = true;
  });
  const auto report = Backfill(client, request, never, progress);
  viewer.join();
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_EQ(asked.paths, request.paths);
  EXPECT_EQ(asked.accepted, request.accepted);
  EXPECT_EQ(asked.untrusted, source::Untrusted::kDrop);
  EXPECT_EQ(report->exit_code, 0);
  EXPECT_EQ(report->json, ReportOf("one").json);
  EXPECT_EQ(report->text, ReportOf("one").text);
  EXPECT_FALSE(report->again);
}

TEST_F(ControlTest, WhatNeedsAttentionAndWhatFails) {
  work = [](const Request& request, const Stop& /*stop*/,
            source::Progress& /*progress*/) -> Result<Reply::Report> {
    if (request.paths[0] == "/fails") return Status::Corrupt("the sink failed");
    Reply::Report report = ReportOf(request.paths[0]);
    report.exit_code = 1;
    return report;
  };
  source::Progress progress;
  Client first = Connected();
  const auto report = Backfill(first, BackfillOf("/corrupt"), never, progress);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->exit_code, 1);
  Client second = Connected();
  const auto failed = Backfill(second, BackfillOf("/fails"), never, progress);
  EXPECT_EQ(failed.status().code(), Code::kCorrupt);
  EXPECT_EQ(failed.status().message(), "the sink failed");
}

TEST_F(ControlTest, AReportOfThousandsOfFiles) {
  work = [](const Request& /*request*/, const Stop& /*stop*/, source::Progress& /*progress*/) {
    std::string names;
    for (int i = 0; i < 20'000; ++i)
      names += "/var/log/dnstap/a-name-as-long-as-most/" + std::string(40, 'x') + std::to_string(i);
    return ReportOf(names);
  };
  Client client = Connected();
  source::Progress progress;
  const auto report = Backfill(client, BackfillOf("/a"), never, progress);
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_GT(report->json.size(), kLongestLine);
  EXPECT_NE(report->json.find("x19999\""), std::string::npos);
}

TEST_F(ControlTest, MorePathsThanALineHolds) {
  Request request = BackfillOf("/a");
  request.paths.assign(kLongestLine / 8, "/a/path");
  Client client = Connected();
  source::Progress progress;
  const auto report = Backfill(client, request, never, progress);
  EXPECT_EQ(report.status().code(), Code::kUsage);
  EXPECT_NE(report.status().message().find("name their folder"), std::string::npos);
}

TEST_F(ControlTest, AClientThatGoesAwayEndsItsJobAndNoOther) {
  work = [](const Request& request, const Stop& stop, source::Progress& /*progress*/) {
    return Wait(request, stop);
  };
  Client stays = Connected();
  ASSERT_TRUE(stays.Send(BackfillOf("/stays"), never).ok());
  {
    Client goes = Connected();
    ASSERT_TRUE(goes.Send(BackfillOf("/goes"), never).ok());
    ASSERT_TRUE(Eventually([&] { return jobs == 2; }));
  }
  EXPECT_TRUE(Eventually([&] { return jobs == 1; }));
  EXPECT_EQ(Line(stays).find("{\"progress\":"), 0U);
  server.reset();
  EXPECT_EQ(jobs, 0);
}

TEST_F(ControlTest, AStopOfTheClientEndsTheWorkThere) {
  work = [](const Request& request, const Stop& stop, source::Progress& /*progress*/) {
    return Wait(request, stop);
  };
  Stop stop;
  {
    Client client = Connected();
    source::Progress progress;
    std::thread impatient([&] {
      EXPECT_TRUE(Eventually([&] { return jobs == 1; }));
      stop.Request();
    });
    const auto report = Backfill(client, BackfillOf("/a"), stop, progress);
    impatient.join();
    EXPECT_EQ(report.status().code(), Code::kIo);
    EXPECT_EQ(report.status().message(), "interrupted");
  }
  EXPECT_TRUE(Eventually([&] { return jobs == 0; }));
}

// The next ingester is asked for the rest: so the one that ends must not take the question.
TEST_F(ControlTest, WhoIsSentToTheNextOneFindsTheSocketClosed) {
  Gate slow;
  work = [&slow](const Request& request, const Stop& stop, source::Progress& /*progress*/) {
    Reply::Report report = Wait(request, stop);
    if (request.paths[0] == "/slow") slow.Wait();
    return report;
  };
  Client other = Connected();
  ASSERT_TRUE(other.Send(BackfillOf("/slow"), never).ok());
  ASSERT_TRUE(Eventually([&] { return jobs == 1; }));
  Client client = Connected();
  ASSERT_TRUE(client.Send(BackfillOf("/quick"), never).ok());
  ASSERT_TRUE(Eventually([&] { return jobs == 2; }));
  std::thread end([this] { server.reset(); });
  std::string line;
  while (line.find("\"report\"") == std::string::npos) {
    line = Line(client);
    ASSERT_EQ(line.front(), '{') << line;
  }
  const auto reply = ParseReply(line);
  ASSERT_TRUE(reply.ok() && reply->report.has_value());
  EXPECT_TRUE(reply->report->again);
  EXPECT_EQ(jobs, 1);  // the slow one
  const auto next = Client::Connect(path);
  ASSERT_TRUE(next.ok());
  EXPECT_FALSE(next->has_value());
  slow.Open();
  end.join();
}

TEST_F(ControlTest, AnAdminCommandIsWorkOfItsOwnKind) {
  Gate gate;
  services.admin = [&](const Request& request, const Stop& /*stop*/,
                       source::Progress& progress) -> Result<Reply::Report> {
    ++jobs;
    progress.bytes_done = 7;
    gate.Wait();
    --jobs;
    return Reply::Report{2, request.command, request.options.at(0).first, false};
  };
  server.reset();
  Open();
  Request request;
  request.operation = Request::Operation::kAdmin;
  request.command = "expire";
  request.options = {{"older", "400d"}};
  Client client = Connected();
  ASSERT_TRUE(client.Send(request, never).ok());
  ASSERT_TRUE(Eventually([&] { return jobs == 1; }));
  // One at a time, and a backfill beside it.
  Client second = Connected();
  source::Progress progress;
  EXPECT_EQ(Backfill(second, request, never, progress).status().code(), Code::kBusy);
  Client files = Connected();
  EXPECT_TRUE(Backfill(files, BackfillOf("/a"), never, progress).ok());
  gate.Open();
  std::string line = Line(client);
  while (line.find("\"progress\"") != std::string::npos) line = Line(client);
  const auto reply = ParseReply(line);
  ASSERT_TRUE(reply.ok() && reply->report.has_value()) << line;
  EXPECT_EQ(reply->report->exit_code, 2);
  EXPECT_EQ(reply->report->text, "expire");
  EXPECT_EQ(reply->report->json, "older");
}

TEST_F(ControlTest, AnIngesterWithoutAdminCommandsSaysSo) {
  services.admin = nullptr;
  server.reset();
  Open();
  Request request;
  request.operation = Request::Operation::kAdmin;
  request.command = "compact";
  Client client = Connected();
  source::Progress progress;
  EXPECT_EQ(Backfill(client, request, never, progress).status().code(), Code::kUsage);
}

TEST_F(ControlTest, Status) {
  EXPECT_EQ(Asked("{\"op\":\"status\"}\n"), "{\"figures\":1}");
  EXPECT_EQ(Asked("{\"op\":\"status\"}\n and whatever follows it"), "{\"figures\":1}");
}

TEST_F(ControlTest, GarbageIsAnswered) {
  for (const char* garbage : {"\n", "hello\n", "GET / HTTP/1.1\r\n\r\n", "{\"op\":\"format\"}\n",
                              "{\"op\":\"backfill\",\"paths\":[\"relative\"]}\n"}) {
    const auto reply = ParseReply(Asked(garbage));
    ASSERT_TRUE(reply.ok()) << garbage;
    EXPECT_EQ(reply->error.code(), Code::kUsage) << garbage;
    EXPECT_EQ(reply->error.message().find("control socket: "), 0U);
  }
  EXPECT_EQ(jobs, 0);
}

// Ended well before its time of silence: it is its length that ends it.
TEST_F(ControlTest, AnEndlessLineIsCutOff) {
  SocketPeer peer(path);
  const std::string much(4096, 'x');
  std::size_t sent = 0;
  try {
    for (; sent <= 16 * kLongestLine; sent += much.size()) peer.SendAll(much);
  } catch (const std::runtime_error&) {  // the other end closed
  }
  EXPECT_LT(sent, 4 * kLongestLine);
  EXPECT_EQ(Asked("{\"op\":\"status\"}\n"), "{\"figures\":1}");
}

TEST_F(ControlTest, ALineInPiecesIsOne) {
  Client client = Connected();
  SocketPeer peer(dup(client.descriptor().get()));
  for (const char byte : std::string("{\"op\":\"status\"}\n")) {
    peer.SendAll(std::string(1, byte));
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_EQ(Line(client), "{\"figures\":1}");
}

TEST_F(ControlTest, SilenceIsLetGoAndAnEndDoesNotWaitForIt) {
  SocketPeer silent(path);
  EXPECT_TRUE(Eventually([&] { return silent.Closed(); }));
  SocketPeer another(path);
  SocketPeer half(path);
  half.Send("{\"op\":");
  server.reset();
  EXPECT_TRUE(another.Closed());
  EXPECT_TRUE(half.Closed());
}

class TapTest : public ControlTest {
 protected:
  TapTest() : client(Connected()) {
    Request request;
    request.operation = Request::Operation::kTap;
    EXPECT_TRUE(client.Send(request, never).ok());
    EXPECT_EQ(Line(client), "{\"ok\":true}");
    EXPECT_EQ(taps.taps(), 1U);
  }
  // All of the stream that comes until it is at least `n` long, or the end.
  const std::string& Read(std::size_t n) {
    std::array<std::uint8_t, 65536> some;
    while (stream.size() < n) {
      const auto got = client.Read(some, never);
      if (got.value_or(0) == 0) break;
      AppendBytes(stream, Bytes(some).first(*got));
    }
    return stream;
  }

  Client client;
  std::string stream;
};

TEST_F(TapTest, StartFramesStop) {
  const std::string expected = StartFrame() + DataFrame("one") + DataFrame("two");
  taps.Offer(AsBytes("one"));
  taps.Offer(AsBytes("two"));
  EXPECT_EQ(Read(expected.size()), expected);
  taps.Offer(AsBytes("three"));
  Read(expected.size() + DataFrame("three").size());
  std::thread end([this] { server.reset(); });
  EXPECT_EQ(Read(~std::size_t{0}), expected + DataFrame("three") + StopFrame());
  end.join();
}

TEST_F(TapTest, WhoGoesIsNotOfferedAnything) {
  { const Client gone = std::move(client); }
  EXPECT_TRUE(Eventually([&] { return taps.taps() == 0; }));
}

// Longer than silence may be: it is not what is left to send that ends a connection.
TEST_F(TapTest, WhoReadsSlowlyIsNotLetGo) {
  std::string expected = StartFrame();
  for (char frame = 'a'; frame < 'a' + 26; ++frame) {
    const std::string payload(150'000, frame);
    taps.Offer(AsBytes(payload));
    expected += DataFrame(payload);
  }
  ASSERT_EQ(taps.left_out(), 0U);
  const auto until = std::chrono::steady_clock::now() + milliseconds(11'500);
  while (std::chrono::steady_clock::now() < until) {
    Read(stream.size() + 1);
    std::this_thread::sleep_for(milliseconds(200));
  }
  EXPECT_LT(stream.size(), expected.size());
  EXPECT_TRUE(Read(expected.size()) == expected) << stream.size();
}

// What is read slowly is read whole: frames, then how many were left out, and frames again.
TEST_F(TapTest, FramesLeftOutAreCounted) {
  const std::string payload(100'000, 'x');
  constexpr std::uint64_t kOffered = 200;
  for (std::uint64_t i = 0; i < kOffered; ++i) taps.Offer(AsBytes(payload));
  ASSERT_GT(taps.left_out(), 0U);
  std::uint64_t frames = 0;
  std::uint64_t left_out = 0;
  std::size_t at = StartFrame().size();
  while (frames + left_out < kOffered) {
    ASSERT_GE(Read(at + 8).size(), at + 8);
    Cursor header(AsBytes(stream), at);
    if (const std::uint32_t length = header.U32(); length > 0) {
      ASSERT_EQ(length, payload.size());
      ++frames;
      at += 4 + length;
    } else {
      ASSERT_EQ(header.U32(), 12U);
      Read(at + 20);
      Cursor body(AsBytes(stream), at + 8);
      ASSERT_EQ(body.U32(), Taps::kLeftOut);
      left_out += std::uint64_t{body.U32()} << 32;
      left_out += body.U32();
      at += 20;
    }
  }
  EXPECT_EQ(frames + left_out, kOffered);
  EXPECT_EQ(left_out, taps.left_out());
}

}  // namespace
}  // namespace pdns::control
