#include "net/tls.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "unit/support/temp_dir.h"
#include "unit/support/tls_peer.h"

namespace pdns::net {
namespace {

using pdns::testing::Authority;
using pdns::testing::TempDir;
using pdns::testing::TlsPeer;
using pdns::testing::WriteFile;
using Outcome = Channel::Outcome;

struct TlsTest : ::testing::Test {
  TlsTest() {
    authority.Issue(server);
    authority.Issue(client);
    stranger.Issue(strange_client);
  }

  std::unique_ptr<TlsServer> Open(const std::string& client_authority = {}) {
    auto opened = TlsServer::Open(server + ".pem", server + ".key", client_authority);
    EXPECT_TRUE(opened.ok()) << opened.status().message();
    return opened.ok() ? std::move(*opened) : nullptr;
  }

  // Two ends; with a small buffer, so that the handshake comes in pieces.
  void Connect(TlsServer& tls, const std::string& certificate = {}, int version = 0) {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    channel = tls.Accept(Descriptor(ends[0]));
    peer.emplace(Descriptor(ends[1]), authority, certificate, version);
  }

  // Reads until nothing comes, into `read`; the last outcome.
  Outcome ReadAll() {
    while (true) {
      const auto got = channel->Read(room);
      if (got.outcome != Outcome::kBytes) return got.outcome;
      read += AsText(Bytes(room).first(got.bytes));
    }
  }

  // Until both are through, or one fails.
  Outcome Shake() {
    for (int i = 0; i < 20; ++i) {
      const bool done = peer->Handshake();
      const Outcome outcome = ReadAll();
      if (outcome != Outcome::kWouldBlock || (done && i > 4)) return outcome;
    }
    return Outcome::kClosed;
  }

  TempDir dir;
  std::string server = dir / "server";
  std::string client = dir / "client";
  std::string strange_client = dir / "strange";
  Authority authority{dir / "authority"};
  Authority stranger{dir / "stranger"};
  std::vector<std::uint8_t> room = std::vector<std::uint8_t>(50'000);
  std::string read;
  std::unique_ptr<Channel> channel;
  std::optional<TlsPeer> peer;
};

TEST_F(TlsTest, BytesBothWays) {
  const auto tls = Open();
  Connect(*tls);
  EXPECT_EQ(Shake(), Outcome::kWouldBlock);
  EXPECT_FALSE(channel->plain());
  EXPECT_EQ(peer->TrySend("hello"), 5U);
  EXPECT_EQ(ReadAll(), Outcome::kWouldBlock);
  EXPECT_EQ(read, "hello");
  channel->Write(AsBytes("and back"));
  EXPECT_EQ(peer->Received(), "and back");
  EXPECT_FALSE(channel->wants_write());
  EXPECT_FALSE(channel->pending());
  EXPECT_FALSE(channel->Release().valid());
}

TEST_F(TlsTest, BothVersionsAndNoneBefore) {
  const auto tls = Open();
  Connect(*tls, "", TLS1_2_VERSION);
  EXPECT_EQ(Shake(), Outcome::kWouldBlock);
  EXPECT_EQ(peer->version(), TLS1_2_VERSION);
  Connect(*tls, "", TLS1_3_VERSION);
  EXPECT_EQ(Shake(), Outcome::kWouldBlock);
  EXPECT_EQ(peer->version(), TLS1_3_VERSION);
  Connect(*tls, "", TLS1_1_VERSION);
  EXPECT_EQ(Shake(), Outcome::kFailed);
  EXPECT_EQ(channel->reason().substr(0, 5), "TLS: ");
}

TEST_F(TlsTest, ClientsOfTheAuthorityMayCome) {
  const auto tls = Open(authority.certificate());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Connect(*tls, client, version);
    EXPECT_EQ(Shake(), Outcome::kWouldBlock);
    peer->TrySend("x");
    ReadAll();
  }
  EXPECT_EQ(read, "xx");
}

TEST_F(TlsTest, OthersMayNot) {
  const auto tls = Open(authority.certificate());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const std::string& certificate : {std::string(), strange_client}) {
      Connect(*tls, certificate, version);
      EXPECT_EQ(Shake(), Outcome::kFailed);
      EXPECT_NE(channel->reason().find("certificate"), std::string::npos) << channel->reason();
      EXPECT_EQ(channel->Read(room).outcome, Outcome::kFailed);  // for good
      peer->Received();
      EXPECT_TRUE(peer->failed());  // and it was told
    }
  }
  EXPECT_EQ(read, "");
}

