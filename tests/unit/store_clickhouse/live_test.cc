// Against real servers, whose address tests/golden/cluster_test.py puts into the environment. The
// rest of this folder needs none.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "store_clickhouse/client.h"
#include "store_clickhouse/schema.h"

namespace pdns::store_clickhouse {
namespace {

class Live : public testing::Test {
 protected:
  void SetUp() override {
    const char* given = std::getenv("PDNS_TEST_CLICKHOUSE");
    if (given == nullptr) GTEST_SKIP() << "PDNS_TEST_CLICKHOUSE is not set";
    address_ = *ParseAddress(given);
    address_.database = "live_test";
  }
  void TearDown() override {
    if (address_.shards.empty()) return;
    EXPECT_TRUE(First().Execute("DROP DATABASE IF EXISTS live_test").ok());
  }
  Client First(const std::string& user = "", const std::string& password = "") {
    Address address = address_;
    if (!user.empty()) address.user = user;
    return {address, 0, password, {}};
  }
  void Init(Client& client) {
    const auto server = Identify(client);
    ASSERT_TRUE(server.ok()) << server.status().message();
    // Twice: the second time changes nothing.
    for (int i = 0; i < 2; ++i) {
      for (const std::string& statement : InitStatements(address_, *server))
        ASSERT_TRUE(client.Execute(statement).ok()) << statement;
    }
  }
  static void Expect(const Status& status, Code code, const std::string& part) {
    EXPECT_EQ(status.code(), code) << status.message();
    EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
  }

  Address address_;
};

TEST_F(Live, HandshakeOfATableThatWasMade) {
  Client client = First();
  Expect(Handshake(client, address_).status(), Code::kNoInput, "init-cluster");
  Init(client);
  const auto server = Handshake(client, address_);
  ASSERT_TRUE(server.ok()) << server.status().message();
  EXPECT_NE(server->version.find('.'), std::string::npos);
}

TEST_F(Live, TablesOfAnotherKind) {
  Client client = First();
  Init(client);
  ASSERT_TRUE(client.Execute("ALTER TABLE live_test.rows DELETE WHERE kind = 101").ok());
  const std::string left = "SELECT count() FROM live_test.rows FORMAT TabSeparated";
  while (*client.Ask(left) != "0\n") {
  }
  Expect(Handshake(client, address_).status(), Code::kNoInput, "version is not there");
  const auto statements = InitStatements(address_, *Identify(client));
  std::string later = statements[2];
  later.replace(later.find("1.0"), 3, "2.0");
  ASSERT_TRUE(client.Execute(later).ok());
  Expect(Handshake(client, address_).status(), Code::kNoInput, "upgrade pdns");
  ASSERT_TRUE(client.Execute("ALTER TABLE live_test.rows ADD COLUMN more UInt8").ok());
  Expect(Handshake(client, address_).status(), Code::kNoInput, "other columns");
}

TEST_F(Live, WrongUsers) {
  Client nobody = First("nobody");
  Expect(nobody.Ask("SELECT 1").status(), Code::kDenied, "nobody");
  Client wrong = First("pdns_write", "wrong");
  Expect(wrong.Ask("SELECT 1").status(), Code::kDenied, "password");
  Client reader = First("pdns_read", "secret");
  EXPECT_EQ(*reader.Ask("SELECT 1 FORMAT TabSeparated"), "1\n");
  Expect(reader.Execute("CREATE DATABASE live_test_2"), Code::kDenied, "rights");
}

// An error in the midst of an answer: not one row of it comes.
TEST_F(Live, AnswersAreWholeOrNot) {
  Client client = First();
  std::size_t parts = 0;
  const Status asked = client.Query(
      "SELECT number, throwIf(number = 3000000) FROM numbers(4000000)", {}, [&](Bytes) {
        ++parts;
        return true;
      });
  Expect(asked, Code::kIo, "throwIf");
  EXPECT_EQ(parts, 0U);
  // The sink ends it; the client goes on.
  EXPECT_TRUE(
      client.Query("SELECT number FROM numbers(4000000)", {}, [](Bytes) { return false; }).ok());
  EXPECT_EQ(*client.Ask("SELECT 2 FORMAT TabSeparated"), "2\n");
  Expect(client.Ask("SELECT number FROM numbers(1000)", {}, 100).status(), Code::kMalformed,
         "100 bytes");
}

}  // namespace
}  // namespace pdns::store_clickhouse
