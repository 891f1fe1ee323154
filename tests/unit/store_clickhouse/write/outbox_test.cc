#include "store_clickhouse/write/outbox.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace pdns::store_clickhouse {
namespace {

namespace fs = std::filesystem;

record::SourcePosition SourceAt(std::uint8_t number, std::uint64_t frames) {
  record::SourcePosition source;
  source.id.first_frame.fill(number);
  for (std::uint64_t i = 0; i < frames; ++i) record::Advance(source.position, AsBytes("frame"));
  source.position.bytes = frames * 9;
  return source;
}

class OutboxTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "pdns-outbox-" + std::to_string(getpid());
    fs::remove_all(directory_);
    Reopen();
  }
  void TearDown() override {
    outbox_.reset();
    fs::remove_all(directory_);
  }
  Result<std::unique_ptr<Outbox>> Open(const std::string& cluster = "c", std::size_t shards = 2) {
    outbox_.reset();
    return Outbox::Open({directory_, cluster, shards, kMost});
  }
  void Reopen() {
    auto opened = Open();
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    outbox_ = std::move(*opened);
  }
  void Commit(const std::string& first, const std::string& second,
              std::vector<record::SourcePosition> sources = {}) {
    const std::vector<Pieces> bodies{[&](const PieceSink& sink) { return sink(first); },
                                     [&](const PieceSink& sink) { return sink(second); }};
    const Status committed = outbox_->Commit(bodies, sources);
    ASSERT_TRUE(committed.ok()) << committed.message();
  }
  std::string Body(std::uint64_t sequence, std::size_t shard) {
    auto part = outbox_->Open(sequence, shard);
    char bytes[100];
    if (!part.ok()) return part.status().message();
    return {bytes, *part->Read(bytes, sizeof bytes)};
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory_)) {
      if (entry.path().filename().string().starts_with("0"))
        names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string Waiting(std::size_t shard) {
    std::string text;
    for (const auto& one : outbox_->Next(shard, 1000, 100))
      text += std::to_string(one.sequence) + " ";
    return text;
  }
  static std::string NameOf(const std::string& rest) { return "0000000000000000000" + rest; }
  std::string PathOf(const std::string& rest) { return directory_ + "/" + NameOf(rest); }
  void Write(const std::string& rest, const std::string& text) {
    std::ofstream(PathOf(rest)) << text;
  }

  static constexpr std::uint64_t kMost = 100;
  std::string directory_;
  std::unique_ptr<Outbox> outbox_;
};

TEST_F(OutboxTest, BatchesWaitForEachShard) {
  EXPECT_EQ(outbox_->next_sequence(), 1U);
  Commit("a1", "b1");
  Commit("a2", "b22");
  EXPECT_EQ(outbox_->bytes(), 9U);
  EXPECT_EQ(Waiting(0), "1 2 ");
  EXPECT_EQ(Body(2, 1), "b22");
  ASSERT_TRUE(outbox_->Acknowledge(0, 2).ok());
  EXPECT_EQ(Waiting(0), "");
  EXPECT_EQ(Waiting(1), "1 2 ");
  EXPECT_EQ(outbox_->bytes(), 5U);
  ASSERT_TRUE(outbox_->Acknowledge(1, 1).ok());
  EXPECT_EQ(Names(), (std::vector<std::string>{NameOf("2.1"), NameOf("2.ok")}));
  ASSERT_TRUE(outbox_->Acknowledge(1, 2).ok());
  EXPECT_EQ(outbox_->batches(), 0U);
  EXPECT_EQ(Names(), (std::vector<std::string>{NameOf("2.ok")}));
}

TEST_F(OutboxTest, SurvivesAnEnd) {
  const std::string id = outbox_->writer_id();
  EXPECT_EQ(id.size(), 16U);
  Commit("a1", "b1", {SourceAt(1, 3)});
  Commit("a2", "b2", {SourceAt(1, 5), SourceAt(2, 1)});
  ASSERT_TRUE(outbox_->Acknowledge(0, 1).ok());
  Reopen();
  EXPECT_EQ(outbox_->writer_id(), id);
  EXPECT_EQ(outbox_->next_sequence(), 3U);
  EXPECT_EQ(Waiting(0), "2 ");
  EXPECT_EQ(Waiting(1), "1 2 ");
  EXPECT_EQ(outbox_->bytes(), 6U);
  EXPECT_EQ(outbox_->PositionOf(SourceAt(1, 0).id)->frames, 5U);
  EXPECT_EQ(Body(1, 1), "b1");
  for (const std::size_t shard : {0U, 1U}) ASSERT_TRUE(outbox_->Acknowledge(shard, 2).ok());
  EXPECT_FALSE(outbox_->PositionOf(SourceAt(1, 0).id).has_value());
  // Numbers go on even where nothing waits.
  Reopen();
  EXPECT_EQ(outbox_->next_sequence(), 3U);
  Commit("a3", "b3");
  EXPECT_EQ(Names(), (std::vector<std::string>{NameOf("3.0"), NameOf("3.1"), NameOf("3.ok")}));
}

