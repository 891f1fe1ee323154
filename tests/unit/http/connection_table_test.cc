#include "http/connection_table.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>
#include <string>

namespace pdns::http {
namespace {

using std::chrono::milliseconds;

constexpr Limits kSmall{4, 2, 1024, milliseconds(10), milliseconds(30)};

ConnectionTable::Clock::time_point At(int ms) {
  return ConnectionTable::Clock::time_point() + milliseconds(ms);
}

TEST(ConnectionTable, TheOldestMakesRoom) {
  ConnectionTable table(kSmall);
  for (const char* peer : {"a", "b", "c", "d"}) {
    EXPECT_FALSE(table.InTheWayOf(peer).has_value());
    table.Add(peer, At(0));
  }
  EXPECT_EQ(table.InTheWayOf("e"), 1U);
  table.Leave(1);
  EXPECT_FALSE(table.InTheWayOf("e").has_value());  // there is room, though it is not gone yet
  EXPECT_EQ(table.size(), 4U);
  table.Add("e", At(0));
  EXPECT_EQ(table.InTheWayOf("f"), 2U);
  table.Remove(2);
  EXPECT_FALSE(table.InTheWayOf("f").has_value());
}

TEST(ConnectionTable, NeitherHalfTakesAllTheRoom) {
  ConnectionTable table(kSmall);
  for (const char* peer : {"a", "b", "c", "d"}) table.Add(peer, At(0));
  table.BeginAnswer(1, At(0));
  EXPECT_EQ(table.InTheWayOf("e"), 2U);
  table.BeginAnswer(2, At(0));
  EXPECT_EQ(table.InTheWayOf("e"), 3U);
  table.BeginAnswer(3, At(0));
  EXPECT_EQ(table.InTheWayOf("e"), 1U);  // who came last has not had time to ask
  table.BeginAnswer(4, At(0));
  EXPECT_EQ(table.InTheWayOf("e"), 1U);
}

TEST(ConnectionTable, AnAddressMakesRoomForItself) {
  ConnectionTable table(kSmall);
  table.Add("a", At(0));
  table.Add("b", At(0));
  table.Add("b", At(0));
  EXPECT_EQ(table.InTheWayOf("b"), 2U);
  EXPECT_FALSE(table.InTheWayOf("a").has_value());
}

TEST(ConnectionTable, TimesOfAConnection) {
  ConnectionTable table(kSmall);
  EXPECT_FALSE(table.NextDue().has_value());
  table.Add("a", At(0));
  table.Add("b", At(5));
  EXPECT_EQ(table.NextDue(), At(10));
  EXPECT_TRUE(table.Due(At(9)).empty());
  EXPECT_EQ(table.Due(At(10)), (std::vector<ConnectionId>{1}));
  table.BeginAnswer(1, At(8));
  EXPECT_EQ(table.NextDue(), At(15));  // of the other one: the answer takes its time
  table.GoOn(1, At(9));
  EXPECT_TRUE(table.Due(At(14)).empty());
  EXPECT_EQ(table.Due(At(39)), (std::vector<ConnectionId>{1, 2}));
  table.Leave(2);
  EXPECT_EQ(table.Due(At(39)), (std::vector<ConnectionId>{1}));
  EXPECT_EQ(table.NextDue(), At(39));
  EXPECT_EQ(table.Oldest(), 1U);
  table.Leave(1);
  EXPECT_FALSE(table.Oldest().has_value());
  EXPECT_FALSE(table.NextDue().has_value());
}

TEST(ConnectionTable, TimesOfRequestsOneAfterAnother) {
  Limits limits = kSmall;
  limits.idle_time = milliseconds(50);
  limits.body_time = milliseconds(20);
  ConnectionTable table(limits);
  table.Add("a", At(0));
  table.BeginHeader(1, At(5));
  EXPECT_EQ(table.NextDue(), At(10));  // from accept()
  table.BeginBody(1, At(9));
  EXPECT_EQ(table.NextDue(), At(29));
  table.BeginAnswer(1, At(18));
  EXPECT_FALSE(table.NextDue().has_value());
  table.GoOn(1, At(20));
  EXPECT_EQ(table.NextDue(), At(50));
  table.BeginNext(1, At(30));
  EXPECT_EQ(table.NextDue(), At(80));
  table.BeginHeader(1, At(79));
  EXPECT_EQ(table.NextDue(), At(89));
}

TEST(ConnectionTable, TimesOfAStreamedAnswer) {
  Limits limits = kSmall;
  limits.ended_time = milliseconds(3);
  ConnectionTable table(limits);
  table.Add("a", At(0));
  table.BeginAnswer(1, At(0));
  table.GoOn(1, At(20));
  EXPECT_EQ(table.NextDue(), At(50));
  table.Pause(1, At(21));
  EXPECT_FALSE(table.NextDue().has_value());
  EXPECT_TRUE(table.Due(At(1'000'000)).empty());
  table.GoOn(1, At(22));
  EXPECT_EQ(table.NextDue(), At(52));
  table.EndSide(1, At(23));
  EXPECT_EQ(table.NextDue(), At(52));  // it may be slow
  table.Pause(1, At(24));
  EXPECT_EQ(table.NextDue(), At(27));
  table.GoOn(1, At(25));
  EXPECT_EQ(table.NextDue(), At(55));
  table.Add("b", At(30));
  table.BeginAnswer(2, At(30));
  table.EndSide(2, At(31));
  EXPECT_EQ(table.NextDue(), At(34));  // before it begins as well
}

TEST(ConnectionTable, WhoHasWaitedLongestMakesRoom) {
  ConnectionTable table(kSmall);
  for (const char* peer : {"a", "b", "c", "d"}) table.Add(peer, At(0));
  table.BeginAnswer(1, At(0));
  table.BeginNext(1, At(0));
  EXPECT_EQ(table.InTheWayOf("e"), 2U);
  table.BeginAnswer(2, At(0));
  EXPECT_EQ(table.InTheWayOf("e"), 3U);
}

sockaddr_storage AddressOf(int family, const char* text) {
  sockaddr_storage storage{};
  if (family == AF_INET) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, text, &v4.sin_addr), 1);
    std::memcpy(&storage, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    std::memcpy(&storage, &v6, sizeof v6);
  }
  return storage;
}

std::string PeerOfText(int family, const char* text) { return PeerOf(AddressOf(family, text)); }

TEST(ConnectionTable, WhatIsOneAddress) {
  EXPECT_EQ(PeerOfText(AF_INET, "192.0.2.1"), PeerOfText(AF_INET6, "::ffff:192.0.2.1"));
  EXPECT_NE(PeerOfText(AF_INET, "192.0.2.1"), PeerOfText(AF_INET, "192.0.2.2"));
  EXPECT_EQ(PeerOfText(AF_INET6, "2001:db8::1"), PeerOfText(AF_INET6, "2001:db8::ffff:1"));
  EXPECT_NE(PeerOfText(AF_INET6, "2001:db8::1"), PeerOfText(AF_INET6, "2001:db8:0:1::1"));
  EXPECT_EQ(PeerOf({}), "");
}

TEST(ConnectionTable, AnAddressAsText) {
  EXPECT_EQ(PeerText(AddressOf(AF_INET, "192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(PeerText(AddressOf(AF_INET6, "::ffff:192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(PeerText(AddressOf(AF_INET6, "2001:DB8:0:1::a")), "2001:db8:0:1::a");
  EXPECT_EQ(PeerText({}), "");
}

}  // namespace
}  // namespace pdns::http
