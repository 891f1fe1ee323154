#include "metrics/exporter.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "metrics/figures_text.h"

namespace pdns::metrics {
namespace {

// A connection to the exporter, of which the test knows every byte.
class Client {
 public:
  explicit Client(int port, int buffer = 0) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (buffer > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const timeval patience{60, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void End() { shutdown(fd_, SHUT_WR); }

  // Has the other side not ended it?
  bool Open() const {
    char next = 0;
    return recv(fd_, &next, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }

  // To the end of the connection, which must come.
  std::string Receive() {
    std::string all;
    std::array<char, 4096> some;
    ssize_t got = 0;
    while ((got = recv(fd_, some.data(), some.size(), 0)) > 0) {
      all.append(some.data(), static_cast<std::size_t>(got));
    }
    EXPECT_TRUE(got == 0 || errno == ECONNRESET) << errno;
    return all;
  }

 private:
  int fd_;
};

struct ExporterTest : ::testing::Test {
  void SetUp() override {
    auto opened = Exporter::Open(
        "127.0.0.1:0", {[this] {
                          ++asked;
                          return figures;
                        },
                        [this] { return healthy.load(); }, [this] { return ready.load(); }});
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    exporter = std::move(*opened);
    ASSERT_GT(exporter->port(), 0);
  }

  std::string Ask(const std::string& request) {
    Client client(exporter->port());
    client.Send(request);
    return client.Receive();
  }
  std::string Get(const std::string& path) {
    return Ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  static int Code(const std::string& answer) {
    return answer.size() > 12 && answer.compare(0, 5, "HTTP/") == 0 ? std::atoi(answer.c_str() + 9)
                                                                    : 0;
  }
  static std::string Body(const std::string& answer) {
    const std::size_t at = answer.find("\r\n\r\n");
    return at == std::string::npos ? "" : answer.substr(at + 4);
  }

  std::vector<Figure> figures{
      {"pdns_frames_total", "Frames taken.", Figure::Kind::kCounter, {{"outcome", "used"}}, 42}};
  std::atomic<bool> healthy{true};
  std::atomic<bool> ready{true};
  std::atomic<int> asked{0};
  std::unique_ptr<Exporter> exporter;
};

TEST_F(ExporterTest, Metrics) {
  const std::string answer = Get("/metrics");
  EXPECT_EQ(Code(answer), 200);
  EXPECT_NE(answer.find("Content-Type: text/plain; version=0.0.4"), std::string::npos) << answer;
  EXPECT_EQ(Body(answer), FiguresText(figures));
  EXPECT_EQ(asked, 1);
}

TEST_F(ExporterTest, HealthAndReadinessFollowTheSource) {
  EXPECT_EQ(Code(Get("/health")), 200);
  EXPECT_EQ(Body(Get("/health")), "ok\n");
  EXPECT_EQ(Code(Get("/ready")), 200);
  healthy = false;
  EXPECT_EQ(Code(Get("/health")), 503);
  EXPECT_EQ(Code(Get("/ready")), 200);
  ready = false;
  EXPECT_EQ(Code(Get("/ready")), 503);
  healthy = ready = true;
  EXPECT_EQ(Code(Get("/health")), 200);
  EXPECT_EQ(Code(Get("/ready")), 200);
}

TEST_F(ExporterTest, ThePageNamesThePaths) {
  const std::string answer = Get("/");
  EXPECT_EQ(Code(answer), 200);
  for (const char* path : {"/metrics", "/health", "/ready"}) {
    EXPECT_NE(Body(answer).find(path), std::string::npos);
  }
}

TEST_F(ExporterTest, WhatIsNotThere) {
  for (const char* path : {"/metric", "/metrics/", "/metricsx", "/../etc/passwd", "//", "/%00"}) {
    EXPECT_EQ(Code(Get(path)), 404) << path;
  }
  EXPECT_EQ(Code(Get("/metrics?x=1")), 200);  // a query is nobody's concern
}

TEST_F(ExporterTest, OtherMethodsAreRefused) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    const std::string answer =
        Ask(std::string(method) +
            " /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_EQ(Code(answer), 405) << method << " " << answer;
    EXPECT_NE(answer.find("Allow: GET, HEAD"), std::string::npos);
  }
  const std::string head = Ask("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(Code(head), 200);
  EXPECT_EQ(Body(head), "");
}

TEST_F(ExporterTest, ALargeSnapshotArrivesWhole) {
  figures.clear();
  for (int i = 0; i < 100'000; ++i) {
    figures.push_back({"pdns_x", "X.", Figure::Kind::kGauge, {{"n", std::to_string(i)}}, 1});
  }
  const std::string answer = Get("/metrics");
  EXPECT_EQ(Body(answer), FiguresText(figures));
}

TEST_F(ExporterTest, RangesAreNotHonoured) {
  const std::string answer = Ask(
      "GET /metrics HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-1,0-1,0-1,0-1,0-1,0-1\r\n\r\n");
  EXPECT_EQ(Body(answer), FiguresText(figures)) << answer;
}

// More than are let in at once, of every kind, and each time one more finds room.
TEST_F(ExporterTest, FloodsHoldNobodyUp) {
  figures.assign(20'000, {"pdns_x", "X.", Figure::Kind::kGauge, {{"n", std::string(100, 'x')}}, 1});
  const std::string request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::string pipelined;
  for (int i = 0; i < 1000; ++i) pipelined += request;
  for (const std::string& begin :
       {std::string(), std::string("GET /metr"), request, pipelined,
        std::string("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\nx")}) {
    std::vector<std::unique_ptr<Client>> crowd;  // that reads nothing
    for (int i = 0; i < 200; ++i) {
      crowd.push_back(std::make_unique<Client>(exporter->port(), 4096));
      crowd.back()->Send(begin);
      if (i % 50 == 0) {
        EXPECT_EQ(Code(Get("/health")), 200);
      }
    }
    EXPECT_EQ(Code(Get("/health")), 200);
    std::atomic<bool> done{false};
    std::thread dripping([&] {  // a byte now and then does not buy time
      while (!done) {
        for (const auto& client : crowd) client->Send("x");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    for (int i = 0; i < 20; ++i) EXPECT_EQ(Code(Get("/ready")), 200);
    done = true;
    dripping.join();
  }
}

TEST_F(ExporterTest, HealthIsToldWhileFiguresAreStuck) {
  std::atomic<bool> stuck{true};
  std::atomic<int> begun{0};
  auto opened = Exporter::Open("127.0.0.1:0", {[&] {
                                                 ++begun;
                                                 stuck.wait(true);
                                                 return figures;
                                               },
                                               [] { return true; }, [] { return true; }});
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  const std::string request = "GET /metrics HTTP/1.0\r\n\r\n";
  std::vector<std::unique_ptr<Client>> waiting;
  for (int i = 0; i < 1000; ++i) {  // far more than may wait
    if (i % 30 == 29) waiting.clear();
    waiting.push_back(std::make_unique<Client>((*opened)->port()));
    waiting.back()->Send(request);
  }
  Client health((*opened)->port());
  health.Send("GET /health HTTP/1.0\r\n\r\n");
  EXPECT_EQ(Code(health.Receive()), 200);
  while (begun == 0) std::this_thread::yield();
  stuck = false;
  stuck.notify_all();
  for (const auto& client : waiting) EXPECT_EQ(Body(client->Receive()), FiguresText(figures));
  EXPECT_LE(begun, 10);  // most of them share a set of figures
}

TEST_F(ExporterTest, OnlyItsOwnNames) {
  const auto code = [this](const std::string& host) {
    return Code(Ask("GET /health HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
  };
  EXPECT_EQ(code("127.0.0.1:9553"), 200);
  EXPECT_EQ(code("[::1]:9553"), 200);
  EXPECT_EQ(code("given.example"), 421);
  std::array<char, 256> machine{};
  ASSERT_EQ(gethostname(machine.data(), machine.size() - 1), 0);
  EXPECT_EQ(code(machine.data()), 200);
  const std::string answer = Ask("GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_NE(Body(answer).find("metrics hosts"), std::string::npos) << answer;
  exporter =
      std::move(*Exporter::Open("127.0.0.1:0", {{}, [] { return true; }, {}}, {"given.example"}));
  EXPECT_EQ(code("given.example"), 200);
  EXPECT_EQ(code("evil.example"), 421);
  EXPECT_EQ(Exporter::Open("127.0.0.1:0", {}, {"a b"}).status().code(), pdns::Code::kUsage);
}

// The database keeps its files open, and must find descriptors for them.
TEST_F(ExporterTest, FewDescriptorsFewConnections) {
  exporter.reset();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 320;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  SetUp();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 100; ++i) silent.push_back(std::make_unique<Client>(exporter->port()));
  EXPECT_EQ(Code(Get("/health")), 200);
  int open = 0;
  for (const auto& client : silent) open += client->Open() ? 1 : 0;
  EXPECT_LE(open, 320 / 16 / 2);
  EXPECT_GT(open, 0);
}

TEST_F(ExporterTest, EndlessRequests) {
  const std::string line = "X-Header: " + std::string(1000, 'x') + "\r\n";
  for (const std::string& begin :
       {std::string("GET /"), std::string("GET / HTTP/1.1\r\n"), std::string()}) {
    Client client(exporter->port());
    client.Send(begin);
    for (int i = 0; i < 1000 && client.Send(begin.size() == 5 ? "xxxxxxxx" : line); ++i) {
    }
    client.End();
    EXPECT_NE(Code(client.Receive()), 200);
  }
  EXPECT_EQ(Code(Get("/health")), 200);
  EXPECT_EQ(asked, 0);
}

TEST_F(ExporterTest, Garbage) {
  std::mt19937 random(4);
  std::vector<std::string> requests{"",
                                    "\r\n\r\n",
                                    "GET\r\n\r\n",
                                    "GET / HTTP/9.9\r\n\r\n",
                                    "GET /metrics HTTP/1.1\r\nRange: bytes=x\r\n\r\n",
                                    "GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
                                    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                                    std::string("\x16\x03\x01\x02\0\x01", 6),
                                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"};
  for (int i = 0; i < 200; ++i) {
    std::string bytes = i % 2 == 0 ? "GET / HTTP/1.1\r\n" : "";
    for (std::size_t n = random() % 300; n > 0; --n) bytes.push_back(static_cast<char>(random()));
    requests.push_back(bytes);
  }
  for (const std::string& request : requests) {
    Client client(exporter->port());
    client.Send(request);
    client.End();
    client.Receive();
  }
  EXPECT_EQ(Code(Get("/metrics")), 200);
}

TEST_F(ExporterTest, PeersThatGoAtOnce) {
  for (int i = 0; i < 200; ++i) {
    Client client(exporter->port());
    client.Send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  EXPECT_EQ(Code(Get("/metrics")), 200);
}

TEST_F(ExporterTest, EndsWhilePeersHoldOn) {
  Client silent(exporter->port());
  Client half(exporter->port());
  half.Send("GET /");
  Client waiting(exporter->port());
  exporter.reset();  // the test's own time limit tells if it hangs
  silent.Receive();
}

TEST_F(ExporterTest, ATakenAddressIsNamed) {
  const std::string address = "127.0.0.1:" + std::to_string(exporter->port());
  const auto second = Exporter::Open(address, {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), pdns::Code::kIo);
  EXPECT_NE(second.status().message().find(address), std::string::npos);
  EXPECT_NE(second.status().message().find("choose another"), std::string::npos);
}

TEST(ExporterAddress, WhatIsNone) {
  const auto opened = Exporter::Open("127.0.0.1", {});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), Code::kUsage);
  EXPECT_TRUE(opened.status().message().starts_with("metrics address 127.0.0.1: "));
  EXPECT_EQ(Exporter::Check("127.0.0.1").code(), Code::kUsage);
  EXPECT_TRUE(Exporter::Check("127.0.0.1:0").ok());
}

}  // namespace
}  // namespace pdns::metrics