// More than one call takes is held, and nothing but pending() says so.
TEST_F(TlsTest, MuchAtOnceIsPending) {
  const auto tls = Open();
  Connect(*tls);
  ASSERT_EQ(Shake(), Outcome::kWouldBlock);
  const std::string much(40'000, 'x');
  ASSERT_EQ(peer->TrySend(much), 16'384U);  // a record
  room.resize(10'000);
  EXPECT_EQ(channel->Read(room).bytes, 10'000U);
  EXPECT_TRUE(channel->pending());
  EXPECT_EQ(channel->Read(room).bytes, 6'384U);
  EXPECT_FALSE(channel->pending());
  EXPECT_EQ(channel->Read(room).outcome, Outcome::kWouldBlock);
}

TEST_F(TlsTest, TheEndIsToldAfterTheBytesBeforeIt) {
  const auto tls = Open();
  Connect(*tls);
  ASSERT_EQ(Shake(), Outcome::kWouldBlock);
  peer->TrySend("last");
  peer->Goodbye();
  const auto got = channel->Read(room);
  EXPECT_EQ(got.outcome, Outcome::kBytes);
  EXPECT_EQ(got.bytes, 4U);
  EXPECT_TRUE(channel->pending());
  EXPECT_EQ(channel->Read(room).outcome, Outcome::kClosed);
  EXPECT_EQ(channel->reason(), "closed");
  EXPECT_EQ(channel->Read(room).outcome, Outcome::kClosed);
}

TEST_F(TlsTest, GoneWithoutAWord) {
  const auto tls = Open();
  Connect(*tls);
  ASSERT_EQ(Shake(), Outcome::kWouldBlock);
  peer->TrySend("last");
  peer->Close();
  EXPECT_EQ(ReadAll(), Outcome::kClosed);
  EXPECT_EQ(read, "last");
  EXPECT_NE(channel->reason(), "closed");
  channel->Write(AsBytes("too late"));  // no signal
  channel->Goodbye();
}

TEST_F(TlsTest, WhatIsNoTlsFails) {
  const auto tls = Open();
  for (const std::string_view bytes :
       {"GET / HTTP/1.1\r\n\r\n", "\0\0\0\0\0\0\0\x22\0\0\0\4 READY"}) {
    Connect(*tls);
    ASSERT_EQ(send(peer->fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    const std::string more(100, '\0');
    send(peer->fd(), more.data(), more.size(), MSG_NOSIGNAL);
    EXPECT_EQ(ReadAll(), Outcome::kFailed);
    EXPECT_EQ(read, "");
  }
}

TEST_F(TlsTest, AfterOurGoodbyeThePeerIsReadToItsEnd) {
  const auto tls = Open();
  Connect(*tls, "", TLS1_3_VERSION);
  ASSERT_EQ(Shake(), Outcome::kWouldBlock);
  peer->TrySend("on its way");
  channel->Goodbye();
  channel->Goodbye();
  channel->Write(AsBytes("dropped"));
  EXPECT_EQ(peer->Received(), "");
  EXPECT_TRUE(peer->told_goodbye());
  peer->TrySend(", and the rest");
  peer->Goodbye();
  EXPECT_EQ(ReadAll(), Outcome::kClosed);
  EXPECT_EQ(read, "on its way, and the rest");
}

// Answers to a peer that does not read them are bounded, and its bytes are read all the same.
TEST_F(TlsTest, APeerThatNeverReads) {
  const auto tls = Open();
  Connect(*tls);
  ASSERT_EQ(Shake(), Outcome::kWouldBlock);
  for (int i = 0; i < 20'000; ++i) channel->Write(AsBytes(std::string(100, 'x')));
  EXPECT_TRUE(channel->wants_write());
  peer->TrySend("hello");
  EXPECT_EQ(ReadAll(), Outcome::kWouldBlock);
  EXPECT_EQ(read, "hello");
  while (!peer->Received().empty()) ReadAll();
  EXPECT_FALSE(channel->wants_write());
}

// A peer may change its keys now and then.
TEST_F(TlsTest, AKeyUpdateIsTaken) {
  const auto tls = Open();
  Connect(*tls, "", TLS1_3_VERSION);
  ASSERT_EQ(Shake(), Outcome::kWouldBlock);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(peer->UpdateKeys());
    peer->TrySend("x");
    EXPECT_EQ(ReadAll(), Outcome::kWouldBlock);
    peer->Received();
  }
  EXPECT_EQ(read, "xxxxxxxxxx");
}

// One who does nothing else costs a bounded number of them, data among them or not.
TEST_F(TlsTest, NothingButKeyUpdatesIsRefused) {
  const auto tls = Open();
  for (const bool data_too : {false, true}) {
    read.clear();
    Connect(*tls, "", TLS1_3_VERSION);
    ASSERT_EQ(Shake(), Outcome::kWouldBlock);
    std::size_t sent = 0;
    Outcome outcome = Outcome::kWouldBlock;
    while (outcome == Outcome::kWouldBlock && sent < 10'000) {
      while (sent % 100 != 99 && peer->UpdateKeys()) ++sent;
      ++sent;
      if (data_too) peer->TrySend("x");
      outcome = ReadAll();
      peer->Received();
    }
    EXPECT_EQ(outcome, Outcome::kFailed) << sent;
    EXPECT_NE(channel->reason().find("without data"), std::string::npos) << channel->reason();
    EXPECT_EQ(channel->Read(room).outcome, Outcome::kFailed);
  }
}

// What one Read costs is bounded, whatever comes in how small pieces.
TEST_F(TlsTest, TheSmallestRecordsComeInSeveralReads) {
  const auto tls = Open();
  Connect(*tls);
  ASSERT_EQ(Shake(), Outcome::kWouldBlock);
  std::size_t sent = 0;
  while (sent < 1000 && peer->TrySend("x") == 1) ++sent;
  ASSERT_GT(sent, 200U);
  const auto got = channel->Read(room);
  EXPECT_EQ(got.outcome, Outcome::kBytes);
  EXPECT_LT(got.bytes, 150U);
  EXPECT_TRUE(channel->pending());
  for (int i = 0; i < 20 && read.size() + got.bytes < sent; ++i) ReadAll();
  EXPECT_EQ(read.size() + got.bytes, sent);
  EXPECT_FALSE(channel->pending());
}

TEST_F(TlsTest, FilesThatCannotBeUsedAreNamed) {
  const std::string pem = server + ".pem";
  const std::string key = server + ".key";
  const std::string junk = dir / "junk";
  WriteFile(junk, "this is no certificate\n");
  const auto message = [](const std::string& one, const std::string& two,
                          const std::string& three) {
    const auto opened = TlsServer::Open(one, two, three);
    EXPECT_FALSE(opened.ok());
    EXPECT_EQ(opened.status().code(), Code::kUsage);
    return opened.status().message();
  };
  EXPECT_NE(message(junk, key, "").find(junk), std::string::npos);
  EXPECT_NE(message(dir / "none", key, "").find("No such file"), std::string::npos);
  EXPECT_NE(message(pem, junk, "").find(junk), std::string::npos);
  EXPECT_NE(message(pem, client + ".key", "").find("mismatch"), std::string::npos);
  EXPECT_NE(message(pem, key, junk).find(junk), std::string::npos);
  EXPECT_NE(message(pem, key, dir / "none").find("none"), std::string::npos);
  EXPECT_NE(message(dir / ".", key, "").find("Is a directory"), std::string::npos);
  // What waits for the writer of a FIFO could not be ended.
  const std::string fifo = dir / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_NE(message(fifo, key, "").find(fifo + ": cannot be used for TLS: is no regular file"),
            std::string::npos);
  EXPECT_NE(message(pem, fifo, "").find("is no regular file"), std::string::npos);
  EXPECT_NE(message(pem, key, fifo).find("is no regular file"), std::string::npos);
}

}  // namespace
}  // namespace pdns::net
