#include "store_clickhouse/read/rows.h"

#include <gtest/gtest.h>

#include "unit/store_clickhouse/fake_shards.h"
#include "unit/support/rows.h"

namespace pdns::store_clickhouse {
namespace {

using testing::Seen;

const std::string kServer = "shard 1 (h:8123)";

std::string Body(const StoredRow& row) {
  std::string body;
  AppendSized(body, row.key);
  AppendLittle(body, static_cast<std::uint16_t>(row.rrtype));
  AppendSized(body, row.owner);
  AppendSized(body, row.rdata);
  AppendValues(body, row.history);
  return body;
}

StoredRow SomeRow() {
  return {0, std::string("org\0\0", 5), 1, "", "abcd", Seen(100, 90'000, 7, 1)};
}

struct Read {
  std::size_t rows = 0;
  Status status;
};
Read ReadAll(const std::string& body, RowKind kind = RowKind::kOwner) {
  Read read;
  RowReader reader(AsBytes(body), kind, false, kServer);
  for (TableRow row; reader.Next(row);) ++read.rows;
  read.status = reader.status();
  return read;
}

TEST(RowReader, ReadsWhatAServerSends) {
  StoredRow long_row = SomeRow();
  long_row.rdata = std::string(65'535, 'x');
  const std::string body = Body(SomeRow()) + Body(long_row);
  RowReader reader(AsBytes(body), RowKind::kOwner, false, kServer);
  TableRow row;
  ASSERT_TRUE(reader.Next(row));
  EXPECT_EQ(row.id, (RowId{SomeRow().key, record::RrType::kA, "", "abcd"}));
  EXPECT_EQ(row.history, SomeRow().history);
  ASSERT_TRUE(reader.Next(row));
  EXPECT_EQ(row.id.rdata, long_row.rdata);
  EXPECT_FALSE(reader.Next(row));
  EXPECT_TRUE(reader.status().ok());
  EXPECT_FALSE(reader.Next(row));
}

// Wherever an answer is cut, it is told; only an end between two rows looks like one, and that HTTP
// tells.
TEST(RowReader, ACutRowIsNoEnd) {
  const std::string one = Body(SomeRow());
  const std::string body = one + one;
  for (std::size_t size = 0; size <= body.size(); ++size) {
    const Read read = ReadAll(body.substr(0, size));
    EXPECT_EQ(read.rows, size / one.size()) << size;
    EXPECT_EQ(read.status.code(), size % one.size() == 0 ? Code::kOk : Code::kIo) << size;
  }
}

void ExpectSpoilt(const StoredRow& row, RowKind kind = RowKind::kOwner) {
  const Read read = ReadAll(Body(row), kind);
  EXPECT_EQ(read.rows, 0U);
  EXPECT_EQ(read.status.code(), Code::kCorrupt);
  EXPECT_NE(read.status.message().find(kServer), std::string::npos) << read.status.message();
}

TEST(RowReader, RowsThatPdnsDoesNotWrite) {
  StoredRow row = SomeRow();
  row.owner = "x";
  ExpectSpoilt(row);
  row = SomeRow();
  ExpectSpoilt(row, RowKind::kIpv4);
  ExpectSpoilt(row, RowKind::kIpv6);
  ExpectSpoilt(row, RowKind::kQuarantined);  // without a reason
  row.history.reasons = 1;
  ExpectSpoilt(row);  // trusted, with a reason
  EXPECT_EQ(ReadAll(Body(row), RowKind::kQuarantined).rows, 1U);
  row.history.reasons = 4;
  ExpectSpoilt(row, RowKind::kQuarantined);
  row = SomeRow();
  row.rdata = std::string(65'536, 'x');
  ExpectSpoilt(row);
  row = SomeRow();
  row.history.sensors = 0;
  ExpectSpoilt(row);
  row = SomeRow();
  row.history.last = testing::At(253'402'300'800);  // the year 10000; its days are those of before
  row.history.days = record::DayForm::kEnds;
  ExpectSpoilt(row);
}

// What a length claims is checked against what is there.
TEST(RowReader, LengthsThatLie) {
  std::string body;
  AppendVarint(body, 1ULL << 62);
  EXPECT_EQ(ReadAll(body + "abc").status.code(), Code::kIo);
  body = Body(SomeRow());
  body.resize(body.size() - 9);  // its two days
  AppendVarint(body, 1ULL << 40);
  EXPECT_EQ(ReadAll(body + "abc").status.code(), Code::kIo);
}

}  // namespace
}  // namespace pdns::store_clickhouse
