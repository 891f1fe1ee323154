#include "serve/common/answerer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "unit/support/eventually.h"
#include "unit/support/fake_store.h"

namespace pdns::serve {
namespace {

using testing::Eventually;
using testing::FakeDatabase;

struct AnswererTest : ::testing::Test {
  explicit AnswererTest(std::chrono::milliseconds patience = std::chrono::milliseconds(100))
      : answerer({.open = []() -> Result<std::unique_ptr<store::Database>> {
                    return std::unique_ptr<store::Database>(std::make_unique<FakeDatabase>());
                  },
                  .most_time = std::chrono::seconds(100),
                  .most_at_once = 40,
                  .patience = patience}) {}

  // One that waits until `go_on`. Its id in the mailbox.
  http::RequestId Start(Answerer::Size size) { return Start(size, gate, {}); }
  http::RequestId Start(Answerer::Size size, access::Gate& by, const std::string& key,
                        const std::string& peer = "192.0.2.1") {
    const http::Header header{"X-Api-Key", key};
    auto asker = Asker::LetIn({&by, nullptr},
                              {.method = "GET", .path = "/", .headers = {&header, 1}, .peer = peer},
                              access::Cost::kRequest);
    answerer.Start(
        {std::get<Asker>(std::move(asker)), http::Reply(mailbox, ++last)}, "x",
        [this](Answerer::OwnedSnapshot, const Ending& ending, Body& body) {
          endless = ending.deadline == std::chrono::steady_clock::time_point::max();
          ++begun;
          while (!go_on) std::this_thread::yield();
          body.Finish();
          return std::uint64_t{0};
        },
        size);
    return last;
  }
  // 0: none yet.
  int StatusOf(http::RequestId id) {
    const auto answer = mailbox->Pop(id);
    if (!answer.has_value()) return 0;
    EXPECT_EQ(answer->status == 503, !answer->headers.empty());  // Retry-After
    return answer->status;
  }
  // Whether it is made; if not, it has been told to come again.
  bool Begins(Answerer::Size size, access::Gate& by, const std::string& key,
              const std::string& peer) {
    const std::size_t before = begun;
    const http::RequestId id = Start(size, by, key, peer);
    int status = 0;
    EXPECT_TRUE(Eventually([&] { return begun > before || (status = StatusOf(id)) != 0; }));
    if (status == 0) waiting.push_back(id);
    return status == 0;
  }
  std::size_t HowMany(Answerer::Size size, access::Gate& by, const std::string& key,
                      const std::string& peer = "192.0.2.1") {
    std::size_t count = 0;
    while (Begins(size, by, key, peer)) ++count;
    return count;
  }
  // And those that were let in end, and leave room.
  void GoOn(Answerer::Size size) {
    go_on = true;
    for (const http::RequestId id : waiting)
      EXPECT_TRUE(Eventually([&] { return StatusOf(id) == 200; })) << id;
    EXPECT_TRUE(Eventually([&] { return StatusOf(Start(size)) == 200; }));
  }

  access::Gate gate;
  std::shared_ptr<http::Mailbox> mailbox = std::make_shared<http::Mailbox>();
  http::RequestId last = 0;
  std::vector<http::RequestId> waiting;
  std::atomic<bool> go_on{false};
  std::atomic<bool> endless{false};
  std::atomic<std::size_t> begun{0};
  Answerer answerer;
};

TEST_F(AnswererTest, AllTogetherAreBounded) {
  EXPECT_EQ(HowMany(Answerer::Size::kStream, gate, {}), 40U);
  EXPECT_FALSE(endless);
  GoOn(Answerer::Size::kStream);
}

// Slow readers of one address hold its half, and nobody else's.
TEST_F(AnswererTest, AnAddressLeavesLargeOnesToOthers) {
  EXPECT_EQ(HowMany(Answerer::Size::kLarge, gate, {}), 2U);
  EXPECT_FALSE(Begins(Answerer::Size::kSorted, gate, {}, "192.0.2.1"));
  EXPECT_TRUE(Begins(Answerer::Size::kStream, gate, {}, "192.0.2.1"));
  EXPECT_EQ(HowMany(Answerer::Size::kSorted, gate, {}, "2001:db8:1:2::1"), 8U);
  EXPECT_FALSE(Begins(Answerer::Size::kSorted, gate, {}, "2001:db8:1:2:ffff::2"));
  EXPECT_FALSE(Begins(Answerer::Size::kSorted, gate, {}, "2001:db8:1:3::1"));  // there is none
  EXPECT_FALSE(endless);
  GoOn(Answerer::Size::kLarge);
}

// One key from several addresses.
TEST_F(AnswererTest, AKeyLeavesLargeOnesToOthers) {
  std::string lines;
  for (const std::string name : {"one", "two"})
    lines += name + " " + ToHex(Sha256(AsBytes(name + "-key"))) + "\n";
  auto keys = access::KeyList::Parse(lines, "keys");
  ASSERT_TRUE(keys.ok()) << keys.status().message();
  access::Gate keyed(std::move(*keys));
  constexpr auto kLarge = Answerer::Size::kLarge;
  EXPECT_TRUE(Begins(kLarge, keyed, "one-key", "192.0.2.1"));
  EXPECT_TRUE(Begins(kLarge, keyed, "one-key", "192.0.2.2"));
  EXPECT_FALSE(Begins(kLarge, keyed, "one-key", "192.0.2.3"));
  EXPECT_TRUE(Begins(kLarge, keyed, "two-key", "192.0.2.1"));
  EXPECT_TRUE(Begins(Answerer::Size::kStream, keyed, "one-key", "192.0.2.1"));
  GoOn(kLarge);
}

struct PatientTest : AnswererTest {
  PatientTest() : AnswererTest(std::chrono::seconds(1000)) {}
};

// Those that wait are made when others are over.
TEST_F(PatientTest, WhoeverWaitsComesNext) {
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(Begins(Answerer::Size::kLarge, gate, {}, "192.0.2.1"));
  for (int i = 0; i < 2; ++i) waiting.push_back(Start(Answerer::Size::kSorted));
  GoOn(Answerer::Size::kSorted);
}

TEST_F(AnswererTest, EndlessOnesLeaveRoomAndHaveNoTimeLimit) {
  EXPECT_EQ(HowMany(Answerer::Size::kEndless, gate, {}), 10U);
  EXPECT_TRUE(endless);
  GoOn(Answerer::Size::kEndless);
}

}  // namespace
}  // namespace pdns::serve
