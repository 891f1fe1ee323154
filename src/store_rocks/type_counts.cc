#include "store_rocks/type_counts.h"

namespace pdns::store_rocks {
namespace {

std::size_t NumberOf(record::RrType type) { return static_cast<std::uint16_t>(type); }

}  // namespace

std::uint64_t TypeCounts::Of(record::RrType type) const {
  const auto& block = blocks_[NumberOf(type) / kBlock];
  return block == nullptr ? 0 : (*block)[NumberOf(type) % kBlock];
}

std::uint64_t& TypeCounts::Mutable(record::RrType type) {
  std::shared_ptr<Block>& block = blocks_[NumberOf(type) / kBlock];
  if (block == nullptr) {
    block = std::make_shared<Block>();
  } else if (block.use_count() > 1) {
    block = std::make_shared<Block>(*block);
  }
  return (*block)[NumberOf(type) % kBlock];
}

std::uint64_t& TypeCounts::Change(record::RrType type) {
  changed_.insert(type);
  return Mutable(type);
}

void TypeCounts::ForEach(const std::function<void(record::RrType, std::uint64_t)>& call) const {
  for (std::size_t i = 0; i < kBlocks; ++i) {
    if (blocks_[i] == nullptr) continue;
    for (std::size_t at = 0; at < kBlock; ++at) {
      const std::uint64_t count = (*blocks_[i])[at];
      if (count > 0) call(static_cast<record::RrType>(i * kBlock + at), count);
    }
  }
}

std::size_t TypeCounts::BlocksApart(const TypeCounts& other) const {
  std::size_t apart = 0;
  for (std::size_t i = 0; i < kBlocks; ++i) {
    if (blocks_[i] != nullptr && blocks_[i] != other.blocks_[i]) ++apart;
  }
  return apart;
}

}  // namespace pdns::store_rocks
