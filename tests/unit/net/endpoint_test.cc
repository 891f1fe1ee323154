#include "net/endpoint.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "unit/support/temp_dir.h"

namespace pdns::net {
namespace {

std::string Parsed(std::string_view text) {
  const auto endpoint = ParseTcp(text);
  if (!endpoint.ok()) {
    EXPECT_EQ(endpoint.status().code(), Code::kUsage);
    EXPECT_NE(endpoint.status().message().find(text), std::string::npos);
    return "";
  }
  EXPECT_EQ(endpoint->kind, Endpoint::Kind::kTcp);
  EXPECT_FALSE(endpoint->tls);
  return endpoint->text;
}

TEST(ParseTcp, AddressesAreLoopbackUnlessOneIsGiven) {
  EXPECT_EQ(Parsed("6000"), "127.0.0.1:6000");
  EXPECT_EQ(Parsed(":6000"), "127.0.0.1:6000");
  EXPECT_EQ(Parsed("127.0.0.9:6000"), "127.0.0.9:6000");
  EXPECT_EQ(Parsed("0.0.0.0:1"), "0.0.0.0:1");
  EXPECT_EQ(Parsed("[::1]:6000"), "[::1]:6000");
  EXPECT_EQ(Parsed("[::]:65535"), "[::]:65535");
  EXPECT_EQ(Parsed("[2001:DB8::0:1]:6000"), "[2001:db8::1]:6000");
  EXPECT_EQ(Parsed("0"), "127.0.0.1:0");
}

TEST(ParseTcp, WhatCannotBe) {
  const std::string_view bad[] = {"",
                                  ":",
                                  "127.0.0.1",
                                  "127.0.0.1:",
                                  "127.0.0.1:x",
                                  "127.0.0.1:-1",
                                  "127.0.0.1:+1",
                                  "127.0.0.1: 1",
                                  "127.0.0.1:65536",
                                  "127.0.0.1:99999999999999999999",
                                  "300.0.0.1:1",
                                  "localhost:6000",
                                  "example.org:6000",
                                  "*:6000",
                                  "::1:6000",
                                  "[::1]",
                                  "[::1]6000",
                                  "[::1:6000",
                                  "::1]:6000",
                                  "[]:6000",
                                  "[127.0.0.1]:6000",
                                  "/run/x.sock",
                                  std::string_view("127.0.0.1\0x:1", 13)};
  for (const std::string_view text : bad) EXPECT_EQ(Parsed(text), "") << text;
}

TEST(Connect, NobodyThereIsNoInput) {
  const testing::TempDir dir;
  const auto missing = Connect({Endpoint::Kind::kUnix, dir / "none.sock", false});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.status().code(), Code::kNoInput);
  EXPECT_NE(missing.status().message().find("none.sock"), std::string::npos);

  auto listening = ListeningSocket::Open({Endpoint::Kind::kTcp, "127.0.0.1:0", false}, {});
  ASSERT_TRUE(listening.ok());
  const Endpoint gone = listening->endpoint();
  EXPECT_TRUE(Connect(gone).ok());
  { const ListeningSocket ended = std::move(*listening); }
  EXPECT_EQ(Connect(gone).status().code(), Code::kNoInput);
}

TEST(Connect, AFileThatIsNoSocketIsRefused) {
  const testing::TempDir dir;
  testing::WriteFile(dir / "file", "x");
  EXPECT_FALSE(Connect({Endpoint::Kind::kUnix, dir / "file", false}).ok());
  EXPECT_EQ(Connect({Endpoint::Kind::kUnix, "", false}).status().code(), Code::kUsage);
}

TEST(PeerName, OfAUnixSocketIsItsProcess) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Descriptor one(ends[0]);
  const Descriptor other(ends[1]);
  EXPECT_EQ(PeerName(one.get()), "pid " + std::to_string(getpid()));
}

TEST(PeerName, OfTcpIsItsAddress) {
  const auto listening = ListeningSocket::Open({Endpoint::Kind::kTcp, "127.0.0.1:0", false}, {});
  ASSERT_TRUE(listening.ok());
  const auto client = Connect(listening->endpoint());
  ASSERT_TRUE(client.ok());
  EXPECT_EQ(PeerName(client->get()), listening->name());
}

TEST(Descriptor, ClosesOnceAndNotWhatItGaveAway) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Descriptor read_end(ends[0]);
  Descriptor first(ends[1]);
  Descriptor second(std::move(first));
  EXPECT_FALSE(first.valid());  // NOLINT(bugprone-use-after-move)
  ASSERT_TRUE(second.valid());
  first = std::move(second);
  EXPECT_EQ(first.get(), ends[1]);
  const int given = first.Release();
  EXPECT_FALSE(first.valid());
  EXPECT_EQ(write(given, "x", 1), 1);
  { const Descriptor last(given); }
  char byte = 0;
  EXPECT_EQ(read(read_end.get(), &byte, 1), 1);
  EXPECT_EQ(read(read_end.get(), &byte, 1), 0);  // its other end is closed
}

}  // namespace
}  // namespace pdns::net
