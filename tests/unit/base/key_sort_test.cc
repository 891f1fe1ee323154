#include "base/key_sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace pdns {
namespace {

// Sorts views of the keys and holds them against the standard sort. Each key is a heap block of its
// own size, so that reading behind one is seen by the sanitizer.
void ExpectSorted(std::vector<std::string> keys, std::string_view what) {
  std::vector<std::vector<char>> blocks;
  std::vector<KeyRef> refs;
  for (const std::string& key : keys) blocks.emplace_back(key.begin(), key.end());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    refs.push_back({~std::uint64_t{0}, blocks[i].data(), static_cast<std::uint32_t>(keys[i].size()),
                    static_cast<std::uint32_t>(i)});
  }
  SortKeys(refs);
  std::vector<bool> met(keys.size());
  for (const KeyRef& ref : refs) {
    ASSERT_LT(ref.index, keys.size());
    ASSERT_FALSE(met[ref.index]) << what << ": an index twice";
    met[ref.index] = true;
    ASSERT_TRUE(ref.key() == keys[ref.index]) << what << ": another key's index";
  }
  std::sort(keys.begin(), keys.end());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ASSERT_TRUE(refs[i].key() == keys[i]) << what << ": at " << i << " of " << keys.size() << ", "
                                          << ToHex(AsBytes(keys[i].substr(0, 40)));
  }
}

class SortKeysTest : public ::testing::Test {
 protected:
  // Of the two or three smallest bytes and the two largest: many keys are equal, or prefixes of
  // each other, and many that differ only in the zero bytes at their end.
  std::string RandomKey(std::size_t most) {
    static constexpr std::string_view kAlphabet("\0\0\0\1a\x7f\x80\xff", 8);
    std::string key(random() % (most + 1), '\0');
    for (char& byte : key) byte = kAlphabet[random() % kAlphabet.size()];
    return key;
  }

  std::mt19937 random{9};
};

TEST_F(SortKeysTest, FewAndNone) {
  ExpectSorted({}, "none");
  ExpectSorted({""}, "an empty one");
  ExpectSorted({"b", "a"}, "two");
  ExpectSorted({"", "", std::string(1, '\0'), ""}, "empty ones");
}

TEST_F(SortKeysTest, RandomKeysOfATinyAlphabet) {
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> keys(random() % 60);
    const std::size_t most = 1 + random() % 40;
    for (std::string& key : keys) key = RandomKey(most);
    ExpectSorted(std::move(keys), "tiny alphabet");
    if (HasFatalFailure()) return;
  }
}

TEST_F(SortKeysTest, ManyThousandsThatBeginAlike) {
  for (const std::size_t shared : {0U, 7U, 8U, 9U, 30U}) {
    const std::string prefix = std::string(shared, 'p');
    std::vector<std::string> keys(20'000);
    for (std::string& key : keys) key = prefix + RandomKey(12);
    ExpectSorted(std::move(keys), "begin alike");
  }
}

TEST_F(SortKeysTest, EqualKeys) {
  for (const std::size_t size : {0U, 1U, 8U, 16U, 1031U, 1032U, 1033U, 5000U}) {
    ExpectSorted(std::vector<std::string>(100, std::string(size, 'k')), "all equal");
    std::vector<std::string> two(100, std::string(size, 'k'));
    for (std::size_t i = 0; i < two.size(); i += 3) two[i] += std::string(1, '\0');
    ExpectSorted(std::move(two), "two kinds");
  }
}

// Around every border: where a head of eight bytes ends, and where keys are compared whole.
TEST_F(SortKeysTest, PrefixesOfEachOther) {
  for (const char fill : {'\0', 'a', '\xff'}) {
    std::vector<std::string> keys;
    for (std::size_t size = 0; size < 80; ++size) keys.emplace_back(size, fill);
    for (std::size_t size = 1000; size < 1080; ++size) keys.emplace_back(size, fill);
    for (int round = 0; round < 20; ++round) {
      std::shuffle(keys.begin(), keys.end(), random);
      ExpectSorted(keys, "prefixes");
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(SortKeysTest, VeryLongAlikeKeys) {
  for (const std::size_t shared :
       {1015U, 1016U, 1023U, 1024U, 1025U, 1032U, 1033U, 3000U, 66'000U}) {
    for (const char fill : {'\0', 'x'}) {
      std::vector<std::string> keys(200);
      for (std::string& key : keys) key = std::string(shared, fill) + RandomKey(20);
      ExpectSorted(std::move(keys), "long and alike");
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace pdns
