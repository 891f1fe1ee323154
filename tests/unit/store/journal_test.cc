#include "store/journal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "unit/store/rows.h"
#include "unit/support/damage.h"
#include "unit/support/names.h"

namespace pdns::store {
namespace {

using record::RrType;
using testing::At;

std::string ValueOf(const std::vector<JournalEntry>& entries, std::int64_t committed = 1795372940) {
  JournalChunk chunk;
  chunk.Begin(1, At(committed));
  for (const JournalEntry& entry : entries) chunk.Add(entry.row_key, entry.kind);
  return chunk.value();
}

void ExpectEntries(const std::string& value, const std::vector<JournalEntry>& expected) {
  const auto head = DecodeJournalHead(AsBytes(value));
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->count, expected.size());
  const auto entries = DecodeJournalEntries(AsBytes(value));
  ASSERT_TRUE(entries.has_value());
  ASSERT_EQ(entries->size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE((*entries)[i].row_key == expected[i].row_key) << i;
    EXPECT_EQ((*entries)[i].kind, expected[i].kind) << i;
  }
}

std::optional<std::string> Reencoded(Bytes value) {
  const auto head = DecodeJournalHead(value);
  const auto entries = DecodeJournalEntries(value);
  if (!entries.has_value()) return std::nullopt;
  EXPECT_TRUE(head.has_value());
  return ValueOf(*entries, head->committed.time_since_epoch().count());
}

std::vector<JournalEntry> RandomEntries(std::mt19937& random, std::size_t count) {
  std::set<std::string> keys;
  while (keys.size() < count) {
    const record::Name owner = testing::RandomName(random);
    keys.insert(RowKeyOf({owner.wire(), static_cast<RrType>(random() % 3),
                          AsBytes(std::string(random() % 300, 'x'))}));
  }
  std::vector<JournalEntry> entries;
  for (const std::string& key : keys)
    entries.push_back({key, random() % 2 == 0 ? NewKind::kName : NewKind::kRdata});
  return entries;
}

TEST(Journal, KeysAreNumbersInOrder) {
  for (const std::uint64_t number :
       {std::uint64_t{1}, std::uint64_t{256}, std::numeric_limits<std::uint64_t>::max()}) {
    EXPECT_EQ(DecodeJournalKey(AsBytes(JournalKey(number))), number);
    EXPECT_LT(JournalKey(number - 1), JournalKey(number));
  }
  EXPECT_FALSE(DecodeJournalKey(AsBytes("1234567")).has_value());
  EXPECT_FALSE(DecodeJournalKey(AsBytes("123456789")).has_value());
}

TEST(Journal, ChunksOfEverySizeRoundTrip) {
  std::mt19937 random(31);
  for (const std::size_t count : {1U, 2U, 3U, 100U, 255U, 256U}) {
    const auto entries = RandomEntries(random, count);
    ExpectEntries(ValueOf(entries), entries);
  }
}

TEST(Journal, AChunkIsFullAndBeginsAnew) {
  std::mt19937 random(32);
  const auto entries = RandomEntries(random, JournalChunk::kMost);
  JournalChunk chunk;
  chunk.Begin(7, At(1));
  EXPECT_TRUE(chunk.empty());
  for (const JournalEntry& entry : entries) {
    EXPECT_FALSE(chunk.full());
    chunk.Add(entry.row_key, entry.kind);
    EXPECT_FALSE(chunk.empty());
  }
  EXPECT_TRUE(chunk.full());
  EXPECT_EQ(chunk.key(), JournalKey(7));
  ExpectEntries(chunk.value(), entries);
  // Nothing of the chunk before is shared with the next.
  chunk.Begin(263, At(2));
  EXPECT_TRUE(chunk.empty());
  chunk.Add(entries[0].row_key, entries[0].kind);
  EXPECT_EQ(chunk.key(), JournalKey(263));
  ExpectEntries(chunk.value(), {entries[0]});
}

TEST(Journal, SharesWhatKeysBeginWith) {
  const std::string key = RowKeyOf(MakeTuple("www.blah.org", RrType::kA, "addr").view());
  const std::string one = ValueOf({{key, NewKind::kName}});
  const std::string two = ValueOf({{key, NewKind::kName}, {key + "x", NewKind::kRdata}});
  EXPECT_EQ(two.size(), one.size() + 3);
}

TEST(Journal, DamagedItIsRefusedOrAnother) {
  const std::vector<JournalEntry> entries{
      {RowKeyOf(MakeTuple("a.org", RrType::kA, "addr").view()), NewKind::kName},
      {RowKeyOf(MakeTuple("a.org", RrType::kA, "adds").view()), NewKind::kRdata},
      {RowKeyOf(MakeTuple("b.org", RrType::kTxt, "x").view()), NewKind::kName},
      {RowKeyOf(MakeTuple("b.org", RrType::kTxt, std::string(300, 'x')).view()), NewKind::kRdata}};
  EXPECT_GT(testing::ExpectRefusedOrWritten(ValueOf(entries), Reencoded), 1000U);
  EXPECT_GT(testing::ExpectRefusedOrWritten(ValueOf({entries[0]}), Reencoded), 1000U);
}

struct Entry {
  std::uint64_t begin;
  std::string rest;
};

bool Refused(std::uint64_t committed, std::uint64_t count, const std::vector<Entry>& entries) {
  std::string value;
  AppendVarint(value, committed);
  AppendVarint(value, count);
  for (const Entry& entry : entries) {
    AppendVarint(value, entry.begin);
    AppendVarint(value, entry.rest.size());
    value += entry.rest;
  }
  return !DecodeJournalEntries(AsBytes(value)).has_value();
}

TEST(Journal, RefusesWhatIsNotWritten) {
  EXPECT_FALSE(Refused(1, 2, {{0, "abc"}, {4, "d"}}));
  EXPECT_FALSE(Refused(kMaxSeconds, 1, {{1, "abc"}}));
  EXPECT_TRUE(Refused(kMaxSeconds + 1, 1, {{1, "abc"}}));
  EXPECT_TRUE(Refused(1, 0, {}));
  EXPECT_TRUE(Refused(1, 257, std::vector<Entry>(257, {0, "abc"})));
  EXPECT_TRUE(Refused(1, 1, {{0, "abc"}, {4, "d"}}));  // more than it says
  EXPECT_TRUE(Refused(1, 3, {{0, "abc"}, {4, "d"}}));  // fewer
  EXPECT_TRUE(Refused(1, 1, {{2, "abc"}}));            // shares what is not there
  EXPECT_TRUE(Refused(1, 2, {{0, "abc"}, {8, "d"}}));
  EXPECT_TRUE(Refused(1, 2, {{0, "abc"}, {~std::uint64_t{0}, "d"}}));
  EXPECT_TRUE(Refused(1, 1, {{0, ""}}));
  EXPECT_TRUE(Refused(1, 2, {{0, "abc"}, {6, ""}}));    // the same once more
  EXPECT_TRUE(Refused(1, 2, {{0, "abc"}, {4, ""}}));    // falls
  EXPECT_TRUE(Refused(1, 2, {{0, "abc"}, {4, "b"}}));   // falls
  EXPECT_TRUE(Refused(1, 2, {{0, "abc"}, {4, "c"}}));   // the same, told at length
  EXPECT_TRUE(Refused(1, 2, {{0, "abc"}, {2, "bd"}}));  // rises, told at length
  EXPECT_FALSE(Refused(1, 1, {{0, std::string(kMaxRowKey, 'k')}}));
  EXPECT_TRUE(Refused(1, 1, {{0, std::string(kMaxRowKey + 1, 'k')}}));
  EXPECT_TRUE(Refused(1, 2, {{0, "k"}, {2, std::string(kMaxRowKey, 'k')}}));
}

}  // namespace
}  // namespace pdns::store
