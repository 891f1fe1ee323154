#include "store_rocks/read/gathered_rows.h"

#include <rocksdb/slice.h>

#include <algorithm>
#include <span>

#include "store_rocks/get_sorted.h"

namespace pdns::store_rocks {
namespace {

// Bytes of values held. 262,144 rows together (reverse_scan.cc) have 64 bytes each: a value without
// long rdata is shorter, as a rule.
constexpr std::size_t kMostValues = std::size_t{16} << 20;

}  // namespace

void GatheredRows::Add(std::size_t number, const store::ReverseParts& parts) {
  Entry entry;
  entry.begin = bytes_.size();
  entry.number = static_cast<std::uint32_t>(number);
  entry.key_size = static_cast<std::uint16_t>(parts.row_key.size());
  entry.at_size = static_cast<std::uint16_t>(parts.at.size());
  entry.kind = parts.kind;
  bytes_ += parts.row_key;
  bytes_ += parts.at;
  found_.push_back(entry);
}

Status GatheredRows::HandUp(const Source& source, const Each& each) {
  // In the order of keys; then handed up in the order in which they were found, which is that of
  // the answer.
  Status status = LookUp(source);
  std::string again;
  for (const Entry& entry : found_) {
    if (!status.ok()) break;
    const std::string_view key = KeyOf(entry);
    const std::string_view at =
        std::string_view(bytes_).substr(entry.begin + entry.key_size, entry.at_size);
    Found found{entry.number, entry.kind, at, key, std::nullopt};
    if (entry.state == Entry::State::kNoRoom) {
      status = LookUpAgain(source, key, again);
      if (!status.ok()) break;
      found.value = again;
    } else if (entry.state == Entry::State::kHeld) {
      found.value = std::string_view(values_).substr(entry.value_begin, entry.value_size);
    }
    if (!each(found)) break;
  }
  found_.clear();
  bytes_.clear();
  values_.clear();
  return status;
}

Status GatheredRows::LookUp(const Source& source) {
  // An order beside the entries: they themselves stay in the order of the answer.
  std::vector<std::uint32_t> order(found_.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
    return KeyOf(found_[a]) < KeyOf(found_[b]);
  });
  return GetSorted(
      source.db, source.handles[kForward], source.path, order.size(),
      [&](std::size_t i) { return KeyOf(found_[order[i]]); },
      [&](std::size_t i, const rocksdb::Slice* value) {
        if (value != nullptr) Hold(found_[order[i]], {value->data(), value->size()});
        return Status();
      },
      source.moment);
}

void GatheredRows::Hold(Entry& entry, std::string_view value) {
  // Noted, not dropped: the row is there, and is read again when it is its turn.
  if (values_.size() + value.size() > kMostValues) {
    entry.state = Entry::State::kNoRoom;
    return;
  }
  entry.state = Entry::State::kHeld;
  entry.value_begin = values_.size();
  entry.value_size = static_cast<std::uint32_t>(value.size());
  values_ += value;
}

Status GatheredRows::LookUpAgain(const Source& source, std::string_view key,
                                 std::string& value) const {
  return GetSorted(
      source.db, source.handles[kForward], source.path, 1, [&](std::size_t) { return key; },
      [&](std::size_t, const rocksdb::Slice* found) {
        value.assign(found == nullptr ? std::string_view()
                                      : std::string_view(found->data(), found->size()));
        return Status();
      },
      source.moment);
}

}  // namespace pdns::store_rocks
