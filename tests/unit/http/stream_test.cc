#include "http/stream.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/listen.h"
#include "http/peer_socket.h"
#include "unit/http/daemon_fixture.h"
#include "unit/support/sanitized.h"

namespace pdns::http {
namespace {

using std::chrono::milliseconds;

constexpr const char* kRequest = "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
constexpr const char* kOldRequest = "GET /stream HTTP/1.0\r\n\r\n";

// The body that these chunks make; "(broken)" behind it if they do not come to an end.
std::string Joined(std::string_view chunks) {
  std::string body;
  while (true) {
    const std::size_t line = chunks.find("\r\n");
    if (line == std::string_view::npos) return body + "(broken)";
    const std::size_t size = std::stoul(std::string(chunks.substr(0, line)), nullptr, 16);
    chunks.remove_prefix(line + 2);
    if (size == 0) return chunks == "\r\n" ? body : body + "(broken)";
    if (chunks.size() < size + 2) return body + "(broken)";
    body += chunks.substr(0, size);
    chunks.remove_prefix(size + 2);
  }
}

std::size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Does that thread of this process wait for something? 0 is one that has not begun.
bool Sleeps(pid_t thread) {
  std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string word;
  while (stat >> word && !word.ends_with(')')) {
  }
  return stat >> word && word == "S";
}

struct StreamTest : DaemonTest {
  Stream& stream() { return *streams_.back(); }

  // Turns as a server does, until it is so.
  template <typename Condition>
  void RunUntil(const Condition& holds) {
    while (!holds()) {
      daemon_->Turn(now_);
      std::this_thread::yield();
    }
  }

  // What can be written is written: the thread that writes sleeps, and turns do not wake it. Turns
  // alone, however many, do not tell that on a busy machine, where that thread gets none of the
  // time.
  void TurnUntilStill(const std::atomic<pid_t>& writer) {
    for (int still = 0; still < 3;) {
      daemon_->Turn(now_);
      still = Sleeps(writer) ? still + 1 : 0;
      if (still == 0) std::this_thread::yield();
    }
  }

