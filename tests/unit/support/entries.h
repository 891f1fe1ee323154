// Entries as tests want them: made of tuples, and tuples again.
#pragma once

#include <gtest/gtest.h>

#include <span>
#include <vector>

#include "record/entry.h"
#include "record/tuple_key.h"

namespace pdns::testing {

// What an entry holds; owns its bytes.
struct Observed {
  record::OwnedTuple tuple;
  record::Sighting sighting;
};

inline bool Same(const record::Sighting& a, const record::Sighting& b) {
  return a.first == b.first && a.last == b.last && a.count == b.count &&
         a.bailiwick == b.bailiwick && a.reasons == b.reasons && a.sensors == b.sensors;
}

inline const record::Entry* AddEntry(record::EntryArena& arena, const record::Tuple& tuple,
                                     const record::Sighting& sighting) {
  std::uint8_t* key = arena.Reserve(record::MaxTupleKeySize(tuple));
  const auto size = static_cast<std::size_t>(record::WriteTupleKey(key, tuple) - key);
  return &arena[arena.Commit(sighting, size)];
}

inline Observed Read(const record::Entry& entry) {
  const auto tuple = record::DecodeTupleKey(entry.key());
  if (!tuple.has_value()) ADD_FAILURE() << "no tuple key: " << ToHex(entry.key());
  return {tuple.value_or(record::OwnedTuple()), entry.sighting};
}

inline std::vector<Observed> Read(std::span<const record::Entry* const> entries) {
  std::vector<Observed> all;
  for (const record::Entry* entry : entries) all.push_back(Read(*entry));
  return all;
}

}  // namespace pdns::testing
