#include "base/key_sort.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace pdns {
namespace {

constexpr std::size_t kHead = sizeof(KeyRef::head);
constexpr std::size_t kMany = 32768;     // sorted by two threads
constexpr std::size_t kFew = 12;         // compared whole
constexpr std::size_t kMaxDepth = 1024;  // long rdata that is alike: compared whole from there

// The bytes depth..depth+7 as a number in network order, zeros where the key has ended.
std::uint64_t Head(const KeyRef& key, std::size_t depth) {
  std::uint64_t head = 0;
  if (depth >= key.size) return head;
  std::memcpy(&head, key.data + depth, std::min(kHead, key.size - depth));
  return __builtin_bswap64(head);
}

void FillHeads(std::span<KeyRef> keys, std::size_t depth) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    FetchAhead(keys, i, depth);
    keys[i].head = Head(keys[i], depth);
  }
}

bool WholeBefore(const KeyRef& a, const KeyRef& b) { return a.key() < b.key(); }

void SortFrom(std::span<KeyRef> keys, std::size_t depth);

// Keys that are alike up to depth. Those that ended there, which zeros stood for, come first, by
// length.
void SortAlike(std::span<KeyRef> keys, std::size_t depth) {
  if (keys.size() < 2) return;
  if (keys.size() <= kFew || depth > kMaxDepth) {
    std::sort(keys.begin(), keys.end(), WholeBefore);
    return;
  }
  const auto rest = std::partition(keys.begin(), keys.end(),
                                   [depth](const KeyRef& key) { return key.size <= depth; });
  std::sort(keys.begin(), rest, [](const KeyRef& a, const KeyRef& b) { return a.size < b.size; });
  SortFrom({rest, keys.end()}, depth);
}

// By their heads, which are there, and what comes behind.
void SortByHead(std::span<KeyRef> keys, std::size_t depth) {
  std::sort(keys.begin(), keys.end(),
            [](const KeyRef& a, const KeyRef& b) { return a.head < b.head; });
  for (std::size_t start = 0; start < keys.size();) {
    std::size_t end = start + 1;
    while (end < keys.size() && keys[end].head == keys[start].head) ++end;
    SortAlike(keys.subspan(start, end - start), depth + kHead);
    start = end;
  }
}

void SortFrom(std::span<KeyRef> keys, std::size_t depth) {
  FillHeads(keys, depth);
  SortByHead(keys, depth);
}

// About as many heads are below this as above.
std::uint64_t MiddleHead(std::span<const KeyRef> keys) {
  constexpr std::size_t kSample = 127;
  std::array<std::uint64_t, kSample> heads;
  for (std::size_t i = 0; i < kSample; ++i) heads[i] = keys[keys.size() / kSample * i].head;
  std::nth_element(heads.begin(), heads.begin() + kSample / 2, heads.end());
  return heads[kSample / 2];
}

}  // namespace

void SortKeys(std::span<KeyRef> keys) {
  FillHeads(keys, 0);
  if (keys.size() < kMany) return SortByHead(keys, 0);
  const std::uint64_t middle = MiddleHead(keys);
  const auto second = std::partition(keys.begin(), keys.end(),
                                     [middle](const KeyRef& key) { return key.head < middle; });
  auto done = std::async(kBeside, [keys, second] { SortByHead({keys.begin(), second}, 0); });
  SortByHead({second, keys.end()}, 0);
  done.get();
}

}  // namespace pdns
