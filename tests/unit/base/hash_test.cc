#include "base/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace pdns {
namespace {

// Written to disk, so these must never change. Values by XXH3_64bits_withSeed of xxHash 0.8.
TEST(Hash, Hash64IsFixedForever) {
  const std::string long_text(1000, 'a');
  EXPECT_EQ(Hash64({}, 0), 0x2d06800538d394c2U);
  EXPECT_EQ(Hash64(AsBytes("abc"), 0), 0x78af5f94892f3950U);
  EXPECT_EQ(Hash64(AsBytes(long_text), 0), 0xb3e7af627147db7cU);
  EXPECT_EQ(Hash64({}, 1), 0x4dc5b0cc826f6703U);
  EXPECT_EQ(Hash64(AsBytes("abc"), 1), 0x6b4467b443c76228U);
  EXPECT_EQ(Hash64(AsBytes(long_text), 1), 0xf288300dc9086656U);
}

// The examples of FIPS 180-4 (NIST's), and of a length on either side of a block.
TEST(Hash, Sha256IsTheStandards) {
  const auto hex = [](std::string_view text) { return ToHex(Sha256(AsBytes(text))); };
  EXPECT_EQ(hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Hash, Sha256OfManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      const std::string text(static_cast<std::size_t>(t) * 100, 'x');
      const Sha256Digest first = Sha256(AsBytes(text));
      for (int i = 0; i < 1000; ++i) ASSERT_EQ(Sha256(AsBytes(text)), first);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Hash, DigestsThatDifferAnywhere) {
  const Sha256Digest one = Sha256(AsBytes("abc"));
  EXPECT_TRUE(SameDigest(one, Sha256(AsBytes("abc"))));
  for (std::size_t i = 0; i < one.size(); ++i) {
    Sha256Digest other = one;
    other[i] ^= 0x80;
    EXPECT_FALSE(SameDigest(one, other));
  }
}

TEST(Hash, EveryByteOfALongInputCounts) {
  std::string text(3000, 'x');
  std::set<std::uint64_t> seen{Hash64(AsBytes(text), 1)};
  for (char& byte : text) {
    byte = 'y';
    EXPECT_TRUE(seen.insert(Hash64(AsBytes(text), 1)).second);
    byte = 'x';
  }
}

TEST(Hash, Hash64DependsOnTheSeed) {
  const std::string text = "www.example.com";
  EXPECT_EQ(Hash64(AsBytes(text), 1), Hash64(AsBytes(text), 1));
  EXPECT_NE(Hash64(AsBytes(text), 1), Hash64(AsBytes(text), 2));
}

TEST(Hash, SeedsAreFresh) {
  std::set<std::uint64_t> seeds;
  for (int i = 0; i < 100; ++i) seeds.insert(RandomSeed());
  EXPECT_EQ(seeds.size(), 100U);
}

}  // namespace
}  // namespace pdns