TEST_F(OutboxTest, WhatACrashLeftIsRemoved) {
  Commit("a1", "b1");
  Write("2.0", "half");
  Write("2.tmp", "half");
  Write("3.1", "half");
  Reopen();
  EXPECT_EQ(Names(), (std::vector<std::string>{NameOf("1.0"), NameOf("1.1"), NameOf("1.ok")}));
  EXPECT_EQ(outbox_->next_sequence(), 2U);
}

TEST_F(OutboxTest, DamageIsNamed) {
  Commit("a1", "b1");
  outbox_.reset();
  Write("1.1", "longer than before");
  auto opened = Open();
  EXPECT_EQ(opened.status().code(), Code::kCorrupt);
  EXPECT_NE(opened.status().message().find(NameOf("1.1")), std::string::npos);
  Write("1.1", "xx");  // its size
  Reopen();
  EXPECT_EQ(outbox_->Open(1, 1).status().code(), Code::kCorrupt);
  outbox_.reset();
  Write("1.ok", "pdns batch 1\n");
  opened = Open();
  EXPECT_EQ(opened.status().code(), Code::kCorrupt);
  EXPECT_NE(opened.status().message().find(NameOf("1.ok")), std::string::npos);
}

TEST_F(OutboxTest, OneProcessAtATime) {
  const auto second = Outbox::Open({directory_, "c", 2, kMost});
  EXPECT_EQ(second.status().code(), Code::kBusy);
}

TEST_F(OutboxTest, BelongsToACluster) {
  EXPECT_TRUE(Open("other").ok());  // nothing waits
  Reopen();
  Commit("a1", "b1");
  for (const auto& [cluster, shards] : {std::pair("other", 2U), std::pair("c", 3U)}) {
    const auto other = Open(cluster, shards);
    EXPECT_EQ(other.status().code(), Code::kUsage);
    EXPECT_NE(other.status().message().find("1 batches"), std::string::npos);
  }
  Reopen();
  outbox_.reset();
  fs::remove(directory_ + "/writer");
  EXPECT_EQ(Open().status().code(), Code::kCorrupt);
}

TEST_F(OutboxTest, BoundAndOrder) {
  Commit(std::string(40, 'a'), std::string(40, 'b'));
  EXPECT_FALSE(outbox_->full());
  Commit(std::string(40, 'a'), std::string(40, 'b'));
  EXPECT_TRUE(outbox_->full());
  EXPECT_EQ(outbox_->Next(0, 1, 100).size(), 1U);  // at least one
  EXPECT_EQ(outbox_->Next(0, 80, 100).size(), 2U);
  EXPECT_EQ(outbox_->Next(0, 80, 1).size(), 1U);
  ASSERT_TRUE(outbox_->Acknowledge(0, 2).ok());
  EXPECT_FALSE(outbox_->full());
}

TEST_F(OutboxTest, HashesDoNotDependOnPieces) {
  std::string body(3 * PartHash::kBlock + 5, 'x');
  for (std::size_t i = 0; i < body.size(); i += 1000) body[i] = static_cast<char>(i);
  const auto whole = PartOf(body);
  EXPECT_EQ(whole.size, body.size());
  for (const std::size_t size : {std::size_t{4097}, PartHash::kBlock, PartHash::kBlock + 1}) {
    PartHash hash;
    for (std::size_t at = 0; at < body.size(); at += size)
      hash.Add(std::string_view(body).substr(at, size));
    EXPECT_EQ(hash.Finish(), whole) << size;
  }
  body.back() = 'y';
  EXPECT_FALSE(PartOf(body) == whole);
}

TEST_F(OutboxTest, ABodyThatEndsWithAnErrorIsNotPromised) {
  const std::vector<Pieces> bodies{[](const PieceSink& sink) { return sink("begun"); },
                                   [](const PieceSink&) { return Status::Disk("no more"); }};
  EXPECT_EQ(outbox_->Commit(bodies, {}).code(), Code::kDisk);
  EXPECT_EQ(Names(), std::vector<std::string>{});
  EXPECT_EQ(outbox_->next_sequence(), 1U);
  Commit("a1", "b1");
}

TEST_F(OutboxTest, CommitFilesRoundTrip) {
  CommitRecord commit;
  commit.parts = {PartOf("body"), PartOf("")};
  commit.sources = {SourceAt(3, 70)};
  const std::string bytes = CommitBytes(commit);
  const auto read = DecodeCommit(AsBytes(bytes));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->parts, commit.parts);
  EXPECT_EQ(read->sources[0].position, commit.sources[0].position);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(DecodeCommit(AsBytes(damaged)).has_value());
    EXPECT_FALSE(DecodeCommit(AsBytes(bytes.substr(0, i))).has_value());
  }
}

}  // namespace
}  // namespace pdns::store_clickhouse
