// A service with everything live: archive, hand-over, control, followed and watched files, over
// sockets as resolvers meet them.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "control/client.h"
#include "unit/archive/archive_world.h"
#include "unit/ingest/run.h"
#include "unit/support/frame_stream.h"
#include "unit/support/protobuf.h"
#include "unit/support/socket_peer.h"
#include "unit/support/temp_dir.h"

namespace pdns::ingest {
namespace {

using pdns::testing::Capture;
using pdns::testing::DataFrame;
using pdns::testing::OpenCapture;
using pdns::testing::ReadyFrame;
using pdns::testing::SocketPeer;
using pdns::testing::StopFrame;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;
using std::chrono::milliseconds;

net::ListeningSocket Listen(const std::string& path) {
  auto socket = net::ListeningSocket::Open({net::Endpoint::Kind::kUnix, path, false}, {});
  EXPECT_TRUE(socket.ok()) << socket.status().message();
  return std::move(*socket);
}

// One ingester: a service in a thread, from its opening to its report.
class Ingester {
 public:
  Ingester(MemorySink& memory, ServiceOptions options, LiveOptions live)
      : sink_(memory.sink()), service_(std::move(options), std::move(live), sink_, stop_) {
    const Status opened = service_.Open(progress_);
    EXPECT_TRUE(opened.ok()) << opened.message();
    thread_ = std::thread([this] { report_.emplace(service_.Run()); });
  }
  ~Ingester() { End(); }
  Ingester(const Ingester&) = delete;
  Ingester& operator=(const Ingester&) = delete;

  RunReport End() {
    stop_.Request();
    if (thread_.joinable()) thread_.join();
    EXPECT_TRUE(report_->ok()) << report_->status().message();
    return report_->ok() ? **report_ : RunReport();
  }
  void AwaitFrames(std::uint64_t n) const {
    EXPECT_TRUE(Eventually([&] { return progress_.frames >= n; })) << progress_.frames;
  }
  Service& service() { return service_; }

 private:
  Stop stop_;
  source::Progress progress_;
  Sink sink_;
  Service service_;
  std::optional<Result<RunReport>> report_;
  std::thread thread_;
};

class LiveTest : public ::testing::Test {
 protected:
  LiveTest() {
    options.flush_interval = milliseconds(20);
    options.cores = 2;
    archive.directory = dir / "archive";
    archive.compress = false;
    archive.min_free = 0;
  }

  LiveOptions OnSocket() const {
    LiveOptions live;
    live.sockets.push_back(Listen(socket_path));
    live.writers = *control::MakeWriters("");
    return live;
  }
  std::unique_ptr<Ingester> Start(LiveOptions live) {
    return std::make_unique<Ingester>(memory, options, std::move(live));
  }
  static double Frames(const Service& service, const std::string& source) {
    double sum = 0;
    for (const Figure& figure : service.Figures()) {
      if (figure.name == "pdns_frames_total" && figure.labels.at(0).second == source)
        sum += figure.value;
    }
    return sum;
  }
  // Has the ingester at control_path take `path`.
  Result<control::Reply::Report> Backfill(const std::string& path,
                                          std::optional<dnstap::TypeSet> accepted = {},
                                          std::optional<source::Untrusted> untrusted = {}) const {
    auto client = control::Client::Connect(control_path);
    if (!client.ok() || !client->has_value()) return Status::Io("no ingester");
    control::Request request;
    request.operation = control::Request::Operation::kBackfill;
    request.paths = {path};
    request.accepted = accepted;
    request.untrusted = untrusted;
    const Stop never;
    source::Progress shown;
    return control::Backfill(**client, request, never, shown);
  }

