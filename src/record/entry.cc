#include "record/entry.h"

#include <new>

namespace pdns::record {

std::uint8_t* EntryArena::Reserve(std::size_t size) {
  if (used_blocks_ == 0 || SizeOf(size) > kBlock - next_) {
    if (used_blocks_ > 0) blocks_[used_blocks_ - 1]->end = next_;
    if (used_blocks_ == blocks_.size()) blocks_.push_back(std::make_unique_for_overwrite<Block>());
    ++used_blocks_;
    next_ = 0;
  }
  return reinterpret_cast<std::uint8_t*>(blocks_[used_blocks_ - 1]->bytes + next_ + sizeof(Entry));
}

EntryArena::Ref EntryArena::Commit(const Sighting& sighting, std::size_t key_size) {
  new (blocks_[used_blocks_ - 1]->bytes + next_)
      Entry{sighting, static_cast<std::uint32_t>(key_size)};
  const auto ref = static_cast<Ref>((used_blocks_ - 1) * kUnits + next_ / kAlign);
  next_ += SizeOf(key_size);
  return ref;
}

void EntryArena::Clear() {
  blocks_.resize(used_blocks_);
  used_blocks_ = 0;
  next_ = 0;
}

}  // namespace pdns::record
