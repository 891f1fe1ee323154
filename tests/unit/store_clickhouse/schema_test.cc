#include "store_clickhouse/schema.h"

#include <gtest/gtest.h>

#include <string>

namespace pdns::store_clickhouse {
namespace {

record::Position At(std::uint64_t frames, std::uint64_t bytes) {
  record::Position position;
  for (std::uint64_t i = 0; i < frames; ++i) record::Advance(position, AsBytes("frame"));
  position.bytes = bytes;
  position.last_length = 5;
  return position;
}

TEST(Schema, PositionsRoundTrip) {
  for (const auto& position : {At(1, 30), At(300, 1U << 30)}) {
    const auto read = DecodePositionText(PositionText(position));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, position);
  }
}

// The server finds the newest by the bytes.
TEST(Schema, LaterPositionsAreGreater) {
  record::Position broken = At(2, 60);
  broken.broken = true;
  EXPECT_LT(PositionText(At(1, 1000)), PositionText(At(2, 60)));
  EXPECT_LT(PositionText(At(2, 60)), PositionText(broken));
  EXPECT_LT(PositionText(broken), PositionText(At(300, 10000)));
}

TEST(Schema, ForeignPositionsAreRefused) {
  std::string text = PositionText(At(3, 90));
  EXPECT_FALSE(DecodePositionText("").has_value());
  EXPECT_FALSE(DecodePositionText(text + "x").has_value());
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(DecodePositionText(text.substr(0, size)).has_value());
  text[7] ^= 1;  // the frames of the head are not those of the position
  EXPECT_FALSE(DecodePositionText(text).has_value());
}

TEST(Schema, SourceKeys) {
  record::SourceId id;
  id.first_frame.fill(0xab);
  id.variant = 258;
  const std::string key = SourceKey(id);
  EXPECT_EQ(key.size(), 2U + 32 + 4);
  EXPECT_EQ(ToHex(AsBytes(key.substr(34))), "00000102");
}

TEST(Schema, StatementsAskOnlyForWhatTheServerHas) {
  Address address = *ParseAddress("clickhouse://host/db_2");
  const auto old = InitStatements(address, {"18.16.1", {}});
  ASSERT_EQ(old.size(), 3U);
  EXPECT_EQ(old[0], "CREATE DATABASE IF NOT EXISTS db_2");
  EXPECT_TRUE(old[1].ends_with("SETTINGS index_granularity = 1024")) << old[1];
  const auto later = InitStatements(address, {"26.5.1", {"fsync_after_insert"}});
  EXPECT_TRUE(later[1].ends_with("SETTINGS index_granularity = 1024, fsync_after_insert = 1"));
}

TEST(Schema, Literals) {
  EXPECT_EQ(Literal(std::string_view("a'\0\xff", 4)), "unhex('612700ff')");
  EXPECT_EQ(Literal(""), "unhex('')");
}

}  // namespace
}  // namespace pdns::store_clickhouse
