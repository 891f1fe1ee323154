#include "http/host_list.h"

#include <gtest/gtest.h>

#include <string>

namespace pdns::http {
namespace {

HostList Of(const std::vector<std::string>& names) {
  const auto list = HostList::Of(names);
  EXPECT_TRUE(list.ok()) << list.status().message();
  return *list;
}

TEST(HostList, AddressesAndLocalhostAlways) {
  const HostList list = Of({});
  for (const char* host :
       {"localhost", "localhost:9553", "LocalHost", "localhost.", "127.0.0.1", "192.0.2.7:9553",
        "127.0.0.1:", "[::1]", "[::1]:9553", "[2001:DB8::1]:1", "[::ffff:192.0.2.1]"}) {
    EXPECT_TRUE(list.Allows(host)) << host;
  }
}

TEST(HostList, AStrangersNameIsNot) {
  const HostList list = Of({"ns1.example.net"});
  for (const char* host : {"evil.example",
                           "evil.example:9553",
                           "localhost.evil.example",
                           "127.0.0.1.evil.example",
                           "ns1.example.net.evil.example",
                           "xns1.example.net",
                           "example.net",
                           "localhost@evil",
                           ".",
                           "127.0.0.1 evil",
                           "[::1",
                           "[::1]x",
                           "[::1]:x",
                           "[]",
                           "[127.0.0.1]",
                           "::1",
                           "localhost:9x",
                           "localhost:1:2",
                           "2130706433",
                           "0x7f.1",
                           "127.1",
                           "localhost evil.example"}) {
    EXPECT_FALSE(list.Allows(host)) << host;
  }
  EXPECT_FALSE(list.Allows(std::string("127.0.0.1\0.evil", 15)));
}

TEST(HostList, NamesThatWereGiven) {
  const HostList list = Of({"ns1.example.NET.", "ingest"});
  for (const char* host : {"ns1.example.net", "NS1.example.net:9553", "ns1.example.net.", "ingest"})
    EXPECT_TRUE(list.Allows(host)) << host;
  EXPECT_FALSE(list.Allows("ns2.example.net"));
}

TEST(HostList, AStarMeansAny) {
  const HostList list = Of({"*"});
  EXPECT_TRUE(list.Allows("whatever.example:1"));
}

TEST(HostList, WhatIsNoName) {
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("a:1"), std::string("*.example.net"),
        std::string("http://a/"), std::string("[::1]"), std::string(254, 'a'),
        std::string("a\0b", 3)}) {
    const auto list = HostList::Of({"good", name});
    ASSERT_FALSE(list.ok()) << name;
    EXPECT_EQ(list.status().code(), Code::kUsage);
  }
  EXPECT_TRUE(HostList::Of({std::string(253, 'a')}).ok());
}

}  // namespace
}  // namespace pdns::http
