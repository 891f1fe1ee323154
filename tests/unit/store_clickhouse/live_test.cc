// Against real servers, whose address tests/golden/cluster_test.py puts into the environment. The
// rest of this folder needs none.
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "store_clickhouse/client.h"
#include "store_clickhouse/schema.h"
#include "store_clickhouse/write/native_block.h"
#include "store_clickhouse/write/outbox.h"
#include "store_clickhouse/write/sensors.h"

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

std::string BlockOf(int from, int rows) {
  NativeBlock block;
  for (int i = 0; i < rows; ++i) {
    const std::string key = "count " + std::to_string(from + i);
    block.Add({RowKind::kCounter, key}, {0, 0, 1, 0});
  }
  return block.Bytes();
}

constexpr const char* kInsert = "INSERT INTO live_test.rows FORMAT Native";
constexpr const char* kCount =
    "SELECT count() FROM live_test.rows WHERE kind = 100 FORMAT TabSeparated";

// What a connection that breaks leaves of a body: not a row of the block that is cut.
TEST_F(Live, ACutBlockStoresNothing) {
  Client client = First();
  Init(client);
  const std::string body = BlockOf(0, 500);
  for (std::size_t size = 1; size < body.size(); size += 97)
    EXPECT_FALSE(client.Insert(kInsert, {}, std::string_view(body).substr(0, size)).ok()) << size;
  EXPECT_EQ(*client.Ask(kCount), "0\n");
  ASSERT_TRUE(client.Insert(kInsert, {}, body).ok());
  EXPECT_EQ(*client.Ask(kCount), "500\n");
}

// Several blocks in one body: whole ones, and none behind one that is missing.
TEST_F(Live, BlocksOfOneBodyAreStoredInOrder) {
  Client client = First();
  Init(client);
  const std::string three = BlockOf(0, 10) + BlockOf(10, 10) + BlockOf(20, 10);
  ASSERT_TRUE(client.Insert(kInsert, {}, three).ok());
  EXPECT_EQ(*client.Ask(kCount), "30\n");
  const std::string cut = BlockOf(30, 10) + BlockOf(40, 10);
  EXPECT_FALSE(client.Insert(kInsert, {}, std::string_view(cut).substr(0, cut.size() - 1)).ok());
  const std::string count = *client.Ask(kCount);
  EXPECT_TRUE(count == "30\n" || count == "40\n") << count;
}

// Writers that meet new names at the same moment: each name has a number of its own, and all
// writers agree on it afterwards.
TEST_F(Live, SensorsOfWritersThatBeginAtOnce) {
  Client client = First();
  Init(client);
  constexpr std::size_t kWriters = 4;
  std::vector<std::vector<record::SensorSet>> bits(kWriters);
  std::vector<std::thread> threads;
  const std::string root = testing::TempDir() + "pdns-sensors-" + std::to_string(getpid());
  const auto claim = [&](std::size_t i, const std::vector<std::string>& names) {
    const auto outbox = Outbox::Open({root + std::to_string(i), "c", 1});
    Client own = First();
    SensorClaims claims(own, address_, **outbox);
    EXPECT_TRUE(claims.Load().ok());
    bits[i] = claims.BitsOf(names);
  };
  const std::vector<std::string> all{"", "a", "b", "c", "d", "\n\t"};
  for (std::size_t i = 0; i < kWriters; ++i) {
    threads.emplace_back([&, i] { claim(i, {all[i], all[i + 1], all[i + 2]}); });
  }
  for (std::thread& thread : threads) thread.join();
  const auto claimed = ReadClaims(client, TableOf(address_));
  ASSERT_TRUE(claimed.ok());
  std::map<unsigned, std::string> names;
  for (const SensorClaim& one : *claimed) {
    if ((one.reasons & kConfirmed) == 0) continue;
    EXPECT_TRUE(names.emplace(one.number, one.name).second) << "two names of one number";
  }
  EXPECT_GE(names.size(), all.size());
  for (std::size_t i = 0; i < kWriters; ++i) {
    for (std::size_t j = 0; j < bits[i].size(); ++j)
      EXPECT_EQ(names.at(static_cast<unsigned>(std::countr_zero(bits[i][j]))), all[i + j]);
  }
  for (std::size_t i = 0; i < kWriters; ++i) {
    claim(i, all);
    EXPECT_EQ(bits[i].size(), all.size());
    std::filesystem::remove_all(root + std::to_string(i));
  }
}

TEST_F(Live, MoreSensorsThanNumbers) {
  Client client = First();
  Init(client);
  const std::string root = testing::TempDir() + "pdns-sensors-" + std::to_string(getpid());
  const auto outbox = Outbox::Open({root, "c", 1});
  SensorClaims claims(client, address_, **outbox);
  std::vector<std::string> names;
  for (unsigned i = 0; i < record::kMostSensors; ++i) names.push_back("ns" + std::to_string(i));
  record::SensorSet all = 0;
  for (const record::SensorSet bit : claims.BitsOf(names)) all |= bit;
  EXPECT_EQ(all, record::SensorBit(record::kOtherSensors) - 1);
  EXPECT_EQ(claims.BitsOf(std::vector<std::string>{"one more"})[0],
            record::SensorBit(record::kOtherSensors));
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace pdns::store_clickhouse
