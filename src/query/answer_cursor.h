// Where an answer was cut, as text that a later run goes on from: the last hit that was told ->
// [AnswerCursor] -> --cursor.
//
// Rows that came into the database since are told where they stand behind that hit, none twice and
// none left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/status.h"
#include "query/hit.h"
#include "query/sort_key.h"
#include "record/tuple_key.h"
#include "store/store.h"

namespace pdns::query {

struct AnswerCursor {
  // Longer keys are cut to this and have their digest beside them: rdata may have 65535 bytes, and
  // the kernel takes at most 128 KiB for an argument.
  static constexpr std::size_t kMostKey = 512;

  OwnedPlace place;
  std::optional<Digest> digest;  // of the whole key, where place.key is but its beginning
  std::uint64_t number = 0;      // what the hit was sorted by, for times and counts

  // `by`: how the answer is sorted; nothing: as the store has it. Cheap: it goes along with every
  // hit that is told.
  void MoveTo(const Hit& hit, std::optional<SortBy> by);
};

// Hex. `asked` is all that decides about rows and their order; the cursor holds for this only.
std::string CursorToText(const AnswerCursor& cursor, std::string_view asked);

// kUsage: no cursor, a damaged one, or that of something else that was asked.
Result<AnswerCursor> CursorFromText(std::string_view text, std::string_view asked);

// The hit again, as far as a sort looks at it.
struct CursorHit {
  OwnedPlace place;
  record::OwnedTuple tuple;
  record::Sighting sighting;

  Hit view() const { return {tuple.view(), sighting, nullptr, {}, View(place)}; }
};

// Looks it up in the index that is scanned for its question. kUsage: it is not in this database;
// else the store's.
Result<CursorHit> Recall(store::Reader& reader, store::Index index, const AnswerCursor& cursor);

}  // namespace pdns::query
