#include "http/listen.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <string>

namespace pdns::http {
namespace {

TEST(Listen, Forms) {
  for (const char* good : {"0", ":0", "127.0.0.1:0", "localhost:0", "0.0.0.0:0"}) {
    const auto socket = Listen("address", good);
    ASSERT_TRUE(socket.ok()) << good << ": " << socket.status().message();
    EXPECT_GT(PortOf(*socket), 0);
    EXPECT_NE(fcntl(socket->get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_NE(fcntl(socket->get(), F_GETFL) & O_NONBLOCK, 0);
  }
  for (const char* bad : {"", ":", "x", "65536", "-1", "127.0.0.1", "127.0.0.1:", "::1:0",
                          "[127.0.0.1]:0", "[::1]", "example.org:0", "127.0.0.1:0x", " 0"}) {
    const auto socket = Listen("metrics address", bad);
    ASSERT_FALSE(socket.ok()) << bad;
    EXPECT_EQ(socket.status().code(), Code::kUsage) << bad;
    EXPECT_TRUE(socket.status().message().starts_with("metrics address " + std::string(bad)));
  }
}

// A host without IPv6 cannot listen there, but the form is known.
TEST(Listen, AnIpv6Address) {
  const auto socket = Listen("address", "[::1]:0");
  EXPECT_TRUE(socket.ok() || socket.status().code() == Code::kIo) << socket.status().message();
}

TEST(Listen, ATakenAddressIsNamed) {
  const auto first = Listen("address", "0");
  ASSERT_TRUE(first.ok());
  const std::string address = "127.0.0.1:" + std::to_string(PortOf(*first));
  const auto second = Listen("metrics address", address);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), Code::kIo);
  EXPECT_NE(second.status().message().find("metrics address " + address), std::string::npos);
  EXPECT_NE(second.status().message().find("choose another"), std::string::npos);
}

TEST(Listen, NoSocketNoPort) { EXPECT_EQ(PortOf(net::Descriptor()), 0); }

}  // namespace
}  // namespace pdns::http
