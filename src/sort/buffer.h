// The items of a sort that are in memory: added ones -> [Buffer] -> in order.
//
// A part of Sorter (sort/sorter.h). One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/key_sort.h"

namespace pdns::sort {

struct Item {
  std::string_view key;
  std::string_view payload;
};

class Buffer {
 public:
  // Takes memory in blocks of `block` bytes; a longer item has one of its own.
  explicit Buffer(std::size_t block) : block_(block) {}

  std::size_t size() const { return index_.size(); }
  std::size_t item_bytes() const { return item_bytes_; }  // of all items

  // Good until the next change.
  Item operator[](std::size_t i) const;

  // The most bytes taken while such an item is added.
  std::size_t MemoryWith(const Item& item) const;

  void Add(const Item& item);

  // Equal keys stay in the order they were added. `unique`: of these only the first stays; `keep`:
  // only the first so many items stay (0: all).
  void Sort(bool unique, std::uint64_t keep);

  // Gives back the memory of items that Sort dropped. To be called after Sort before the next Add.
  void Compact();

  // Gives back all memory.
  void Clear();

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
    std::size_t used = 0;
  };

  bool Fits(std::size_t size) const;
  const char* Store(const Item& item);  // where the key begins

  std::size_t block_;
  std::size_t block_bytes_ = 0;  // of all blocks
  std::size_t item_bytes_ = 0;
  std::vector<Block> blocks_;
  std::vector<KeyRef> index_;  // to keys; in front of each its payload's size, u32
};

}  // namespace pdns::sort
