#include "store_clickhouse/write/native_block.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "record/tuple_key.h"
#include "store_clickhouse/write/batch_rows.h"

namespace pdns::store_clickhouse {
namespace {

std::string Sized(const std::string& text) { return static_cast<char>(text.size()) + text; }

// Column by column, from what the format says.
TEST(NativeBlock, BytesOfTwoRows) {
  NativeBlock block;
  block.Add({RowKind::kCounter, "used"}, {0, 0, 3, 0});
  block.Add({RowKind::kName, std::string_view("org\0\0", 5), 258, "o", "rd"}, {7, 9, 1, 2});
  const std::string u64(7, '\0');
  const std::string wanted =
      std::string("\x0c\x02", 2) +                                                 //
      Sized("kind") + Sized("UInt8") + "\x64\x02" +                                //
      Sized("key") + Sized("String") + "\x04used\x05org" + std::string(2, '\0') +  //
      Sized("rrtype") + Sized("UInt16") + std::string("\0\0\2\1", 4) +             //
      Sized("owner") + Sized("String") + std::string("\0\1o", 3) +                 //
      Sized("rdata") + Sized("String") + std::string("\0\2rd", 4) +                //
      Sized("first") + Sized("AggregateFunction(min, UInt64)") + std::string("\1\0", 2) + u64 +
      "\1\7" + u64 +  //
      Sized("last") + Sized("AggregateFunction(max, UInt64)") + std::string("\1\0", 2) + u64 +
      "\1\x09" + u64 +                                                                       //
      Sized("cnt") + Sized("AggregateFunction(sum, UInt64)") + "\3" + u64 + "\1" + u64 +     //
      Sized("zone") + Sized("AggregateFunction(max, UInt8)") + std::string("\1\0\1\0", 4) +  //
      Sized("reasons") + Sized("AggregateFunction(groupBitOr, UInt8)") + std::string("\0\2", 2) +
      Sized("sensors") + Sized("AggregateFunction(groupBitOr, UInt64)") + std::string(16, '\0') +
      Sized("days") + Sized("AggregateFunction(groupUniqArray, UInt32)") + std::string(2, '\0');
  EXPECT_EQ(ToHex(AsBytes(block.Bytes())), ToHex(AsBytes(wanted)));
  EXPECT_EQ(block.rows(), 2U);
}

class Tuples : public testing::Test {
 protected:
  void Add(const std::string& owner, record::RrType type, const std::string& rdata,
           record::SensorSet sensors = 1) {
    std::string key;
    record::AppendTupleKey(key, {AsBytes(owner), type, AsBytes(rdata)});
    std::copy(key.begin(), key.end(), arena_.Reserve(key.size()));
    record::Sighting sighting;
    sighting.first = sighting.last = std::chrono::sys_seconds(std::chrono::seconds(100));
    sighting.sensors = sensors;
    entries_.push_back(&arena_[arena_.Commit(sighting, key.size())]);
  }
  std::vector<std::size_t> Append(std::size_t shards, Rows rows = Rows::kTrusted) {
    std::vector<NativeBlock> blocks(shards);
    tuples_ = AppendTuples(
        entries_, rows, [](record::SensorSet set) { return set; }, blocks);
    std::vector<std::size_t> counts;
    bytes_.clear();
    for (const NativeBlock& block : blocks) {
      counts.push_back(block.rows());
      bytes_ += block.Bytes();
    }
    return counts;
  }
  bool Has(const std::string& text) const { return bytes_.find(text) != std::string::npos; }

  record::EntryArena arena_;
  std::vector<const record::Entry*> entries_;
  std::size_t tuples_ = 0;
  std::string bytes_;
};

const std::string kBlah("\4blah\3org\0", 10);
const std::string kWww("\3www\4blah\3org\0", 14);

TEST_F(Tuples, ComeOnceByOwnerAndByTarget) {
  Add(kBlah, record::RrType::kA, "\1\2\3\4");
  Add(kBlah, record::RrType::kA, "\1\2\3\4", 4);  // of another window
  Add(kBlah, record::RrType::kNs, kWww);
  EXPECT_EQ(Append(1), std::vector<std::size_t>{4});
  EXPECT_EQ(tuples_, 2U);
  EXPECT_TRUE(Has(Sized("\1\2\3\4")));
  EXPECT_TRUE(Has(Sized(std::string("org\0blah\0www\0\0", 14))));  // N(target)
  EXPECT_TRUE(Has("\2" + std::string(7, '\0')));                   // the count of two windows
  EXPECT_EQ(Append(1, Rows::kQuarantined), std::vector<std::size_t>{2});
}

TEST_F(Tuples, TextIsCutAsInKeys) {
  std::string text(300, 'x');
  text[0] = '\0';
  text[1] = '\1';
  Add(kBlah, record::RrType::kTxt, text);
  EXPECT_EQ(Append(1), std::vector<std::size_t>{2});
  // 255 less 32 bytes, of which two are escaped, and the end.
  EXPECT_TRUE(
      Has(std::string("\xe2\x01\1\1\1\2", 6) + std::string(221, 'x') + std::string(1, '\0')));
}

// Where an owner lies is part of the layout of a cluster: it must never change.
TEST_F(Tuples, ShardsByOwner) {
  EXPECT_EQ(ShardOf("anything", 1), 0U);
  EXPECT_EQ(ShardOf(std::string_view("org\0blah\0\0", 10), 2), 1U);
  EXPECT_EQ(ShardOf(std::string_view("org\0blah\0www\0\0", 14), 3), 2U);
  for (int i = 0; i < 2000; ++i) {
    const std::string label = "n" + std::to_string(i);
    Add(Sized(label) + kBlah, record::RrType::kCname, kBlah);
  }
  const auto counts = Append(4);
  for (const std::size_t rows : counts) {
    EXPECT_EQ(rows % 2, 0U);  // both directions lie together
    EXPECT_NEAR(static_cast<double>(rows), 1000, 150);
  }
}

}  // namespace
}  // namespace pdns::store_clickhouse
