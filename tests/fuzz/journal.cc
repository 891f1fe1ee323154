// The journal: a chunk that is decoded is what JournalChunk writes.
#include "store/journal.h"

#include "check.h"
#include "store/row_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes bytes(data, size);
  if (const auto sequence = pdns::store::DecodeJournalKey(bytes))
    MUST_HOLD(pdns::store::JournalKey(*sequence) == pdns::AsText(bytes));
  const auto head = pdns::store::DecodeJournalHead(bytes);
  const auto entries = pdns::store::DecodeJournalEntries(bytes);
  if (!entries.has_value()) return 0;
  MUST_HOLD(head.has_value() && head->count == entries->size());
  pdns::store::JournalChunk chunk;
  chunk.Begin(1, head->committed);
  for (const auto& entry : *entries) {
    MUST_HOLD(entry.row_key.size() <= pdns::store::kMaxRowKey && !chunk.full());
    chunk.Add(entry.row_key, entry.kind);
  }
  MUST_HOLD(chunk.value() == pdns::AsText(bytes));
  return 0;
}
