#include "store_clickhouse/address.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace pdns::store_clickhouse {
namespace {

std::string ErrorOf(const std::string& text) {
  const auto address = ParseAddress(text);
  EXPECT_FALSE(address.ok()) << text;
  if (address.ok()) return "";
  EXPECT_EQ(address.status().code(), Code::kUsage);
  return address.status().message();
}

void ExpectError(const std::string& text, const std::string& part) {
  EXPECT_NE(ErrorOf(text).find(part), std::string::npos) << text << ": " << ErrorOf(text);
}

TEST(Address, WithoutOptionalParts) {
  for (const char* text :
       {"clickhouse://ch1.example", "clickhouse://ch1.example/",
        "clickhouse://default@ch1.example:8123/pdns", "clickhouse://ch1.example?"}) {
    const auto address = ParseAddress(text);
    ASSERT_TRUE(address.ok()) << text << address.status().message();
    EXPECT_FALSE(address->tls);
    EXPECT_EQ(address->user, "default");
    EXPECT_EQ(address->database, "pdns");
    ASSERT_EQ(address->shards.size(), 1U);
    EXPECT_EQ(address->shards[0].text(), "ch1.example:8123");
    EXPECT_EQ(address->text(), "clickhouse://default@ch1.example:8123/pdns");
  }
}

TEST(Address, WithAll) {
  const auto address = ParseAddress(
      "clickhouses://a@b@[2001:db8::1],192.0.2.1:9,ch_2.example/db_2"
      "?ca=/etc/ca.pem&password-file=/etc/pw&outbox=/var/o=1&expire-step=50000");
  ASSERT_TRUE(address.ok()) << address.status().message();
  EXPECT_TRUE(address->tls);
  EXPECT_EQ(address->user, "a@b");
  ASSERT_EQ(address->shards.size(), 3U);
  EXPECT_EQ(address->shards[0].host, "2001:db8::1");
  EXPECT_EQ(address->shards[0].text(), "[2001:db8::1]:8443");
  EXPECT_EQ(address->shards[1].text(), "192.0.2.1:9");
  EXPECT_EQ(address->shards[2].text(), "ch_2.example:8443");
  EXPECT_EQ(address->database, "db_2");
  EXPECT_EQ(address->certificate_file, "/etc/ca.pem");
  EXPECT_EQ(address->password_file, "/etc/pw");
  EXPECT_EQ(address->outbox, "/var/o=1");
  EXPECT_EQ(address->expire_step, 50000U);
}

TEST(Address, PasswordsAreRefusedAndNotRepeated) {
  for (const char* text :
       {"clickhouse://pdns:hunter2@host/pdns", "clickhouse://host/?password=hunter2"}) {
    ExpectError(text, "password-file=PATH");
    ExpectError(text, "PDNS_CLICKHOUSE_PASSWORD");
    EXPECT_EQ(ErrorOf(text).find("hunter2"), std::string::npos);
  }
}

TEST(Address, WhatIsWrongIsNamed) {
  ExpectError("clickhouse://", "the host");
  ExpectError("clickhouse:///pdns", "the host");
  ExpectError("clickhouse://a,,b/", "the host");
  ExpectError("clickhouse://a b/", "blanks");
  ExpectError("clickhouse://h\r\nx/", "blanks");
  ExpectError("clickhouse://[::1", "] is missing");
  ExpectError("clickhouse://[abc]/", "the host");
  ExpectError("clickhouse://[::1]x/", "behind the host");
  ExpectError("clickhouse://-h/", "the host");
  for (const char* port : {"0", "65536", "x", "", "80x", "-1"})
    ExpectError(std::string("clickhouse://h:") + port + "/", "the port");
  for (const char* step : {"0", "", "x", "1x", "-1", "100000001", "99999999999999999999"})
    ExpectError(std::string("clickhouse://h/?expire-step=") + step, "expire-step");
  ExpectError("clickhouse://h/?expire-step=1&expire-step=1", "twice");
  ExpectError("clickhouse://h,h:8123/", "twice");
  ExpectError("clickhouse://@h/", "the user");
  ExpectError("clickhouse://h/pd'ns", "the database");
  ExpectError("clickhouse://h/1db", "the database");
  ExpectError("clickhouse://h/a.b", "the database");
  ExpectError("clickhouse://h/?cluster=x", "there is none of that name");
  ExpectError("clickhouse://h/?outbox=", "outbox=PATH");
  ExpectError("clickhouse://h/?outbox=/a&outbox=/b", "twice");
  ExpectError("clickhouse://h/?ca=/a", "clickhouses://");
  ExpectError("/var/lib/pdns", "must begin");
}

TEST(Address, Bounds) {
  std::string text = "clickhouse://h0";
  for (std::size_t i = 1; i < kMaxShards; ++i) text += ",h" + std::to_string(i);
  EXPECT_TRUE(ParseAddress(text).ok());
  ExpectError(text + ",more", "more than 256 hosts");
  ExpectError("clickhouse://h/?outbox=" + std::string(kMaxAddress, 'a'), "longer than");
  ExpectError("clickhouse://" + std::string(254, 'a'), "the host");
  ExpectError("clickhouse://h/" + std::string(65, 'a'), "the database");
}

class Passwords : public testing::Test {
 protected:
  void SetUp() override { unsetenv("PDNS_CLICKHOUSE_PASSWORD"); }
  void TearDown() override {
    unsetenv("PDNS_CLICKHOUSE_PASSWORD");
    std::filesystem::remove(path_);
  }
  void Write(const std::string& text, mode_t mode) {
    std::ofstream(path_) << text;
    chmod(path_.c_str(), mode);
    address_.password_file = path_;
  }

  std::string path_ = testing::TempDir() + "pdns-password-" + std::to_string(getpid());
  Address address_;
};

TEST_F(Passwords, FileBeforeEnvironment) {
  EXPECT_EQ(*ReadPassword(address_), "");
  setenv("PDNS_CLICKHOUSE_PASSWORD", "of environment", 1);
  EXPECT_EQ(*ReadPassword(address_), "of environment");
  Write("of file\n", 0600);
  EXPECT_EQ(*ReadPassword(address_), "of file");
}

TEST_F(Passwords, WhatCannotBeOne) {
  Write("secret\n", 0644);
  EXPECT_FALSE(ReadPassword(address_).ok());  // everybody may read it
  for (const std::string& text : {std::string("a\nX-Evil: 1\n"), std::string("a\r\n"),
                                  std::string(1001, 'x'), std::string("\xc3\xa4")}) {
    Write(text, 0600);
    const auto password = ReadPassword(address_);
    ASSERT_FALSE(password.ok());
    EXPECT_EQ(password.status().message().find("Evil"), std::string::npos);
  }
  address_.password_file = "/nonexistent/password";
  EXPECT_NE(ReadPassword(address_).status().message().find("/nonexistent/password"),
            std::string::npos);
}

}  // namespace
}  // namespace pdns::store_clickhouse
