#include "store/key.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/store/corpus.h"

namespace pdns::store {
namespace {

// The keys of the forward index are record/tuple_key.h's; here, that questions find them.
TEST(ForwardKey, RealTuplesRoundTripAndLieWhereTheirOwnersAreAskedFor) {
  for (const record::OwnedTuple& tuple : CorpusTuples()) {
    const std::string key = TupleKey(tuple.view());
    const auto decoded = record::DecodeTupleKey(AsBytes(key));
    ASSERT_TRUE(decoded.has_value());
    ASSERT_EQ(decoded->view(), tuple.view());
    ASSERT_TRUE(OwnerRange(tuple.owner).Holds(key));
    ASSERT_TRUE(SubtreeRange(tuple.owner).Holds(key));
  }
}

TEST(Schema, RoundTripAndRefusals) {
  const auto version = DecodeSchemaValue(AsBytes(SchemaValue({3, 300})));
  ASSERT_TRUE(version.has_value());
  EXPECT_EQ(version->major, 3U);
  EXPECT_EQ(version->minor, 300U);
  const std::string value = SchemaValue({1, 0});
  EXPECT_TRUE(DecodeSchemaValue(AsBytes(value + "more")).has_value());  // a newer minor
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(DecodeSchemaValue(AsBytes(value).first(size)).has_value()) << size;
  }
  EXPECT_FALSE(DecodeSchemaValue(AsBytes(std::string("qdns\1\0", 6))).has_value());
  EXPECT_FALSE(DecodeSchemaValue(AsBytes(std::string("pdns\x81\0\0", 7))).has_value());
}

TEST(Ledger, KeysTellSourcesApart) {
  record::SourceId id;
  for (std::size_t i = 0; i < id.first_frame.size(); ++i) {
    id.first_frame[i] = static_cast<std::uint8_t>(i);
  }
  EXPECT_EQ(ToHex(AsBytes(LedgerKey(id))), "7372632f000102030405060708090a0b0c0d0e0f00");
  record::SourceId other = id;
  other.variant = 300;
  EXPECT_EQ(ToHex(AsBytes(LedgerKey(other))), "7372632f000102030405060708090a0b0c0d0e0fac02");
}

TEST(Ledger, RoundTripAndRefusals) {
  record::Position position;
  position.frames = 1661;
  position.bytes = 1ULL << 63;
  position.last_length = 4294967295U;
  position.last_frame.fill(0xee);
  const std::string value = LedgerValue(position);
  EXPECT_EQ(DecodeLedgerValue(AsBytes(value)), position);
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(DecodeLedgerValue(AsBytes(value).first(size)).has_value()) << size;
  }
  record::Position broken = position;
  broken.broken = true;
  const std::string longer = LedgerValue(broken);
  EXPECT_EQ(DecodeLedgerValue(AsBytes(longer)), broken);
  EXPECT_EQ(DecodeLedgerValue(AsBytes(longer + "more")), broken);
  EXPECT_EQ(DecodeLedgerValue(AsBytes(longer).first(value.size())), position);
  EXPECT_EQ(DecodeLedgerValue(AsBytes(value + std::string(1, '\0') + "more")), position);
  EXPECT_FALSE(DecodeLedgerValue(AsBytes(value + "\2")).has_value());
  std::string too_long;
  AppendVarint(too_long, 1);
  AppendVarint(too_long, 1);
  AppendVarint(too_long, 4294967296U);
  EXPECT_FALSE(DecodeLedgerValue(AsBytes(too_long + std::string(16, 'x'))).has_value());
}

}  // namespace
}  // namespace pdns::store
