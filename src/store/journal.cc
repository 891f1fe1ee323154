#include "store/journal.h"

#include <algorithm>
#include <cassert>

#include "store/row_key.h"
#include "store/value.h"

namespace pdns::store {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

// What an entry begins with: how many bytes it has from the one before, times two, and the kind.
constexpr std::uint64_t kIsRdata = 1;

JournalHead ReadHead(Cursor& cursor) {
  JournalHead head;
  const std::uint64_t committed = cursor.Varint();
  head.count = cursor.Varint();
  if (committed > kMaxSeconds || head.count == 0 || head.count > JournalChunk::kMost) cursor.Fail();
  if (cursor.ok()) head.committed = sys_seconds(seconds(committed));
  return head;
}

}  // namespace

void JournalChunk::Begin(std::uint64_t first, sys_seconds committed) {
  first_ = first;
  committed_ = static_cast<std::uint64_t>(committed.time_since_epoch().count());
  count_ = 0;
  before_.clear();
  entries_.clear();
}

void JournalChunk::Add(std::string_view row_key, NewKind kind) {
  assert(count_ < kMost && row_key > before_);
  const auto [end, ignored] =
      std::mismatch(before_.begin(), before_.end(), row_key.begin(), row_key.end());
  const auto shared = static_cast<std::size_t>(end - before_.begin());
  AppendVarint(entries_, shared << 1 | (kind == NewKind::kRdata ? kIsRdata : 0));
  AppendVarint(entries_, row_key.size() - shared);
  entries_ += row_key.substr(shared);
  before_ = row_key;
  ++count_;
}

std::string JournalChunk::key() const { return JournalKey(first_); }

std::string JournalChunk::value() const {
  std::string value;
  AppendVarint(value, committed_);
  AppendVarint(value, count_);
  return value += entries_;
}

std::string JournalKey(std::uint64_t sequence) {
  std::string key;
  AppendU64(key, sequence);
  return key;
}

std::optional<std::uint64_t> DecodeJournalKey(Bytes key) {
  Cursor cursor(key);
  const std::uint64_t sequence = cursor.U64();
  return cursor.AtEnd() ? std::optional(sequence) : std::nullopt;
}

std::optional<JournalHead> DecodeJournalHead(Bytes value) {
  Cursor cursor(value);
  const JournalHead head = ReadHead(cursor);
  return cursor.ok() ? std::optional(head) : std::nullopt;
}

std::optional<std::vector<JournalEntry>> DecodeJournalEntries(Bytes value) {
  Cursor cursor(value);
  const JournalHead head = ReadHead(cursor);
  std::vector<JournalEntry> entries;
  std::string key;
  while (cursor.ok() && entries.size() < head.count) {
    const std::uint64_t begin = cursor.Varint();
    const std::uint64_t size = cursor.Varint();
    const Bytes rest =
        cursor.Read(static_cast<std::size_t>(std::min<std::uint64_t>(size, kMaxRowKey + 1)));
    const std::uint64_t shared = begin >> 1;
    // Keys rise, and are told from the byte on in which they do. A failed read leaves no rest.
    if (shared > key.size() || rest.empty()) cursor.Fail();
    if (!cursor.ok()) break;
    if (shared < key.size() && rest[0] <= static_cast<std::uint8_t>(key[shared])) cursor.Fail();
    key.resize(static_cast<std::size_t>(shared));
    key += AsText(rest);
    if (key.size() > kMaxRowKey) cursor.Fail();
    entries.push_back({key, (begin & kIsRdata) != 0 ? NewKind::kRdata : NewKind::kName});
  }
  if (!cursor.AtEnd()) return std::nullopt;
  return entries;
}

}  // namespace pdns::store
