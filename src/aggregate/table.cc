#include "aggregate/table.h"

#include <cstring>

#include "base/hash.h"
#include "record/tuple_key.h"

namespace pdns::aggregate {
namespace {

constexpr std::size_t kFewestSlots = 1024;

// Three of four slots may be taken.
constexpr bool IsFull(std::size_t size, std::size_t slots) { return size * 4 >= slots * 3; }

}  // namespace

Table::Table() : seed_(RandomSeed()) {}

void Table::Add(const record::Tuple& tuple, const record::Sighting& sighting) {
  if (IsFull(size_, slots_.size())) Grow();
  std::uint8_t* key = arena_.Reserve(record::MaxTupleKeySize(tuple));
  const auto key_size = static_cast<std::size_t>(record::WriteTupleKey(key, tuple) - key);
  const auto hash = static_cast<std::uint32_t>(Hash64({key, key_size}, seed_));
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    Slot& slot = slots_[i];
    if (slot.place == 0) {
      slot = {hash, arena_.Commit(sighting, key_size) + 1};
      ++size_;
      return;
    }
    if (slot.hash != hash) continue;
    record::Entry& entry = arena_[slot.place - 1];
    if (entry.key_size != key_size || std::memcmp(entry.key().data(), key, key_size) != 0) continue;
    record::Merge(entry.sighting, sighting);
    return;
  }
}

void Table::Grow() {
  std::vector<Slot> old(slots_.empty() ? kFewestSlots : 2 * slots_.size());
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.place == 0) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].place != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

void Table::List(std::vector<const record::Entry*>& out) const {
  out.reserve(out.size() + size_);
  arena_.ForEach([&out](const record::Entry& entry) { out.push_back(&entry); });
}

void Table::Clear() {
  std::size_t slots = slots_.size();
  while (slots > kFewestSlots && !IsFull(size_, slots / 2)) slots /= 2;
  slots_.assign(slots, Slot{});
  slots_.shrink_to_fit();
  arena_.Clear();
  size_ = 0;
}

}  // namespace pdns::aggregate