  TempDir dir;
  std::string socket_path = dir / "sock";
  std::string control_path = dir / "control.sock";
  MemorySink memory;
  ServiceOptions options;
  archive::Options archive;
};

TEST_F(LiveTest, IsReadyWhenItsSocketsAreRead) {
  std::atomic<int> ready{0};
  auto live = OnSocket();
  live.on_ready = [&ready] { ++ready; };
  auto ingester = Start(std::move(live));
  EXPECT_TRUE(Eventually([&] { return ready > 0; }));
  EXPECT_TRUE(ingester->service().ready());
  EXPECT_TRUE(ingester->service().healthy());
  ingester->End();
  EXPECT_EQ(ready, 1);
  const HandOver none = ingester->service().ReleaseHandOver();
  EXPECT_TRUE(none.sockets.empty());  // nobody said to keep them
  ingester.reset();
  EXPECT_FALSE(std::filesystem::exists(socket_path));
}

// A client may ask; whether a forged answer is trusted, and which frames are done with, is not its
// business.
TEST_F(LiveTest, TheIngestersOwnWayDecides) {
  auto live = OnSocket();
  live.control.emplace(Listen(control_path));
  const auto ingester = Start(std::move(live));
  const std::string path = dir / "forged";
  const std::string forged = pdns::testing::ResponsePayload(
      pdns::testing::AddressResponse("www.bank.example"), kTime, pdns::testing::WireName("evil"));
  WriteFile(path, Capture({forged}));
  const auto own = dnstap::SetOf(dnstap::kResolverResponse);
  for (const auto& refused :
       {Backfill(path, {}, source::Untrusted::kStore), Backfill(path, {}, source::Untrusted::kDrop),
        Backfill(path, dnstap::SetOf(dnstap::kForwarderResponse)),
        Backfill(path,
                 static_cast<dnstap::TypeSet>(own | dnstap::SetOf(dnstap::kForwarderResponse)))}) {
    EXPECT_EQ(refused.status().code(), Code::kUsage);
    EXPECT_NE(refused.status().message().find("leave them out"), std::string::npos);
  }
  EXPECT_TRUE(memory.batches().empty());
  const auto taken = Backfill(path, own, source::Untrusted::kQuarantine);
  ASSERT_TRUE(taken.ok()) << taken.status().message();
  EXPECT_TRUE(memory.trusted().empty());
  EXPECT_EQ(memory.quarantined().size(), 1U);
  EXPECT_TRUE(Backfill(path).ok());
}

// Each frame once, live, from the archive beside it, and from the archive when all is over.
TEST_F(LiveTest, ABackfillOfItsOwnArchiveTakesNothingTwice) {
  constexpr unsigned kFrames = 400;
  archive.rotate_bytes = 4000;
  auto live = OnSocket();
  live.archive = archive;
  live.control.emplace(Listen(control_path));
  const auto ingester = Start(std::move(live));
  SocketPeer peer(socket_path);
  peer.SendAll(ReadyFrame() + OpenCapture(NumberedPayloads("h", kFrames / 2)));
  EXPECT_TRUE(memory.AwaitTuples(kFrames / 2));
  for (unsigned i = kFrames / 2; i < kFrames; ++i) {
    peer.SendAll(DataFrame(NumberedPayload("h", i)));
    if (i % 50 != 0) continue;
    const auto report = Backfill(archive.directory);
    ASSERT_TRUE(report.ok()) << report.status().message();
    EXPECT_EQ(report->exit_code, 0) << report->text;
    EXPECT_NE(report->json.find("\"frames\":0,"), std::string::npos) << report->json;
  }
  EXPECT_TRUE(memory.AwaitTuples(kFrames));
  EXPECT_TRUE(Eventually([&] { return Frames(ingester->service(), socket_path) == kFrames; }));
  EXPECT_EQ(Frames(ingester->service(), "files"), 0);
  const RunReport report = ingester->End();
  EXPECT_EQ(report.Total().frames, kFrames);
  ExpectNumbered(memory, "h", kFrames);

  // Every file's place in the ledger is its end.
  EXPECT_GT(archive::Names(archive.directory).size(), 5U);
  std::uint64_t archived = 0;
  for (const std::string& name : archive::Names(archive.directory)) {
    const archive::ReadBack back = archive::ReadArchived(archive.directory + "/" + name);
    ASSERT_EQ(back.end, frame::End::kStop) << name;
    archived += back.payloads.size();
    const auto position = memory.PositionOf({Sha256(AsBytes(back.payloads.front())), 0});
    ASSERT_TRUE(position.has_value()) << name;
    EXPECT_EQ(position->frames, back.payloads.size());
    EXPECT_EQ(position->bytes, back.ends.back());
  }
  EXPECT_EQ(archived, kFrames);
  const RunReport again = RunFiles(memory, {archive.directory});
  EXPECT_EQ(again.Total().frames, 0U);
  EXPECT_EQ(memory.counters(), report.Total());
  ExpectNumbered(memory, "h", kFrames);
}

// What a crash takes from the windows stands in the archive.
TEST_F(LiveTest, WhatTheSinkDidNotConfirmIsInTheArchive) {
  constexpr unsigned kFrames = 50;
  MemorySink lost;
  Stop stop;
  source::Progress progress;
  std::optional<Result<RunReport>> report;
  {
    lost.before_apply = [](std::size_t) { return Status::Io("disk full"); };
    auto live = OnSocket();
    live.archive = archive;
    options.flush_interval = std::chrono::hours(1);
    std::thread run(
        [&] { report.emplace(RunService(options, lost.sink(), stop, progress, std::move(live))); });
    SocketPeer peer(socket_path);
    peer.SendAll(OpenCapture(NumberedPayloads("h", kFrames)));
    EXPECT_TRUE(Eventually([&] { return progress.frames == kFrames; }));
    stop.Request();
    run.join();
  }
  EXPECT_EQ(report->status().message(), "disk full");
  EXPECT_TRUE(lost.trusted().empty());
  EXPECT_EQ(RunFiles(memory, {archive.directory}).Total().frames, kFrames);
  EXPECT_EQ(lost.counters().frames, 0U);
  EXPECT_EQ(memory.counters().frames, kFrames);
  ExpectNumbered(memory, "h", kFrames);
}

TEST_F(LiveTest, AllFramesOrThoseOfAcceptedTypes) {
  const std::string other = pdns::testing::Envelope(pdns::testing::Fields().Number(1, 6));
  for (const bool all : {false, true}) {
    archive.directory = dir / (all ? "all" : "accepted");
    archive.all = all;
    auto live = OnSocket();
    live.archive = archive;
    MemorySink fresh;
    Ingester ingester(fresh, options, std::move(live));
    SocketPeer peer(socket_path);
    peer.SendAll(OpenCapture({other, NumberedPayload("h", 0), other}));
    ingester.AwaitFrames(3);
    EXPECT_EQ(ingester.End().Total().frames, 3U);
    EXPECT_EQ(fresh.counters().frames, 3U);
    EXPECT_EQ(fresh.counters().skipped[6], 2U);
    ASSERT_EQ(archive::Names(archive.directory).size(), 1U);
    EXPECT_EQ(archive::ReadArchived(archive.directory + "/" + archive::Names(archive.directory)[0])
                  .payloads.size(),
              all ? 3U : 1U);
    ExpectNumbered(fresh, "h", 1);
  }
}

// A reload as two processes do it: each frame once, although the peer stood in the middle of one.
TEST_F(LiveTest, OneIngesterAfterTheOther) {
  constexpr unsigned kGenerations = 5;
  auto live = OnSocket();
  live.archive = archive;
  live.keeps_sockets = [] { return true; };
  auto ingester = Start(std::move(live));
  SocketPeer peer(socket_path);
  std::string bytes = ReadyFrame() + OpenCapture({});
  std::uint64_t frames = 0;
  for (unsigned generation = 0; generation < kGenerations; ++generation) {
    std::string next = DataFrame(NumberedPayload("h", 2 * generation));
    const std::string cut = DataFrame(NumberedPayload("h", 2 * generation + 1));
    const std::size_t at = 1 + generation * (cut.size() / kGenerations);
    next += cut.substr(0, at);
    peer.SendAll(bytes + next);
    bytes = cut.substr(at);
    ingester->AwaitFrames(generation == 0 ? 1 : 2);  // its own one, and the one it was handed
    // The beginning of the cut one is on the way, or read already: both must do.
    frames += ingester->End().Total().frames;
    EXPECT_TRUE(Eventually([&] { return memory.trusted().size() >= frames; }));
    auto handed = Pack(ingester->service().ReleaseHandOver());
    ASSERT_TRUE(handed.ok());
    ingester.reset();
    HandOver taken = Unpack(std::move(*handed));
    ASSERT_EQ(taken.sockets.size(), 1U);
    ASSERT_EQ(taken.peers.size(), 1U);
    LiveOptions heir;
    heir.sockets = std::move(taken.sockets);
    heir.peers = std::move(taken.peers);
    heir.archive = archive;
    heir.keeps_sockets = [] { return true; };
    ingester = Start(std::move(heir));
  }
  peer.SendAll(bytes + StopFrame());
  EXPECT_TRUE(memory.AwaitTuples(2 * kGenerations));
  frames += ingester->End().Total().frames;
  EXPECT_EQ(frames, 2 * kGenerations);
  EXPECT_EQ(memory.counters().frames, frames);
  ExpectNumbered(memory, "h", 2 * kGenerations);
  EXPECT_EQ(RunFiles(memory, {archive.directory}).Total().frames, 0U);
}

// State that fits no socket costs its connection, not the start.
TEST_F(LiveTest, APeerThatCannotBeAdoptedIsLeftOut) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  SocketPeer lost(ends[1]);
  auto live = OnSocket();
  live.peers.push_back({"/no/such/socket", net::Descriptor(ends[0]), std::string{1, 1, 0}});
  const auto ingester = Start(std::move(live));
  EXPECT_TRUE(Eventually([&] { return lost.Closed(); }));
  SocketPeer peer(socket_path);
  peer.SendAll(OpenCapture(NumberedPayloads("h", 1)));
  EXPECT_TRUE(memory.AwaitTuples(1));
}

TEST_F(LiveTest, WatchedAndFollowedFilesTogether) {
  std::filesystem::create_directory(dir / "watched");
  WriteFile(dir / "watched/before", Capture(NumberedPayloads("w", 10)));
  WriteFile(dir / "log", OpenCapture(NumberedPayloads("f", 10)));
  options.watched = {dir / "watched"};
  options.followed = {dir / "log", dir / "not-yet"};
  auto ingester = Start({});
  EXPECT_TRUE(memory.AwaitTuples(20));
  WriteFile(dir / "hidden", Capture(NumberedPayloads("w", 10, 10)));
  std::filesystem::rename(dir / "hidden", dir / "watched/moved");
  {
    std::ofstream grown(dir / "log", std::ios::app | std::ios::binary);
    for (const auto& payload : NumberedPayloads("f", 10, 10)) grown << DataFrame(payload);
  }
  WriteFile(dir / "not-yet", OpenCapture(NumberedPayloads("n", 10)));
  EXPECT_TRUE(memory.AwaitTuples(50));
  EXPECT_TRUE(Eventually([&] { return Frames(ingester->service(), "files") == 50; }));
  EXPECT_EQ(ingester->End().Total().frames, 50U);
  for (const char* series : {"w", "f"}) ExpectNumbered(memory, series, 20);
  ExpectNumbered(memory, "n", 10);
  ingester = Start({});  // the next one knows them all
  EXPECT_TRUE(Eventually([&] { return ingester->service().ready(); }));
  WriteFile(dir / "hidden", Capture(NumberedPayloads("z", 1)));
  std::filesystem::rename(dir / "hidden", dir / "watched/last");
  EXPECT_TRUE(memory.AwaitTuples(51));
  EXPECT_EQ(ingester->End().Total().frames, 1U);
}

// Asked for by others while the socket is read: one run of files at a time.
TEST_F(LiveTest, BackfillsOfSeveralClients) {
  constexpr unsigned kClients = 4;
  auto live = OnSocket();
  live.control.emplace(Listen(control_path));
  const auto ingester = Start(std::move(live));
  std::vector<std::thread> clients;
  for (unsigned i = 0; i < kClients; ++i) {
    const std::string path = dir / Numbered("file", i);
    WriteFile(path, Capture(NumberedPayloads("h", 100, 100 * i)));
    clients.emplace_back([this, path] {
      const auto report = Backfill(path);
      ASSERT_TRUE(report.ok()) << report.status().message();
      EXPECT_EQ(report->exit_code, 0);
      EXPECT_NE(report->json.find("\"frames\":100,"), std::string::npos) << report->json;
    });
  }
  SocketPeer peer(socket_path);
  peer.SendAll(OpenCapture(NumberedPayloads("s", 10)));
  for (std::thread& client : clients) client.join();
  const auto missing = Backfill(dir / "missing");
  ASSERT_TRUE(missing.ok());
  EXPECT_EQ(missing->exit_code, 1);
  EXPECT_NE(missing->json.find("unreadable"), std::string::npos) << missing->json;
  EXPECT_EQ(Frames(ingester->service(), "files"), 100 * kClients);
  EXPECT_TRUE(memory.AwaitTuples(100 * kClients + 10));
  ingester->End();
  ExpectNumbered(memory, "h", 100 * kClients);
  EXPECT_FALSE(std::filesystem::exists(control_path));
}

// A pipe that was given to the ingester itself is silent, and a backfill begins as it does: that
// one waits for the pipe's reader, and those behind it do not wait for ever.
TEST_F(LiveTest, WhatHasStalledIsPassed) {
  ASSERT_EQ(mkfifo((dir / "pipe").c_str(), 0600), 0);
  options.sources = source::ListPaths({dir / "pipe"});
  options.patience = milliseconds(50);
  auto live = OnSocket();
  live.control.emplace(Listen(control_path));
  const auto ingester = Start(std::move(live));
  std::ofstream writer(dir / "pipe", std::ios::binary);
  writer << OpenCapture(NumberedPayloads("p", 1)) << std::flush;
  EXPECT_TRUE(memory.AwaitTuples(1));
  WriteFile(dir / "same", Capture(NumberedPayloads("p", 2)));
  WriteFile(dir / "other", Capture(NumberedPayloads("o", 3)));
  {
    auto stalled = control::Client::Connect(control_path);
    ASSERT_TRUE(stalled.ok() && stalled->has_value());
    control::Request request;
    request.operation = control::Request::Operation::kBackfill;
    request.paths = {dir / "same"};
    const Stop never;
    ASSERT_TRUE((*stalled)->Send(request, never).ok());
    ASSERT_TRUE((*stalled)->ReadLine(never).ok());  // progress: it has begun
    const auto passed = Backfill(dir / "other");
    ASSERT_TRUE(passed.ok()) << passed.status().message();
    EXPECT_EQ(passed->exit_code, 0) << passed->text;
    EXPECT_TRUE(memory.AwaitTuples(4));
  }
  // Its client has gone, and so it ends, though the pipe is silent as before.
  writer << pdns::testing::StopFrame() << std::flush;
  writer.close();
  const auto again = Backfill(dir / "same");
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(again->exit_code, 0) << again->text;
  ingester->End();
  ExpectNumbered(memory, "p", 2);
  ExpectNumbered(memory, "o", 3);
}

TEST_F(LiveTest, WhatCannotBeOpened) {
  const auto open = [this](ServiceOptions wanted, LiveOptions live) {
    Stop stop;
    source::Progress progress;
    return RunService(std::move(wanted), memory.sink(), stop, progress, std::move(live)).status();
  };
  ServiceOptions watching = options;
  watching.watched = {dir / "no-such-folder"};
  EXPECT_FALSE(open(watching, {}).ok());
  auto archiving = OnSocket();
  archiving.archive = archive;
  archiving.archive->directory = dir / "no/such";
  EXPECT_EQ(open(options, std::move(archiving)).code(), Code::kUsage);
  auto tls = OnSocket();
  tls.sockets[0].set_tls(true);
  EXPECT_EQ(open(options, std::move(tls)).code(), Code::kUsage);
  EXPECT_FALSE(std::filesystem::exists(socket_path));
}

}  // namespace
}  // namespace pdns::ingest
