#include "serve/common/answerer.h"

#include <gtest/gtest.h>

#include <atomic>
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
  // One that waits until `go_on`. Its id in the mailbox.
  http::RequestId Start(Answerer::Size size) { return Start(size, gate, {}); }
  http::RequestId Start(Answerer::Size size, access::Gate& by, const std::string& key) {
    const http::Header header{"X-Api-Key", key};
    auto asker =
        Asker::LetIn({&by, nullptr}, {.method = "GET", .path = "/", .headers = {&header, 1}},
                     access::Cost::kRequest);
    answerer.Start(
        {std::get<Asker>(std::move(asker)), http::Reply(mailbox, ++last)}, "x",
        [this](Answerer::OwnedSnapshot, const Ending& ending, Body& body) {
          endless = ending.deadline == std::chrono::steady_clock::time_point::max();
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
  // How many of one size are let in, and that they are let in again when these are over.
  std::size_t LetIn(Answerer::Size size) {
    std::vector<http::RequestId> waiting;
    while (true) {
      const http::RequestId id = Start(size);
      if (StatusOf(id) == 503) break;
      waiting.push_back(id);
    }
    go_on = true;
    for (const http::RequestId id : waiting)
      EXPECT_TRUE(Eventually([&] { return StatusOf(id) == 200; }));
    EXPECT_TRUE(Eventually([&] { return StatusOf(Start(size)) != 503; }));
    return waiting.size();
  }

  access::Gate gate;
  std::shared_ptr<http::Mailbox> mailbox = std::make_shared<http::Mailbox>();
  http::RequestId last = 0;
  std::atomic<bool> go_on{false};
  std::atomic<bool> endless{false};
  Answerer answerer{{.open = []() -> Result<std::unique_ptr<store::Database>> {
                       return std::unique_ptr<store::Database>(std::make_unique<FakeDatabase>());
                     },
                     .most_time = std::chrono::seconds(100),
                     .most_at_once = 40}};
};

TEST_F(AnswererTest, AllTogetherAreBounded) {
  EXPECT_EQ(LetIn(Answerer::Size::kStream), 40U);
  EXPECT_FALSE(endless);
}

TEST_F(AnswererTest, LargeOnesAreFew) {
  EXPECT_EQ(LetIn(Answerer::Size::kLarge), Answerer::kMostLarge);
  EXPECT_FALSE(endless);
}

// Of two keys, and of one that asks again and again.
TEST_F(AnswererTest, AKeyLeavesLargeOnesToOthers) {
  std::string lines;
  for (const std::string name : {"one", "two"})
    lines += name + " " + ToHex(Sha256(AsBytes(name + "-key"))) + "\n";
  auto keys = access::KeyList::Parse(lines, "keys");
  ASSERT_TRUE(keys.ok()) << keys.status().message();
  access::Gate keyed(std::move(*keys));
  constexpr auto kLarge = Answerer::Size::kLarge;
  std::vector<http::RequestId> waiting;
  for (std::size_t i = 0; i < Answerer::kMostLargeOfAKey; ++i)
    waiting.push_back(Start(kLarge, keyed, "one-key"));
  EXPECT_EQ(StatusOf(Start(kLarge, keyed, "one-key")), 503);
  EXPECT_EQ(StatusOf(Start(kLarge, keyed, "one-key")), 503);
  waiting.push_back(Start(kLarge, keyed, "two-key"));
  waiting.push_back(Start(Answerer::Size::kStream, keyed, "one-key"));
  go_on = true;
  for (const http::RequestId id : waiting)
    EXPECT_TRUE(Eventually([&] { return StatusOf(id) == 200; })) << id;
  EXPECT_TRUE(Eventually([&] { return StatusOf(Start(kLarge, keyed, "one-key")) != 503; }));
}

TEST_F(AnswererTest, EndlessOnesLeaveRoomAndHaveNoTimeLimit) {
  EXPECT_EQ(LetIn(Answerer::Size::kEndless), 10U);
  EXPECT_TRUE(endless);
}

}  // namespace
}  // namespace pdns::serve
