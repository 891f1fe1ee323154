// A row of an answer, with what it answers: lookup, new_rows, pivot -> [Hit] -> render.
//
// Plain values; Asked and Hit borrow what they show.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "query/place.h"
#include "record/history.h"
#include "store/database.h"

namespace pdns::query {

// One of several things asked.
struct Asked {
  std::string_view text;   // as it was given
  std::uint64_t line = 0;  // of the list it stood in; 0: an argument
};

// Of rows of the journal: when and as what the row came into the database.
struct NewMark {
  std::uint64_t sequence = 0;  // store::NewRow's
  std::chrono::sys_seconds committed;
  store::NewKind kind = store::NewKind::kName;

  friend bool operator==(const NewMark&, const NewMark&) = default;
};

// Borrowed views, good for the call that hands it on.
struct Hit {
  record::Tuple tuple;
  record::History history;
  const Asked* asked = nullptr;       // none where only one thing was asked
  std::span<const std::string> path;  // of a pivot: names and addresses, as text, from where it
                                      // began to what this row was found at; else empty
  Place place{};                      // of a lookup and of new rows
  std::optional<NewMark> new_mark{};  // of new rows
};

}  // namespace pdns::query
