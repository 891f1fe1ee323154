// Are two sets of keys the same, of which neither fits the memory nor comes in the other's order?
// Expected keys, found keys -> [KeySums] -> yes, or the parts of the sets that differ.
//
// Each key's hash picks one of kBuckets buckets, and is added there to the sum of its side. Equal
// sets have equal sums and counts; of different ones the buckets differ of which a key is missing.
// A second pass over both sets then needs the keys of those buckets alone (KeyDifferences). The
// hash is keyed anew each time: nobody can choose keys whose sums agree. 2 MiB. One thread at a
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pdns::store_rocks {

class KeySums {
 public:
  static constexpr std::size_t kBuckets = 65'536;

  explicit KeySums(std::uint64_t seed) : seed_(seed), buckets_(kBuckets) {}

  void Expect(std::string_view key) { Add(key, true); }
  void Find(std::string_view key) { Add(key, false); }

  std::uint32_t BucketOf(std::string_view key) const;

  // Buckets whose sides differ, in order.
  std::vector<std::uint32_t> Differing() const;

 private:
  struct Bucket {
    std::uint64_t expected = 0;  // sums of hashes
    std::uint64_t found = 0;
    std::uint64_t surplus = 0;  // expected keys minus found ones, modulo 2^64
  };

  std::uint64_t HashOf(std::string_view key) const;
  void Add(std::string_view key, bool expected);

  std::uint64_t seed_;
  std::vector<Bucket> buckets_;
};

// The second pass: which keys of some buckets are on one side alone. Holds the keys of those
// buckets: at most kMostKeys, some 100 MiB; what comes behind that is left out, and full() says so.
// One thread at a time.
class KeyDifferences {
 public:
  static constexpr std::size_t kMostKeys = 500'000;
  static constexpr std::size_t kMostBuckets = 256;

  // At most kMostBuckets of `buckets` are looked at. `sums` outlives it.
  KeyDifferences(const KeySums& sums, const std::vector<std::uint32_t>& buckets);

  void Expect(std::string_view key) { Add(key, 1); }
  void Find(std::string_view key) { Add(key, -1); }

  // The keys that were expected and not found, and the other way round; in order.
  std::vector<std::string> Missing() const { return Of(1); }
  std::vector<std::string> Surplus() const { return Of(-1); }
  bool full() const { return full_; }

 private:
  void Add(std::string_view key, int side);
  std::vector<std::string> Of(int side) const;

  const KeySums& sums_;
  std::set<std::uint32_t> buckets_;
  std::map<std::string, int, std::less<>> keys_;
  bool full_ = false;
};

}  // namespace pdns::store_rocks
