// Answers that threads write, to peers over TCP.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/listen.h"
#include "http/server.h"
#include "http/stream.h"

namespace pdns::http {
namespace {

constexpr std::size_t kRow = 100;
constexpr std::size_t kRows = 400'000;  // of "/rows": more than any socket holds

struct StreamServerTest : ::testing::Test {
  void SetUp() override {
    auto listening = Listen("address", "0");
    auto hosts = HostList::Of({});
    ASSERT_TRUE(listening.ok() && hosts.ok());
    auto opened = Server::Open(
        std::move(*listening), {{}, *hosts, "", true},
        [this](const Request& request, Reply reply) { Serve(request, std::move(reply)); });
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    server = std::move(*opened);
  }

  void TearDown() override {
    server.reset();
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(ended, writers.size());
  }

  void Serve(const Request& request, Reply reply) {
    if (!request.path.ends_with("rows")) return reply.Send({.body = std::string(request.peer)});
    auto stream = std::make_shared<Stream>();
    reply.Send({.stream = stream});
    const std::size_t rows = request.path == "/endless-rows" ? SIZE_MAX : kRows;
    const std::lock_guard lock(mutex);
    writers.emplace_back([this, rows, stream = std::move(stream)] {
      const std::string row(kRow, 'x');
      std::size_t i = 0;
      while (i < rows && stream->Write(row)) ++i;
      if (i == rows) stream->Finish();
      ++ended;
    });
  }

  net::Descriptor Ask(const std::string& path, const std::string& version = "1.1") const {
    net::Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(server->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const std::string request = "GET " + path + " HTTP/" + version + "\r\nHost: localhost\r\n\r\n";
    EXPECT_EQ(send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    return fd;
  }

  // At least so many bytes, or all to the end.
  static std::string Read(const net::Descriptor& fd, std::size_t least) {
    std::string all;
    std::array<char, 65536> some;
    ssize_t got = 1;
    while (all.size() < least && (got = recv(fd.get(), some.data(), some.size(), 0)) > 0)
      all.append(some.data(), static_cast<std::size_t>(got));
    return all;
  }

  void WaitUntilEnded(std::size_t count) const {
    while (ended < count) std::this_thread::yield();  // the test's own time limit tells
  }

  std::mutex mutex;
  std::vector<std::thread> writers;
  std::atomic<std::size_t> ended = 0;
  std::unique_ptr<Server> server;
};

TEST_F(StreamServerTest, AWholeAnswer) {
  const std::string old = Read(Ask("/rows", "1.0"), SIZE_MAX);
  const std::size_t body = old.find("\r\n\r\n") + 4;
  EXPECT_EQ(old.size() - body, kRow * kRows);
  const net::Descriptor fd = Ask("/rows");
  shutdown(fd.get(), SHUT_WR);
  const std::string all = Read(fd, SIZE_MAX);
  EXPECT_GT(all.size(), kRow * kRows);
  EXPECT_TRUE(all.ends_with("\r\n0\r\n\r\n"));
  EXPECT_TRUE(Read(Ask("/", "1.0"), SIZE_MAX).ends_with("\r\n\r\n127.0.0.1"));
}

TEST_F(StreamServerTest, ThePeerResetsInTheMiddle) {
  net::Descriptor fd = Ask("/endless-rows");
  Read(fd, 1U << 20);
  const linger reset{1, 0};
  ASSERT_EQ(setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
  fd = net::Descriptor();
  WaitUntilEnded(1);
}

TEST_F(StreamServerTest, ThePeerClosesWithoutReading) {
  net::Descriptor fd = Ask("/endless-rows");
  Read(fd, 1);  // so it has begun
  fd = net::Descriptor();
  WaitUntilEnded(1);
}

TEST_F(StreamServerTest, SlowReadersBesideFastOnes) {
  std::vector<net::Descriptor> slow;
  for (int i = 0; i < 20; ++i) slow.push_back(Ask("/endless-rows"));
  for (const auto& fd : slow) Read(fd, 1);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(Read(Ask("/", "1.0"), SIZE_MAX).ends_with("127.0.0.1"));
  EXPECT_EQ(ended, 0U);
}

TEST_F(StreamServerTest, TheServerEndsWhileAllIsWritten) {
  std::vector<net::Descriptor> peers;
  for (int i = 0; i < 8; ++i) peers.push_back(Ask("/endless-rows"));
  for (const auto& fd : peers) Read(fd, 100'000);
  server.reset();
  WaitUntilEnded(8);
}

}  // namespace
}  // namespace pdns::http
