// What a shard's thread does when answers are lost: a server that is played, request by request.
#include "store_clickhouse/write/delivery.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "store_clickhouse/schema.h"
#include "unit/store_clickhouse/http_script.h"

namespace pdns::store_clickhouse {
namespace {

using Step = HttpScript::Step;

const Step kNothingRuns{HttpScript::Ok("0\n")};

Step Marker(std::uint64_t number) { return {HttpScript::Ok(std::to_string(number) + "\n")}; }

// What Greet asks, of a server that has the batches up to `marker`.
std::vector<Step> Greeting(std::uint64_t marker) {
  const auto text = [](const std::string& part) {
    return std::string(1, static_cast<char>(part.size())) + part;
  };
  // Its version, none of the settings, the columns, states.
  std::string itself = text("18.16.1") + std::string(1, '\0');
  itself += static_cast<char>(Columns().size());
  for (const Column& column : Columns())
    itself += text(std::string(column.name) + " " + std::string(column.type));
  itself += *FromHex(
      "01070000000000000001090000000000000003000000000000000102010500000000000000"
      "01e64f0000");
  return {
      {HttpScript::Ok(itself)}, {HttpScript::Ok("1.0\n")}, {HttpScript::Ok("0\n")}, Marker(marker)};
}

class DeliveryTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "pdns-delivery-" + std::to_string(getpid());
    std::filesystem::remove_all(directory_);
    outbox_ = std::move(*Outbox::Open({directory_, "c", 1, 1000}));
  }
  void TearDown() override {
    outbox_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Commit(const std::string& body) {
    const std::vector<Pieces> bodies{[&](const PieceSink& sink) { return sink(body); }};
    ASSERT_TRUE(outbox_->Commit(bodies, {}).ok());
  }
  // A server behind the greeting, with these answers.
  void Play(std::uint64_t marker, std::vector<Step> steps) {
    auto all = Greeting(marker);
    greeting_ = all.size();
    all.insert(all.end(), steps.begin(), steps.end());
    server_ = std::make_unique<HttpScript>(std::move(all));
    address_ = *ParseAddress(server_->address());
    shard_ = std::make_unique<ShardDelivery>(address_, 0, "", *outbox_, stop_);
  }
  // Bodies of the inserts that came, in order.
  std::vector<std::string> Inserts() {
    std::vector<std::string> bodies;
    for (const std::string& request : server_->requests()) {
      if (request.find("query=INSERT") != std::string::npos)
        bodies.push_back(request.substr(request.find("\r\n\r\n") + 4));
    }
    return bodies;
  }
  Status Deliver() { return shard_->Step(); }

  std::string directory_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<HttpScript> server_;
  Address address_;
  Stop stop_;
  std::unique_ptr<ShardDelivery> shard_;
  std::size_t greeting_ = 0;
};

using Bodies = std::vector<std::string>;

TEST_F(DeliveryTest, BatchesThatWaitGoTogetherAndInOrder) {
  Commit("one ");
  Commit("two ");
  Play(0, {kNothingRuns, Marker(0), kNothingRuns, {HttpScript::Ok("")}, {HttpScript::Ok("")}});
  ASSERT_TRUE(Deliver().ok());
  Commit("three ");
  ASSERT_TRUE(Deliver().ok());
  EXPECT_EQ(Inserts(), (Bodies{"one two ", "three "}));
  EXPECT_EQ(outbox_->batches(), 0U);
}

TEST_F(DeliveryTest, WhatTheServerHasIsNotSentAgain) {
  Commit("one ");
  Commit("two ");
  Play(1, {kNothingRuns, Marker(1), kNothingRuns, {HttpScript::Ok("")}});
  ASSERT_TRUE(Deliver().ok());
  EXPECT_EQ(Inserts(), (Bodies{"two "}));
}

TEST_F(DeliveryTest, ALostAnswerOfABatchThatIsThere) {
  Commit("one ");
  Play(0, {kNothingRuns,
           Marker(0),
           kNothingRuns,
           {"", false, true},
           {HttpScript::Ok("1\n")},  // it still runs
           kNothingRuns,
           Marker(1),
           kNothingRuns});
  EXPECT_EQ(Deliver().code(), Code::kIo);
  const Status runs = Deliver();
  EXPECT_EQ(runs.code(), Code::kBusy);
  EXPECT_NE(runs.message().find("still works"), std::string::npos);
  EXPECT_EQ(outbox_->batches(), 1U);
  EXPECT_TRUE(Deliver().ok());
  EXPECT_EQ(outbox_->batches(), 0U);
  EXPECT_EQ(Inserts(), (Bodies{"one "}));
}

TEST_F(DeliveryTest, ALostAnswerOfABatchThatIsNotThere) {
  Commit("one ");
  Play(0, {kNothingRuns,
           Marker(0),
           kNothingRuns,
           {"", false, true},
           kNothingRuns,
           Marker(0),
           kNothingRuns,
           {HttpScript::Ok("")}});
  EXPECT_EQ(Deliver().code(), Code::kIo);
  EXPECT_TRUE(Deliver().ok());
  EXPECT_EQ(Inserts(), (Bodies{"one ", "one "}));
}

// A query that begins between the two questions: the marker was read too early.
TEST_F(DeliveryTest, AQueryThatBeginsMeanwhile) {
  Commit("one ");
  Play(0,
       {kNothingRuns, Marker(0), {HttpScript::Ok("1\n")}, kNothingRuns, Marker(1), kNothingRuns});
  EXPECT_EQ(Deliver().code(), Code::kBusy);
  EXPECT_TRUE(Deliver().ok());
  EXPECT_EQ(Inserts(), Bodies{});
}

TEST_F(DeliveryTest, AnAnswerOfSomebodyElseIsDoubt) {
  Commit("one ");
  Play(0, {kNothingRuns,
           Marker(0),
           kNothingRuns,
           {HttpScript::Ok("<html>OK</html>", "Content-Type: text/html\r\n")},
           kNothingRuns,
           Marker(1),
           kNothingRuns});
  EXPECT_EQ(Deliver().code(), Code::kMalformed);
  EXPECT_TRUE(Deliver().ok());
  EXPECT_EQ(Inserts(), (Bodies{"one "}));
}

// The server has more than the outbox ever had: an old copy of it would lose batches without a
// word.
TEST_F(DeliveryTest, AnOldCopyOfTheOutboxSendsNothing) {
  Commit("one ");
  Play(2, {});
  const Status greeted = Deliver();
  EXPECT_EQ(greeted.code(), Code::kCorrupt);
  EXPECT_NE(greeted.message().find("old copy"), std::string::npos);
  EXPECT_EQ(outbox_->batches(), 1U);
}

TEST_F(DeliveryTest, ADamagedPartIsNotSent) {
  Commit("one ");
  ASSERT_TRUE(WriteFile(directory_ + "/00000000000000000001.0", "tow ").ok());
  Play(0, {kNothingRuns, Marker(0), kNothingRuns});
  EXPECT_EQ(Deliver().code(), Code::kCorrupt);
  EXPECT_EQ(Inserts(), Bodies{});
}

}  // namespace
}  // namespace pdns::store_clickhouse