  // A peer whose own system holds little.
  Client ConnectByTcp() {
    const auto listening = Listen("test", "0");
    EXPECT_TRUE(listening.ok()) << listening.status().message();
    Client client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    constexpr int kLittle = 64 << 10;
    setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &kLittle, sizeof kLittle);
    constexpr int kSegment =
        1400;  // one of loopback's would be larger than that room, and wait for a probe each time
    setsockopt(client.fd(), IPPROTO_TCP, TCP_MAXSEG, &kSegment, sizeof kSegment);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(static_cast<std::uint16_t>(PortOf(*listening)));
    EXPECT_EQ(connect(client.fd(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    net::Descriptor accepted(
        accept4(listening->get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    EXPECT_TRUE(accepted.valid());
    daemon_->Add(std::move(accepted), now_);
    return client;
  }
};

TEST_F(StreamTest, IsSentWhileItIsMade) {
  Client client = Ask(kRequest);
  EXPECT_EQ(client.Status(), 200);
  EXPECT_NE(client.Receive().find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_TRUE(stream().Write("one\n"));
  Run();
  EXPECT_EQ(client.Body(), "4\r\none\n\r\n");
  EXPECT_TRUE(stream().Write("two\n"));
  EXPECT_TRUE(stream().Write("three\n"));
  stream().Finish();
  Run();
  EXPECT_EQ(Joined(client.Body()), "one\ntwo\nthree\n");
  EXPECT_TRUE(client.Ended());
  EXPECT_TRUE(stream().gone());
  EXPECT_EQ(daemon_->size(), 0U);
}

TEST_F(StreamTest, EndsWithTheConnectionWithoutChunks) {
  Client client = Ask(kOldRequest);
  EXPECT_TRUE(stream().Write("one\n"));
  Run();
  EXPECT_EQ(client.Body(), "one\n");
  EXPECT_FALSE(client.Ended());
  EXPECT_TRUE(stream().Write("two\n"));
  stream().Finish();
  Run();
  EXPECT_EQ(client.Body(), "one\ntwo\n");
  EXPECT_TRUE(client.Ended());
  EXPECT_EQ(client.Receive().find("chunked"), std::string::npos);
}

TEST_F(StreamTest, MayBeEmptyOrWrittenBeforeItIsSent) {
  Client empty = Ask(kRequest);
  stream().Finish();
  Run();
  EXPECT_EQ(empty.Body(), "0\r\n\r\n");
  Client client = Ask("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto made = std::make_shared<Stream>();
  EXPECT_TRUE(made->Write("early"));
  made->Finish();
  later_[0].Send({.stream = std::move(made)});
  Run();
  EXPECT_EQ(Joined(client.Body()), "early");
}

TEST_F(StreamTest, OfAHeadIsNotRead) {
  for (const bool keep_alive : {false, true}) {
    Start({}, {}, keep_alive);
    Client client = Ask("HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(client.Status(), 200);
    EXPECT_EQ(client.Body(), "");
    EXPECT_TRUE(client.Ended());
    EXPECT_TRUE(stream().gone());
  }
}

TEST_F(StreamTest, OfAStatusWithoutABodyIsNotSent) {
  for (const int status : {204, 304}) {
    Client client = Ask("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto made = std::make_shared<Stream>();
    EXPECT_TRUE(made->Write("not to be seen"));
    later_.back().Send({.status = status, .stream = made});
    Run();
    EXPECT_EQ(client.Status(), status);
    EXPECT_EQ(client.Body(), "");
    EXPECT_TRUE(client.Ended());
    EXPECT_TRUE(made->gone());
  }
}

TEST_F(StreamTest, ThatIsNotFinishedIsCut) {
  for (const bool keep_alive : {false, true}) {
    Start({}, {}, keep_alive);
    Client client = Ask(kRequest);
    EXPECT_TRUE(stream().Write("half"));
    streams_.clear();
    Run();
    EXPECT_EQ(Joined(client.Body()), "half(broken)");
    EXPECT_TRUE(client.Ended());
    EXPECT_EQ(daemon_->size(), 0U);
  }
}

TEST_F(StreamTest, KnowsThatThePeerIsGone) {
  for (const bool before : {true, false}) {
    Client client = Ask(kRequest);
    if (before) {
      EXPECT_TRUE(stream().Write("some"));
      Run();
    }
    EXPECT_FALSE(stream().gone());
    client.Close();
    Run();
    EXPECT_TRUE(stream().gone());
    EXPECT_FALSE(stream().Write("more"));
    EXPECT_EQ(daemon_->size(), 0U);
  }
}

TEST_F(StreamTest, OfAConnectionThatMakesRoomIsToldAtOnce) {
  Limits limits;
  limits.connections = limits.connections_per_address = 2;
  Start(limits);
  Client first = Ask(kRequest);
  Client second = Ask(kRequest);
  Client newcomer = Connect();
  EXPECT_TRUE(streams_[0]->gone());
  EXPECT_FALSE(streams_[1]->gone());
  daemon_->LetOldestGo();
  Run();
  EXPECT_TRUE(first.Ended());
}

TEST_F(StreamTest, ThatComesForNobody) {
  Client client = Get("/later");
  client.Close();
  Run();
  auto late = std::make_shared<Stream>();
  later_[0].Send({.stream = late});
  Run();
  EXPECT_TRUE(late->gone());
  Client other = Get("/later");
  daemon_.reset();
  auto later = std::make_shared<Stream>();
  later_[1].Send({.stream = later});
  EXPECT_TRUE(later->gone());
}

TEST_F(StreamTest, TheDaemonEndsWhileItIsWritten) {
  std::vector<Client> clients;
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(Ask(kRequest));
    writers.emplace_back([made = streams_.back()] {
      while (made->Write("a row of some length\n")) {
      }
      EXPECT_TRUE(made->gone());
    });
  }
  streams_.clear();
  RunUntil([&] { return clients.back().Receive().size() > 1U << 20; });
  daemon_.reset();
  for (std::thread& writer : writers) writer.join();
  for (Client& client : clients) EXPECT_TRUE(client.Ended());
}

// Readers that stop hold their own writers, and nobody else.
TEST_F(StreamTest, ASlowReaderBesideFastOnes) {
  std::vector<Client> slow;
  std::vector<std::thread> writers;
  std::atomic<int> ended = 0;
  for (int i = 0; i < 8; ++i) {
    slow.push_back(Ask(kRequest));
    writers.emplace_back([&ended, made = streams_.back()] {
      while (made->Write(std::string(1000, 'x'))) {
      }
      ++ended;
    });
  }
  for (int i = 0; i < 200; ++i) EXPECT_EQ(Get("/").Status(), 200);
  EXPECT_EQ(daemon_->size(), 8U);
  EXPECT_EQ(ended, 0);
  for (Client& client : slow) client.Close();
  RunUntil([&] { return ended == 8; });
  for (std::thread& writer : writers) writer.join();
}

TEST_F(StreamTest, MemoryIsFlatBeforeAReaderThatStops) {
  Client client = Ask(kRequest);
  std::atomic<pid_t> thread = 0;
  std::atomic<std::size_t> written = 0;
  std::thread writer([&thread, &written, made = streams_.back()] {
    thread = gettid();
    const std::string block(64U << 10, 'x');
    while (written < 1U << 30 && made->Write(block)) written += block.size();
  });
  const std::size_t before = ResidentBytes();
  constexpr std::size_t kRead = 8U << 20;  // and no further
  std::size_t received = 0;
  RunUntil([&] {
    received += client.Receive().size();
    client.Forget();
    return received >= kRead;
  });
  // What the socket and the buffer hold, and no more, however long it goes on.
  TurnUntilStill(thread);
  EXPECT_LT(written, received + (4U << 20));
  if (!testing::kSanitized) {  // which keeps what is freed
    EXPECT_LT(ResidentBytes(), before + (16U << 20));
  }
  client.Close();
  RunUntil([&] { return streams_.back()->gone(); });
  writer.join();
  EXPECT_LT(written, received + (4U << 20));
}

TEST_F(StreamTest, TimeRunsWhileThePeerDoesNotRead) {
  const Limits limits;
  Client reading = Ask(kRequest);
  const auto read = streams_.back();
  Client deaf = Ask(kRequest);
  const auto unread = streams_.back();
  const std::string some(Stream::kBuffer, 'x');
  for (int i = 0; i < 2; ++i) {  // more than its socket holds
    EXPECT_TRUE(unread->Write(some.substr(0, some.size() / 2)));
    Run();
  }
  const auto begin = now_;
  for (int piece = 1; piece < 10; ++piece) {
    now_ = begin + piece * limits.answer_time * 9 / 10;
    EXPECT_TRUE(read->Write("piece"));
    Run();
    EXPECT_FALSE(reading.Ended()) << piece;
    EXPECT_EQ(unread->gone(), piece > 1) << piece;
  }
  EXPECT_TRUE(deaf.Ended());
  read->Finish();
  Run();
  EXPECT_EQ(Joined(reading.Body()).size(), 9 * std::string("piece").size());
}

// The system's buffers hold megabytes: what the peer takes of them must be seen all the same.
TEST_F(StreamTest, APeerThatReadsALittleAllTheTimeIsNotCut) {
  const Client client = ConnectByTcp();
  EXPECT_TRUE(client.Send(kRequest));
  RunUntil([&] { return !streams_.empty(); });
  std::atomic<pid_t> thread = 0;
  std::thread writer([&thread, made = streams_.back()] {
    thread = gettid();
    while (made->Write(std::string(1000, 'x'))) {
    }
  });
  std::array<char, 1U << 10> some;
  for (int step = 0; step < 20 && !stream().gone(); ++step) {
    TurnUntilStill(thread);
    for (std::size_t got = 0; got < 2 * kMostUnsent;) {
      const ssize_t more = recv(client.fd(), some.data(), some.size(), MSG_DONTWAIT);
      ASSERT_NE(more, 0) << "it is cut";
      if (more > 0) got += static_cast<std::size_t>(more);
      if (more < 0) daemon_->Turn(now_);
    }
    TurnUntilStill(thread);
    now_ += Limits().answer_time * 2 / 3;
  }
  EXPECT_FALSE(stream().gone());
  RunUntil([&] {  // and no more; what the system takes late begins the time anew
    now_ += Limits().answer_time;
    return stream().gone();
  });
  writer.join();
}

TEST_F(StreamTest, ASilentOneIsWaitedFor) {
  Client client = Ask(kRequest);
  EXPECT_GT(daemon_->Patience(now_), Limits().idle_time);
  now_ += std::chrono::hours(1);
  Run();
  EXPECT_FALSE(stream().gone());
  stream().Finish();
  Run();
  EXPECT_EQ(client.Body(), "0\r\n\r\n");
}

TEST_F(StreamTest, ASilentOneIsNotWaitedForIfThePeerHasEnded) {
  const Limits limits;
  Client client = Ask(kRequest);
  Run();
  client.End();
  Run();
  EXPECT_FALSE(stream().gone());
  now_ += limits.ended_time - milliseconds(1);
  Run();
  EXPECT_FALSE(stream().gone());
  EXPECT_TRUE(stream().Write("in time"));
  Run();
  now_ += limits.ended_time - milliseconds(1);
  Run();
  EXPECT_FALSE(stream().gone());
  EXPECT_LE(daemon_->Patience(now_), milliseconds(1));
  now_ += milliseconds(1);
  Run();
  EXPECT_TRUE(stream().gone());
  EXPECT_TRUE(client.Ended());
}

TEST_F(StreamTest, APeerThatEndsItsSideGetsAllThatFlows) {
  for (const char* request : {kRequest, kOldRequest}) {
    Client client = Connect();
    client.Send(request);
    client.End();
    Run();
    std::thread writer([made = streams_.back()] {
      const std::string row(99, 'x');
      for (int i = 0; i < 20'000; ++i) EXPECT_TRUE(made->Write(row));
      made->Finish();
    });
    RunUntil([&] { return client.Ended(); });
    writer.join();
    const std::string body = request == kRequest ? Joined(client.Body()) : client.Body();
    EXPECT_EQ(body.size(), 99U * 20'000);
    EXPECT_EQ(body.find_first_not_of('x'), std::string::npos);
  }
}

}  // namespace
}  // namespace pdns::http
