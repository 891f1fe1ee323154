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
#include "http/stream.h"

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
  int fd() const { return fd_.get(); }

  // Forgets what it has received.
  void Forget() {
    Receive();
    all_.clear();
  }

 private:
  net::Descriptor fd_;
  std::string all_;
  bool ended_ = false;
};

class DaemonTest : public ::testing::Test {
 protected:
  void SetUp() override { Start({}); }

  void Start(Limits limits, const std::vector<std::string>& hosts = {}, bool keep_alive = false) {
    auto list = HostList::Of(hosts);
    ASSERT_TRUE(list.ok());
    daemon_.reset();
    auto opened = Daemon::Open(
        {limits, *list, "not here\n", keep_alive},
        [this](const Request& request, Reply reply) { Serve(request, std::move(reply)); });
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    daemon_ = std::move(*opened);
  }

  void Serve(const Request& request, Reply reply) {
    asked_.push_back(std::string(request.method) + " " + std::string(request.path));
    query_ = request.query;
    bodies_.emplace_back(request.body);
    headers_.clear();
    for (const Header& header : request.headers)
      headers_.emplace_back(std::string(header.name), std::string(header.value));
    peer_ = request.peer;
    if (request.path == "/later") {
      later_.push_back(std::move(reply));
    } else if (request.path == "/stream") {
      streams_.push_back(std::make_shared<Stream>());
      reply.Send({.status = 200, .type = "a/b", .stream = streams_.back()});
    } else if (request.path == "/echo") {
      reply.Send({.body = std::string(request.body)});
    } else if (request.path != "/nothing") {
      reply.Send({.status = 200, .type = "a/b", .body = body_, .headers = {{"X-Y", "z"}}});
    }
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

  // The same for a peer that reads all the while: its socket holds only so much.
  void RunReading(Client& client) {
    std::size_t before = 0;
    do {
      before = client.Receive().size();
      Run();
    } while (client.Receive().size() > before);
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
  std::string query_;
  std::string peer_ = "none";
  std::vector<std::string> bodies_;
  std::vector<std::pair<std::string, std::string>> headers_;
  std::vector<Reply> later_;
  std::vector<std::shared_ptr<Stream>> streams_;
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace pdns::http
