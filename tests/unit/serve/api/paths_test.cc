#include "serve/api/paths.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "access/gate.h"
#include "serve/api/answer.h"
#include "serve/common/places.h"
#include "unit/support/eventually.h"
#include "unit/support/fake_store.h"

namespace pdns::serve {
namespace {

using testing::Eventually;
using testing::FakeDatabase;

// One asker holds all places that it may have.
struct ApiPlacesTest : ::testing::Test {
  void SetUp() override {
    for (int i = 0; i < 2; ++i) {
      answerer.Start(
          NewAsked(), "x",
          [this](Answerer::OwnedSnapshot, const Ending&, Body& body) {
            ++begun;
            while (!go_on) std::this_thread::yield();
            body.Finish();
            return std::uint64_t{0};
          },
          Answerer::Size::kLarge);
    }
    ASSERT_TRUE(Eventually([&] { return begun == 2; }));
  }
  void TearDown() override { go_on = true; }

  Asked NewAsked() {
    auto asker = Asker::LetIn({&gate, nullptr}, {.method = "GET", .path = "/", .peer = "192.0.2.1"},
                              access::Cost::kFree);
    return {std::get<Asker>(std::move(asker)), http::Reply(mailbox, ++last), ApiRefusal};
  }
  int StatusOf(const char* method, const char* what, Url url, const std::string& body) {
    const std::array<std::string, 2> path{"v1", what};
    api.Answer(path, url, {.method = method, .path = "/", .body = body}, NewAsked());
    int status = 0;
    EXPECT_TRUE(Eventually([&] {
      const auto answer = mailbox->Pop(last);
      if (answer.has_value()) status = answer->status;
      return answer.has_value();
    }));
    return status;
  }

  access::Gate gate;
  std::shared_ptr<http::Mailbox> mailbox = std::make_shared<http::Mailbox>();
  http::RequestId last = 0;
  std::atomic<int> begun{0};
  std::atomic<bool> go_on{false};
  Answerer answerer{{.open = []() -> Result<std::unique_ptr<store::Database>> {
                       return std::unique_ptr<store::Database>(std::make_unique<FakeDatabase>());
                     },
                     .most_time = std::chrono::seconds(100),
                     .most_at_once = 40,
                     .patience = std::chrono::milliseconds(50)}};
  Api api{answerer};
};

TEST_F(ApiPlacesTest, AShortListNeedsNone) {
  std::string lines = "a.org\nb.org\n192.0.2.7\n";
  EXPECT_EQ(StatusOf("POST", "lookup", {}, lines), 200);
  while (lines.size() <= 64U << 10) lines += "www.a.org\n";
  EXPECT_EQ(StatusOf("POST", "lookup", {}, lines), 503);
}

TEST_F(ApiPlacesTest, WhatIsSortedOrHeldNeedsSome) {
  const auto asked = [](std::initializer_list<std::pair<std::string, std::string>> more) {
    std::string query = "q=a.org";
    for (const auto& [name, value] : more) query.append("&").append(name).append("=").append(value);
    return *ParseUrl("/", query);
  };
  EXPECT_EQ(StatusOf("GET", "query", asked({}), {}), 200);
  EXPECT_EQ(StatusOf("GET", "query", asked({{"show", "hits"}}), {}), 200);
  EXPECT_EQ(StatusOf("GET", "query", asked({{"sort", "last"}}), {}), 503);
  EXPECT_EQ(StatusOf("GET", "query", asked({{"show", "values"}}), {}), 503);
  EXPECT_EQ(StatusOf("GET", "query", asked({{"show", "names"}, {"sort", "last"}}), {}), 503);
  EXPECT_EQ(StatusOf("GET", "pivot", asked({}), {}), 503);
}

}  // namespace
}  // namespace pdns::serve
