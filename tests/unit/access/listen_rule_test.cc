#include "access/listen_rule.h"

#include <gtest/gtest.h>
#include <sys/un.h>

#include <string>
#include <utility>

#include "net/address.h"
#include "net/endpoint.h"
#include "unit/support/temp_dir.h"

namespace pdns::access {
namespace {

sockaddr_storage Address(const std::string& text) {
  const auto address = net::AddressOf({net::Endpoint::Kind::kTcp, text, false});
  EXPECT_TRUE(address.ok()) << text;
  return address->storage;
}

TEST(ListenRule, WhatIsOfThisMachine) {
  for (const char* text : {"127.0.0.1:1", "127.255.255.254:1", "[::1]:1", "[::ffff:127.0.0.1]:1"})
    EXPECT_TRUE(IsOfThisMachine(Address(text))) << text;
  for (const char* text :
       {"0.0.0.0:1", "[::]:1", "192.0.2.1:1", "10.0.0.1:1", "128.0.0.1:1", "126.255.255.255:1",
        "[::2]:1", "[fe80::1]:1", "[::ffff:192.0.2.1]:1", "[::ffff:0.0.0.0]:1", "[7f00::1]:1"})
    EXPECT_FALSE(IsOfThisMachine(Address(text))) << text;
  sockaddr_storage other{};
  other.ss_family = AF_UNIX;
  EXPECT_TRUE(IsOfThisMachine(other));
  other.ss_family = AF_VSOCK;
  EXPECT_FALSE(IsOfThisMachine(other));
}

net::Descriptor Listening(const net::Endpoint& endpoint) {
  auto socket = net::ListeningSocket::Open(endpoint, {});
  EXPECT_TRUE(socket.ok()) << socket.status().message();
  return socket->Release();
}

TEST(ListenRule, LoopbackAndUnixNeedNothing) {
  const testing::TempDir dir;
  for (const net::Endpoint& endpoint :
       {net::Endpoint{net::Endpoint::Kind::kTcp, "127.0.0.1:0", false},
        net::Endpoint{net::Endpoint::Kind::kUnix, dir / "socket", false}}) {
    const net::Descriptor socket = Listening(endpoint);
    EXPECT_TRUE(CheckListening(socket, false).ok());
    EXPECT_TRUE(CheckListening(socket, true).ok());
  }
}

TEST(ListenRule, AnyOtherNeedsAGuard) {
  const net::Descriptor socket = Listening({net::Endpoint::Kind::kTcp, "0.0.0.0:0", false});
  EXPECT_TRUE(CheckListening(socket, true).ok());
  const Status refused = CheckListening(socket, false);
  EXPECT_EQ(refused.code(), Code::kUsage);
  EXPECT_EQ(refused.message().find("0.0.0.0:"), 0U) << refused.message();
  EXPECT_NE(refused.message().find(": other machines can come here, and everybody there could ask: "
                                   "give a file of keys, or say that everybody may ask, or listen "
                                   "on 127.0.0.1"),
            std::string::npos)
      << refused.message();
}

TEST(ListenRule, WhatIsNoSocket) {
  EXPECT_EQ(CheckListening(net::Descriptor(), false).code(), Code::kUsage);
}

}  // namespace
}  // namespace pdns::access
