#include "serve/common/answerer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "unit/support/eventually.h"
#include "unit/support/fake_store.h"

namespace pdns::serve {
namespace {

using testing::Eventually;
using testing::FakeDatabase;

struct AnswererTest : ::testing::Test {
  // One that waits until `go_on`. Its id in the mailbox.
  http::RequestId Start(Answerer::Size size) {
    auto asker =
        Asker::LetIn({&gate, nullptr}, {.method = "GET", .path = "/"}, access::Cost::kRequest);
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

TEST_F(AnswererTest, EndlessOnesLeaveRoomAndHaveNoTimeLimit) {
  EXPECT_EQ(LetIn(Answerer::Size::kEndless), 10U);
  EXPECT_TRUE(endless);
}

}  // namespace
}  // namespace pdns::serve
