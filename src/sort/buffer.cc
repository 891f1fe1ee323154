#include "sort/buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pdns::sort {
namespace {

using PayloadSize = std::uint32_t;

constexpr std::size_t kFirstIndex = 16;  // items

std::size_t SizeOf(const Item& item) {
  return sizeof(PayloadSize) + item.key.size() + item.payload.size();
}

Item ItemOf(const KeyRef& ref) {
  PayloadSize size = 0;
  std::memcpy(&size, ref.data - sizeof(size), sizeof(size));
  return {ref.key(), {ref.data + ref.size, size}};
}

char* Put(char* to, std::string_view bytes) { return std::copy(bytes.begin(), bytes.end(), to); }

// Behind the last key that equals the one at `first`.
std::size_t EndOfEqual(const std::vector<KeyRef>& index, std::size_t first) {
  std::size_t end = first + 1;
  for (; end < index.size(); ++end) {
    FetchAhead(index, end);
    if (index[end].key() != index[first].key()) break;
  }
  return end;
}

}  // namespace

Item Buffer::operator[](std::size_t i) const { return ItemOf(index_[i]); }

bool Buffer::Fits(std::size_t size) const {
  return !blocks_.empty() && blocks_.back().size - blocks_.back().used >= size;
}

std::size_t Buffer::MemoryWith(const Item& item) const {
  std::size_t entries = index_.capacity();
  // While it grows, the old index stands beside one of twice its size.
  if (index_.size() == entries) entries = std::max(kFirstIndex, entries * 3);
  const std::size_t size = SizeOf(item);
  return entries * sizeof(KeyRef) + block_bytes_ + (Fits(size) ? 0 : std::max(block_, size));
}

const char* Buffer::Store(const Item& item) {
  const std::size_t size = SizeOf(item);
  if (!Fits(size)) {
    const std::size_t room = std::max(block_, size);
    blocks_.push_back({std::unique_ptr<char[]>(new char[room]), room, 0});
    block_bytes_ += room;
  }
  Block& block = blocks_.back();
  char* const start = block.bytes.get() + block.used;
  const auto payload_size = static_cast<PayloadSize>(item.payload.size());
  std::memcpy(start, &payload_size, sizeof(payload_size));
  char* const key = start + sizeof(payload_size);
  Put(Put(key, item.key), item.payload);
  block.used += size;
  item_bytes_ += size;
  return key;
}

void Buffer::Add(const Item& item) {
  if (index_.size() == index_.capacity()) {
    index_.reserve(std::max(kFirstIndex, index_.capacity() * 2));
  }
  const auto number = static_cast<std::uint32_t>(index_.size());
  index_.push_back({0, Store(item), static_cast<std::uint32_t>(item.key.size()), number});
}

void Buffer::Sort(bool unique, std::uint64_t keep) {
  SortKeys(index_);
  std::size_t kept = 0;
  for (std::size_t first = 0; first < index_.size() && (keep == 0 || kept < keep);) {
    const std::size_t end = EndOfEqual(index_, first);
    const auto begin = index_.begin() + static_cast<std::ptrdiff_t>(first);
    std::sort(begin, begin + static_cast<std::ptrdiff_t>(end - first),
              [](const KeyRef& a, const KeyRef& b) { return a.index < b.index; });
    const std::size_t taken = unique ? 1 : end - first;
    std::copy_n(begin, taken, index_.begin() + static_cast<std::ptrdiff_t>(kept));
    kept += taken;
    first = end;
  }
  if (keep != 0 && kept > keep) kept = keep;
  index_.resize(kept);
  item_bytes_ = 0;
  for (const KeyRef& ref : index_) item_bytes_ += SizeOf(ItemOf(ref));
}

void Buffer::Compact() {
  const std::vector<Block> old = std::exchange(blocks_, {});
  block_bytes_ = 0;
  item_bytes_ = 0;
  for (std::size_t i = 0; i < index_.size(); ++i) {
    index_[i].data = Store(ItemOf(index_[i]));
    index_[i].index = static_cast<std::uint32_t>(i);
  }
}

void Buffer::Clear() {
  blocks_ = std::vector<Block>();
  index_ = std::vector<KeyRef>();
  block_bytes_ = 0;
  item_bytes_ = 0;
}

}  // namespace pdns::sort
