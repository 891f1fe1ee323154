// Rows of `fwd` that were found by reverse keys: gathered, looked up in the order of their keys,
// and handed up in the order in which they were found. Neighbours then share the blocks, indexes
// and filters that their lookups read. Guest: rocksdb. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "store/reverse_key.h"
#include "store_rocks/read/source.h"

namespace pdns::store_rocks {

// Memory: for each row its key, some 25 bytes, and its value; of all values 16 MiB. A row whose
// value has no room any more is looked up again when its turn comes.
class GatheredRows {
 public:
  // A row with what it was found at. Views are good for the call.
  struct Found {
    std::size_t number = 0;  // as given to Add
    store::Kind kind{};
    std::string_view at;
    std::string_view row_key;
    std::optional<std::string_view> value;  // none: there is no such row
  };
  // False ends it.
  using Each = std::function<bool(const Found&)>;

  std::size_t size() const { return found_.size(); }

  // `number`: what was asked when the row was found.
  void Add(std::size_t number, const store::ReverseParts& parts);

  // Hands up all rows, and forgets them. kIo, kCorrupt: an error of the engine; the rows before it
  // were handed up.
  Status HandUp(const Source& source, const Each& each);

 private:
  struct Entry {
    std::uint64_t begin = 0;  // in bytes_: key, then what it was found at
    std::uint64_t value_begin = 0;
    std::uint32_t value_size = 0;
    std::uint32_t number = 0;
    std::uint16_t key_size = 0;
    std::uint16_t at_size = 0;
    store::Kind kind{};
    enum class State : std::uint8_t { kAbsent, kHeld, kNoRoom } state = State::kAbsent;
  };

  std::string_view KeyOf(const Entry& entry) const {
    return std::string_view(bytes_).substr(entry.begin, entry.key_size);
  }
  Status LookUp(const Source& source);
  void Hold(Entry& entry, std::string_view value);
  Status LookUpAgain(const Source& source, std::string_view key, std::string& value) const;

  std::vector<Entry> found_;
  std::string bytes_;
  std::string values_;
};

}  // namespace pdns::store_rocks
