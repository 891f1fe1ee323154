#include "store/key_sort.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace pdns::store {
namespace {

constexpr std::size_t kHead = sizeof(KeyRef::head);
constexpr std::size_t kFew = 12;         // compared whole
constexpr std::size_t kMaxDepth = 1024;  // long rdata that is alike: compared whole from there

// The bytes depth..depth+7 as a number in network order, zeros where the key has ended.
std::uint64_t Head(const KeyRef& key, std::size_t depth) {
  std::uint64_t head = 0;
  if (depth >= key.size) return head;
  std::memcpy(&head, key.data + depth, std::min(kHead, key.size - depth));
  return __builtin_bswap64(head);
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

void SortFrom(std::span<KeyRef> keys, std::size_t depth) {
  for (KeyRef& key : keys) key.head = Head(key, depth);
  std::sort(keys.begin(), keys.end(),
            [](const KeyRef& a, const KeyRef& b) { return a.head < b.head; });
  for (std::size_t start = 0; start < keys.size();) {
    std::size_t end = start + 1;
    while (end < keys.size() && keys[end].head == keys[start].head) ++end;
    SortAlike(keys.subspan(start, end - start), depth + kHead);
    start = end;
  }
}

}  // namespace

void SortKeys(std::span<KeyRef> keys) { SortFrom(keys, 0); }

}  // namespace pdns::store
