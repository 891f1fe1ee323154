#include "record/entry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "unit/support/entries.h"

// Bytes of this program's large blocks, which are those of arenas: all memory passes here.
namespace {
std::size_t large_blocks = 0;
constexpr std::size_t kLarge = 256U << 10;
constexpr std::size_t kSizeField = 16;  // in front of each piece; keeps the alignment
}  // namespace

void* operator new(std::size_t size) {
  auto* piece = static_cast<std::size_t*>(std::malloc(size + kSizeField));
  if (piece == nullptr) throw std::bad_alloc();
  *piece = size;
  if (size >= kLarge) large_blocks += size;
  return reinterpret_cast<std::byte*>(piece) + kSizeField;
}
void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  void* piece = static_cast<std::byte*>(memory) - kSizeField;
  const std::size_t size = *static_cast<std::size_t*>(piece);
  if (size >= kLarge) large_blocks -= size;
  std::free(piece);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }

namespace pdns::record {
namespace {

using pdns::testing::Same;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::size_t kLongestKey = 510 + 2 + 65535;  // N(owner), rrtype, rdata

Sighting Numbered(std::uint64_t number) {
  const sys_seconds time{seconds(number)};
  return {time,
          time + seconds(1),
          number,
          Bailiwick::OfLabels(static_cast<unsigned>(number % 128)),
          static_cast<std::uint8_t>(number % 4),
          number & kAllSensors};
}

EntryArena::Ref Make(EntryArena& arena, const Sighting& sighting, std::string_view key,
                     std::size_t reserved) {
  std::copy(key.begin(), key.end(), arena.Reserve(reserved));
  return arena.Commit(sighting, key.size());
}

// Keys of all sizes, a few of the longest among them, over many blocks; more room is asked for than
// used, and sometimes none is used.
struct Filled {
  explicit Filled(std::uint32_t seed, std::size_t count = 20'000) {
    std::mt19937 random(seed);
    while (keys.size() < count) {
      const std::size_t size = random() % 200 == 0 ? kLongestKey - random() % 9 : random() % 300;
      const std::size_t spare = random() % std::min<std::size_t>(400, kLongestKey - size + 1);
      keys.emplace_back(size, static_cast<char>(random()));
      if (random() % 5 == 0) std::fill_n(arena.Reserve(kLongestKey), kLongestKey, '?');
      refs.push_back(Make(arena, Numbered(refs.size()), keys.back(), size + spare));
      places.push_back(&arena[refs.back()]);
    }
  }

  EntryArena arena;
  std::vector<std::string> keys;
  std::vector<EntryArena::Ref> refs;
  std::vector<const Entry*> places;
};

TEST(EntryArena, PlacesStayGoodOverManyBlocks) {
  const Filled filled(1);
  ASSERT_GT(filled.arena.memory(), 20 * kLarge);
  for (std::size_t i = 0; i < filled.keys.size(); ++i) {
    const Entry& entry = filled.arena[filled.refs[i]];
    ASSERT_EQ(&entry, filled.places[i]);
    ASSERT_TRUE(AsText(entry.key()) == filled.keys[i]) << i;
    ASSERT_TRUE(Same(entry.sighting, Numbered(i))) << i;
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(&entry) % alignof(Entry), 0U);
  }
}

TEST(EntryArena, ForEachGoesInTheOrderOfMaking) {
  const Filled filled(2);
  std::vector<const Entry*> seen;
  filled.arena.ForEach([&seen](const Entry& entry) { seen.push_back(&entry); });
  EXPECT_TRUE(seen == filled.places);
}

TEST(EntryArena, AnEntryMayChangeInItsPlace) {
  Filled filled(3, 5000);
  for (const auto ref : filled.refs) Merge(filled.arena[ref].sighting, Numbered(7));
  for (std::size_t i = 0; i < filled.refs.size(); ++i) {
    ASSERT_EQ(filled.arena[filled.refs[i]].sighting.count, i + 7);
    ASSERT_TRUE(AsText(filled.arena[filled.refs[i]].key()) == filled.keys[i]);
  }
}

TEST(EntryArena, ABlockHoldsTheLongestKeyThreeTimes) {
  EntryArena arena;
  EXPECT_EQ(arena.memory(), 0U);
  const std::string longest(kLongestKey, 'k');
  std::vector<std::size_t> memory;
  for (int i = 0; i < 7; ++i) {
    Make(arena, {}, longest, longest.size());
    memory.push_back(arena.memory());
  }
  EXPECT_EQ(memory[0], memory[2]);
  EXPECT_EQ(memory[3], 2 * memory[0]);
  EXPECT_EQ(memory[5], 2 * memory[0]);
  EXPECT_EQ(memory[6], 3 * memory[0]);
}

TEST(EntryArena, ForEachPassesOverABlockWithNothingInItYet) {
  EntryArena arena;
  std::size_t entries = 0;
  const auto count = [&entries](const Entry& /*entry*/) { ++entries; };
  arena.ForEach(count);
  EXPECT_EQ(entries, 0U);
  arena.Reserve(10);
  arena.ForEach(count);
  EXPECT_EQ(entries, 0U);
  const std::size_t one_block = arena.memory();
  while (arena.memory() == one_block) {  // until a reservation, and nothing else, has a new block
    arena.Reserve(kLongestKey);
    if (arena.memory() == one_block) arena.Commit({}, kLongestKey);
  }
  arena.ForEach(count);
  EXPECT_EQ(entries, 3U);
}

TEST(EntryArena, ClearBeginsAnew) {
  Filled filled(4, 5000);
  filled.arena.Clear();
  EXPECT_EQ(filled.arena.memory(), 0U);
  filled.arena.ForEach([](const Entry& /*entry*/) { ADD_FAILURE() << "an entry"; });
  for (std::size_t i = 0; i < filled.keys.size(); ++i) {
    const auto ref = Make(filled.arena, Numbered(i), filled.keys[i], filled.keys[i].size());
    ASSERT_TRUE(AsText(filled.arena[ref].key()) == filled.keys[i]);
  }
  std::size_t entries = 0;
  filled.arena.ForEach([&entries](const Entry& /*entry*/) { ++entries; });
  EXPECT_EQ(entries, filled.keys.size());
}

// Fills until `blocks` blocks are in use.
void Fill(EntryArena& arena, std::size_t blocks) {
  const std::string key(60'000, 'k');
  for (std::size_t i = 0; i < 4 * blocks; ++i) Make(arena, {}, key, key.size());
}

TEST(EntryArena, ClearKeepsTheMemoryOfOneRound) {
  const std::size_t before = large_blocks;
  {
    EntryArena arena;
    Fill(arena, 10);
    const std::size_t ten = large_blocks - before;
    EXPECT_EQ(ten, arena.memory());
    arena.Clear();
    EXPECT_EQ(large_blocks - before, ten);
    Fill(arena, 10);
    EXPECT_EQ(large_blocks - before, ten) << "a round of the same size took memory";
    arena.Clear();
    Fill(arena, 2);
    EXPECT_EQ(large_blocks - before, ten);
    arena.Clear();
    EXPECT_EQ(large_blocks - before, ten / 5) << "a small round keeps its own";
    arena.Clear();
    EXPECT_EQ(large_blocks, before) << "an empty round keeps nothing";
    Fill(arena, 3);
  }
  EXPECT_EQ(large_blocks, before);
}

}  // namespace
}  // namespace pdns::record
