// Where an answer was cut, as text that a later run goes on from: the last hit that was told ->
// [LastHit] -> AnswerCursor -> text -> AnswerCursor.
//
// A cursor says where a row stands in the order of the answer, not where an engine keeps it, and
// the answer goes on exactly behind that: rows that came into the database since are told where
// they stand behind it, none twice and none left out, also when that row itself is gone.
//
// AnswerCursor and CursorHit are plain values. Functions: any thread, but Recall: the snapshot's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "query/hit.h"
#include "query/sort_key.h"
#include "record/tuple_key.h"
#include "store/database.h"

namespace pdns::query {

struct AnswerCursor {
  OwnedPlace place;
  std::uint64_t number = 0;  // what the hit was sorted by, for times and counts; of new rows: the
                             // sequence

  friend bool operator==(const AnswerCursor&, const AnswerCursor&) = default;
};

// One thread at a time. The last hit that was told. Goes along with every hit, so it copies bytes
// and hashes nothing.
class LastHit {
 public:
  // `by`: how the answer is sorted; nothing: as the database has it.
  void MoveTo(const Hit& hit, std::optional<SortBy> by);

  // Nothing before the first hit.
  std::optional<AnswerCursor> cursor() const;

 private:
  bool moved_ = false;
  std::uint64_t question_ = 0;
  std::uint64_t number_ = 0;
  std::string at_;
  std::string owner_;  // wire
  record::RrType type_{};
  std::string rdata_;
};

// Hex, at most some 2,200 digits. `asked` is all that decides about rows and their order; the
// cursor holds for this only.
std::string CursorToText(const AnswerCursor& cursor, std::string_view asked);

// kUsage: no cursor, a damaged one, or that of something else that was asked.
Result<AnswerCursor> CursorFromText(std::string_view text, std::string_view asked);

// The hit again, as far as a sort looks at it.
struct CursorHit {
  store::Side side = store::Side::kOwner;  // OrderOf its question
  OwnedPlace place;
  record::OwnedTuple tuple;
  record::History history;

  Hit view() const {
    return {tuple.view(), history, nullptr, {}, Place{place.question, side, place.row.at}, {}};
  }
};

// `by`: how the answer is sorted; nothing: by places alone. Only long rdata, where it is sorted by
// rdata, is looked up: kUsage when no row has it any more, or the database's error; all else stands
// in the cursor.
Result<CursorHit> Recall(store::Snapshot& snapshot, store::Trust trust, store::Side side,
                         const AnswerCursor& cursor, std::optional<SortBy> by);

}  // namespace pdns::query
