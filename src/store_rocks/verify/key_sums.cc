#include "store_rocks/verify/key_sums.h"

#include "base/hash.h"

namespace pdns::store_rocks {

std::uint64_t KeySums::HashOf(std::string_view key) const { return Hash64(AsBytes(key), seed_); }

std::uint32_t KeySums::BucketOf(std::string_view key) const {
  return static_cast<std::uint32_t>(HashOf(key) >> 48);
}

void KeySums::Add(std::string_view key, bool expected) {
  const std::uint64_t hash = HashOf(key);
  Bucket& bucket = buckets_[hash >> 48];
  (expected ? bucket.expected : bucket.found) += hash;
  bucket.surplus += expected ? 1 : ~std::uint64_t{0};
}

std::vector<std::uint32_t> KeySums::Differing() const {
  std::vector<std::uint32_t> differing;
  for (std::uint32_t i = 0; i < kBuckets; ++i) {
    const Bucket& bucket = buckets_[i];
    if (bucket.expected != bucket.found || bucket.surplus != 0) differing.push_back(i);
  }
  return differing;
}

KeyDifferences::KeyDifferences(const KeySums& sums, const std::vector<std::uint32_t>& buckets)
    : sums_(sums) {
  full_ = buckets.size() > kMostBuckets;
  for (std::size_t i = 0; i < buckets.size() && i < kMostBuckets; ++i) buckets_.insert(buckets[i]);
}

// A key that was seen on both sides is forgotten: so what is held is mostly one side of the pass.
void KeyDifferences::Add(std::string_view key, int side) {
  if (!buckets_.contains(sums_.BucketOf(key))) return;
  const auto found = keys_.find(key);
  if (found == keys_.end()) {
    if (keys_.size() == kMostKeys) {
      full_ = true;
    } else {
      keys_.emplace(std::string(key), side);
    }
    return;
  }
  found->second += side;
  if (found->second == 0) keys_.erase(found);
}

std::vector<std::string> KeyDifferences::Of(int side) const {
  std::vector<std::string> keys;
  for (const auto& [key, count] : keys_)
    if ((count > 0) == (side > 0)) keys.push_back(key);
  return keys;
}

}  // namespace pdns::store_rocks
