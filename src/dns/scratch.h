// Memory for the names and rdata of one message: handed out front to back, taken back at once.
//
// Blocks never move, so a view is good as soon as it is made. They are kept from message to
// message; a message of 64 KiB whose every name is a pointer to a long one fills about 30.
//
// One thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"

namespace pdns::dns {

class Scratch {
 public:
  // Room for at least `n` bytes, not yet kept: the next Room may be the same.
  std::uint8_t* Room(std::size_t n) {
    if (n > static_cast<std::size_t>(end_ - next_)) NextBlock(n);
    return next_;
  }

  // The first `n` bytes of the last Room, good until Clear.
  Bytes Keep(std::size_t n) {
    const Bytes kept(next_, n);
    next_ += n;
    return kept;
  }

  void Clear() {
    used_ = 0;
    next_ = end_ = nullptr;
    if (!blocks_.empty()) UseBlock();
  }

 private:
  struct Block {
    std::unique_ptr<std::uint8_t[]> bytes;
    std::size_t size = 0;
  };

  void UseBlock() {
    next_ = blocks_[used_].bytes.get();
    end_ = next_ + blocks_[used_].size;
    ++used_;
  }

  void NextBlock(std::size_t n) {
    constexpr std::size_t kBlockSize = 64U << 10;
    while (used_ < blocks_.size() && blocks_[used_].size < n) ++used_;
    if (used_ == blocks_.size()) {
      const std::size_t size = std::max(n, kBlockSize);
      blocks_.push_back({std::make_unique_for_overwrite<std::uint8_t[]>(size), size});
    }
    UseBlock();
  }

  std::vector<Block> blocks_;
  std::size_t used_ = 0;  // blocks begun
  std::uint8_t* next_ = nullptr;
  std::uint8_t* end_ = nullptr;
};

}  // namespace pdns::dns
