#include "net/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>

namespace pdns::net {
namespace {

using Outcome = Channel::Outcome;

struct PlainChannelTest : ::testing::Test {
  PlainChannelTest() {
    int ends[2];
    // Blocking: the channel must not depend on what the socket was set to.
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    channel = Channel::Plain(Descriptor(ends[0]));
    other.emplace(ends[1]);
  }
  void Send(std::string_view text) {
    EXPECT_EQ(send(other->get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  std::string Read() {
    const auto got = channel->Read(room);
    return got.outcome == Outcome::kBytes ? std::string(AsText(Bytes(room).first(got.bytes))) : "";
  }

  std::array<std::uint8_t, 16> room{};
  std::unique_ptr<Channel> channel;
  std::optional<Descriptor> other;
};

TEST_F(PlainChannelTest, ReadsWhatThereIsAndNeverWaits) {
  EXPECT_EQ(channel->Read(room).outcome, Outcome::kWouldBlock);
  Send("hello");
  EXPECT_EQ(Read(), "hello");
  EXPECT_EQ(channel->Read(room).outcome, Outcome::kWouldBlock);
  EXPECT_TRUE(channel->plain());
  EXPECT_FALSE(channel->wants_write());
  EXPECT_FALSE(channel->pending());
}

TEST_F(PlainChannelTest, TheEnd) {
  Send("last");
  other.reset();
  EXPECT_EQ(Read(), "last");
  EXPECT_EQ(channel->Read(room).outcome, Outcome::kClosed);
  EXPECT_EQ(channel->Read(room).outcome, Outcome::kClosed);
  EXPECT_EQ(channel->reason(), "closed");
}

// Neither a full socket nor one without a reader stops or kills us.
TEST_F(PlainChannelTest, WritesWhatFitsAndMeetsNoSignal) {
  const std::string much(1 << 20, 'x');
  channel->Write(AsBytes("first"));
  for (int i = 0; i < 10; ++i) channel->Write(AsBytes(much));
  std::array<char, 5> first{};
  ASSERT_EQ(recv(other->get(), first.data(), first.size(), 0), 5);
  EXPECT_EQ(std::string(first.data(), 5), "first");
  other.reset();
  channel->Write(AsBytes("too late"));
  EXPECT_EQ(channel->Read(room).outcome, Outcome::kClosed);
  EXPECT_NE(channel->reason(), "");  // a reset or a close: it left bytes unread
}

TEST_F(PlainChannelTest, ReleasedItIsUntouched) {
  Send("kept");
  channel->Goodbye();
  const Descriptor fd = channel->Release();
  ASSERT_TRUE(fd.valid());
  channel.reset();
  std::array<char, 8> bytes{};
  EXPECT_EQ(recv(fd.get(), bytes.data(), bytes.size(), 0), 4);
}

TEST_F(PlainChannelTest, OwnsItsDescriptor) {
  const int fd = channel->fd();
  channel.reset();
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
}

}  // namespace
}  // namespace pdns::net
