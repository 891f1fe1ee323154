#include "http/server.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/listen.h"

namespace pdns::http {
namespace {

net::Descriptor ConnectTo(int port) {
  net::Descriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const timeval patience{60, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return fd;
}

// To the end of the connection, which must come.
std::string Rest(const net::Descriptor& fd) {
  std::string all;
  std::array<char, 4096> some;
  ssize_t got = 0;
  while ((got = recv(fd.get(), some.data(), some.size(), 0)) > 0)
    all.append(some.data(), static_cast<std::size_t>(got));
  EXPECT_TRUE(got == 0 || errno == ECONNRESET) << errno;
  return all;
}

// The answer, with which the connection ends.
std::string Ask(const net::Descriptor& fd, const std::string& host) {
  const std::string request = "GET / HTTP/1.0\r\nHost: " + host + "\r\n\r\n";
  EXPECT_EQ(send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  return Rest(fd);
}

struct ServerTest : ::testing::Test {
  void SetUp() override {
    auto listening = Listen("address", "0");
    auto hosts = HostList::Of({});
    ASSERT_TRUE(listening.ok() && hosts.ok());
    auto opened = Server::Open(std::move(*listening), {{}, *hosts, ""},
                               [](const Request&, Reply reply) { reply.Send({.body = "well\n"}); });
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    server = std::move(*opened);
    ASSERT_GT(server->port(), 0);
  }

  std::string Get() const {
    const net::Descriptor fd = ConnectTo(server->port());
    constexpr std::string_view kRequest = "GET / HTTP/1.0\r\n\r\n";
    EXPECT_EQ(send(fd.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(kRequest.size()));
    return Rest(fd);
  }

  std::unique_ptr<Server> server;
};

// How many sockets of this process an exec would leave open, and how many there are.
std::pair<int, int> Sockets() {
  int left_open = 0;
  int all = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    const auto what = std::filesystem::read_symlink(entry.path(), ignored).string();
    const int flags = fcntl(std::atoi(entry.path().filename().c_str()), F_GETFD);
    if (!what.starts_with("socket:") || flags < 0) continue;
    ++all;
    if ((flags & FD_CLOEXEC) == 0) ++left_open;
  }
  return {left_open, all};
}

TEST_F(ServerTest, ServesFromAnotherThread) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(Get().ends_with("well\n"));
  }
}

TEST_F(ServerTest, EndsWhilePeersHoldOn) {
  const net::Descriptor silent = ConnectTo(server->port());
  server.reset();  // the test's own time limit tells if it hangs
  EXPECT_EQ(Rest(silent), "");
}

TEST_F(ServerTest, NoDescriptorOutlivesAnExec) {
  const auto [left_before, before] = Sockets();  // the listening one, and those of the harness
  const net::Descriptor client = ConnectTo(server->port());
  std::pair<int, int> now;
  for (int i = 0; i < 12'000 && now.second < before + 2; ++i) {  // the client's, the accepted one
    now = Sockets();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_GE(now.second, before + 2);
  EXPECT_EQ(now.first, left_before);
  server.reset();
  EXPECT_EQ(Sockets().first, left_before);  // so the listening one was not among them
}

// So that the server is known to serve by settings that allow this host and no other.
bool Changed(Server& server, const std::string& host) {
  auto hosts = HostList::Of({host});
  if (!hosts.ok() || !server.Change({{}, *hosts, "not here\n"}).ok()) return false;
  std::string answer;
  for (int i = 0; i < 12'000 && !answer.ends_with("well\n"); ++i) {
    answer = Ask(ConnectTo(server.port()), host);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return answer.ends_with("well\n");
}

// What is open goes on as it began; what comes then is served by the new settings.
TEST_F(ServerTest, ChangesItsSettings) {
  const net::Descriptor before = ConnectTo(server->port());
  EXPECT_TRUE(Get().ends_with("well\n"));  // so `before` has been accepted
  ASSERT_TRUE(Changed(*server, "new.example"));
  EXPECT_TRUE(Ask(before, "new.example").starts_with("HTTP/1.1 421 "));
}

// Through some changes, one after the other; but not for ever.
TEST_F(ServerTest, ManyChangesCutNobodyAtOnce) {
  std::vector<net::Descriptor> open;  // the first, and one after each change
  std::vector<std::string> hosts{"localhost"};
  for (std::size_t i = 0; i <= Server::kMostEarlier + 1; ++i) {
    if (i > 0) {
      hosts.push_back("n" + std::to_string(i) + ".example");
      ASSERT_TRUE(Changed(*server, hosts.back()));
    }
    open.push_back(ConnectTo(server->port()));
    EXPECT_TRUE(Ask(ConnectTo(server->port()), hosts.back()).ends_with("well\n"));
  }
  EXPECT_EQ(Rest(open.front()), "");
  for (std::size_t i = 1; i < open.size(); ++i)
    EXPECT_TRUE(Ask(open[i], hosts[i]).ends_with("well\n")) << i;
}

// Silent peers hold all descriptors that are left; the oldest of them makes room.
TEST_F(ServerTest, WithoutADescriptorLeft) {
  std::vector<net::Descriptor> silent;
  for (int i = 0; i < 8; ++i) silent.push_back(ConnectTo(server->port()));
  EXPECT_TRUE(Get().ends_with("well\n"));  // so they have been accepted
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  constexpr int kMost = 100;
  std::vector<net::Descriptor> rest;  // all numbers below it
  while (rest.empty() || rest.back().get() < kMost)
    rest.emplace_back(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(rest.back().get()) + 1;
  rest.pop_back();  // for the client
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  const std::string answer = Get();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(answer.ends_with("well\n")) << answer;
}

}  // namespace
}  // namespace pdns::http
