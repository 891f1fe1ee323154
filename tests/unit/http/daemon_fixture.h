// A Daemon without a thread, and its peers over socket pairs: whatever is sent is there at once,
// and time is what the test says.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/daemon.h"

namespace pdns::http {

// A connection to the daemon, over a socket pair: whatever is sent is there at once.
class Client {
 public:
  explicit Client(int fd) : fd_(fd) {}

  // False if the daemon hung up or holds back.
  bool Send(std::string_view bytes) const {
    return send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
           static_cast<ssize_t>(bytes.size());
  }
  void End() const { shutdown(fd_.get(), SHUT_WR); }

  std::string Receive() {
    std::array<char, 65536> some;
    ssize_t got = 0;
    while ((got = recv(fd_.get(), some.data(), some.size(), MSG_DONTWAIT)) > 0)
      all_.append(some.data(), static_cast<std::size_t>(got));
    ended_ = ended_ || got == 0 || errno != EAGAIN;
    return all_;
  }
  bool Ended() {
    Receive();
    return ended_;
  }
  int Status() {
    Receive();
    return all_.starts_with("HTTP/1.1 ") ? std::atoi(all_.c_str() + 9) : 0;
  }
  std::string Body() {
    Receive();
    const std::size_t at = all_.find("\r\n\r\n");
    return at == std::string::npos ? "" : all_.substr(at + 4);
  }
  void Close() { fd_ = net::Descriptor(); }

 private:
  net::Descriptor fd_;
  std::string all_;
  bool ended_ = false;
};

class DaemonTest : public ::testing::Test {
 protected:
  void SetUp() override { Start({}); }

  void Start(Limits limits, const std::vector<std::string>& hosts = {}) {
    auto list = HostList::Of(hosts);
    ASSERT_TRUE(list.ok());
    daemon_.reset();
    auto opened =
        Daemon::Open({limits, *list, "not here\n"}, [this](const Request& request, Reply reply) {
          asked_.push_back(std::string(request.method) + " " + std::string(request.path));
          if (request.path == "/later") {
            later_.push_back(std::move(reply));
          } else if (request.path != "/nothing") {
            reply.Send({.status = 200, .type = "a/b", .body = body_, .headers = {{"X-Y", "z"}}});
          }
        });
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    daemon_ = std::move(*opened);
  }

  Client Connect() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    daemon_->Add(net::Descriptor(ends[1]), now_);
    return Client(ends[0]);
  }

  // As long as there is something to do now.
  void Run() {
    daemon_->Turn(now_);
    for (int i = 0; i < 1000 && daemon_->Patience(now_).count() == 0; ++i) daemon_->Turn(now_);
    for (int i = 0; i < 5; ++i) daemon_->Turn(now_);
  }

  Client Ask(const std::string& request) {
    Client client = Connect();
    EXPECT_TRUE(client.Send(request));
    Run();
    return client;
  }
  Client Get(const std::string& path) { return Ask("GET " + path + " HTTP/1.0\r\n\r\n"); }

  Daemon::Clock::time_point now_ = Daemon::Clock::now();
  std::string body_ = "answer\n";
  std::vector<std::string> asked_;
  std::vector<Reply> later_;
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace pdns::http
