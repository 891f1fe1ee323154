#include "http/pipe.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <thread>

#include "http/stream.h"

namespace pdns::http {
namespace {

constexpr RequestId kRequest = 7;

struct PipeTest : ::testing::Test {
  void SetUp() override { pipe->Attach(mailbox, kRequest); }

  std::string Read(std::size_t most) const {
    std::string bytes(most, '\0');
    const Pipe::Piece piece = pipe->Read(bytes.data(), most);
    bytes.resize(piece.size);
    return bytes;
  }
  Pipe::State StateOf() const {
    char byte = 0;
    return pipe->Read(&byte, 1).state;
  }

  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
  std::unique_ptr<Stream> stream = std::make_unique<Stream>();
  std::shared_ptr<Pipe> pipe = stream->pipe();
};

TEST_F(PipeTest, BytesInOrder) {
  EXPECT_TRUE(stream->Write("abc"));
  EXPECT_TRUE(stream->Write(""));
  EXPECT_TRUE(stream->Write("def"));
  EXPECT_EQ(Read(2), "ab");
  EXPECT_EQ(Read(10), "cdef");
  EXPECT_EQ(StateOf(), Pipe::State::kEmpty);
  EXPECT_TRUE(stream->Write("g"));
  stream->Finish();
  EXPECT_EQ(Read(10), "g");
  EXPECT_EQ(StateOf(), Pipe::State::kEnd);
  stream.reset();
  EXPECT_EQ(StateOf(), Pipe::State::kEnd);
}

TEST_F(PipeTest, TheReaderIsWokenOnceForWhatItWaitsFor) {
  EXPECT_TRUE(stream->Write("a"));
  EXPECT_TRUE(mailbox->PopWoken().empty());  // it has not looked yet
  Read(1);
  EXPECT_EQ(StateOf(), Pipe::State::kEmpty);
  EXPECT_TRUE(stream->Write("b"));
  EXPECT_TRUE(stream->Write("c"));
  EXPECT_EQ(mailbox->PopWoken(), (std::vector<RequestId>{kRequest}));
  Read(2);
  EXPECT_EQ(StateOf(), Pipe::State::kEmpty);
  stream->Finish();
  EXPECT_EQ(mailbox->PopWoken(), (std::vector<RequestId>{kRequest}));
}

TEST_F(PipeTest, AWriterThatLetsGoCutsTheBody) {
  EXPECT_EQ(StateOf(), Pipe::State::kEmpty);
  EXPECT_TRUE(stream->Write("a"));
  stream.reset();
  EXPECT_EQ(Read(1), "a");
  EXPECT_EQ(StateOf(), Pipe::State::kCut);
}

TEST_F(PipeTest, NobodyReads) {
  EXPECT_TRUE(stream->Write("a"));
  EXPECT_FALSE(stream->gone());
  pipe->Close();
  EXPECT_TRUE(stream->gone());
  EXPECT_FALSE(stream->Write("b"));
  EXPECT_FALSE(stream->Write(""));
  stream->Finish();
}

TEST_F(PipeTest, AWriterWaitsForTheReader) {
  const std::string all = [] {
    std::string bytes(3 * Pipe::kBuffer + 5, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 / 7);
    return bytes;
  }();
  std::thread writer([&] {
    EXPECT_TRUE(stream->Write(all));
    stream->Finish();
  });
  std::string got;
  std::array<char, 10'007> piece;
  while (true) {
    const auto [state, size] = pipe->Read(piece.data(), piece.size());
    if (state == Pipe::State::kEnd) break;
    ASSERT_NE(state, Pipe::State::kCut);
    got.append(piece.data(), size);
    if (state == Pipe::State::kEmpty) std::this_thread::yield();
  }
  writer.join();
  EXPECT_TRUE(got == all);
}

TEST_F(PipeTest, AWriterThatWaitsIsTold) {
  std::thread writer([&] { EXPECT_FALSE(stream->Write(std::string(2 * Pipe::kBuffer, 'x'))); });
  while (Read(Pipe::kBuffer / 4).empty()) std::this_thread::yield();
  pipe->Close();
  writer.join();
  EXPECT_TRUE(stream->gone());
}

TEST(Mailbox, WhatComesAfterItIsClosedIsDropped) {
  Mailbox mailbox;
  const auto before = std::make_shared<Stream>();
  const auto after = std::make_shared<Stream>();
  mailbox.Put(1, {.stream = before});
  EXPECT_FALSE(before->gone());
  mailbox.Close();
  mailbox.Put(2, {.stream = after});
  mailbox.Wake(2);
  EXPECT_TRUE(before->gone());
  EXPECT_TRUE(after->gone());
  EXPECT_TRUE(mailbox.PopAll().empty());
  EXPECT_TRUE(mailbox.PopWoken().empty());
}

}  // namespace
}  // namespace pdns::http
