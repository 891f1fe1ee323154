// The journal's rows: the keys of new tuples in the order in which they were committed ->
// [JournalChunk] -> key and value. Laid down byte by byte in schema/keys.md.
//
// One row holds up to kMost tuples of one batch, sorted, each without the bytes that it shares with
// the one before. That takes half the bytes of a row for each tuple, and a fraction of the writes.
//
// A chunk: one thread at a time. Functions keep no state.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "store/database.h"

namespace pdns::store {

class JournalChunk {
 public:
  static constexpr std::size_t kMost = 256;  // tuples

  // Empties the chunk. `first` is the number of the tuple that is added next.
  void Begin(std::uint64_t first, std::chrono::sys_seconds committed);

  // Row keys rise from call to call. Not if full().
  void Add(std::string_view row_key, NewKind kind);

  bool empty() const { return count_ == 0; }
  bool full() const { return count_ == kMost; }
  std::string key() const;
  std::string value() const;

 private:
  std::uint64_t first_ = 0;
  std::uint64_t committed_ = 0;
  std::size_t count_ = 0;
  std::string before_;
  std::string entries_;
};

std::string JournalKey(std::uint64_t sequence);
std::optional<std::uint64_t> DecodeJournalKey(Bytes key);

struct JournalHead {
  std::chrono::sys_seconds committed;
  std::uint64_t count = 0;  // of tuples, 1 to kMost
};
std::optional<JournalHead> DecodeJournalHead(Bytes value);

struct JournalEntry {
  std::string row_key;
  NewKind kind = NewKind::kName;
};

// Nothing for bytes that JournalChunk would not write.
std::optional<std::vector<JournalEntry>> DecodeJournalEntries(Bytes value);

}  // namespace pdns::store
