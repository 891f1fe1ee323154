// What there is to say about an answer beside its rows, in sentences: query::Outcome -> [...Notes]
// -> lines of standard error, notices of the server's own API.
//
// Functions: any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/request.h"
#include "query/run.h"
#include "record/statistics.h"

namespace pdns::render {

// Questions that no part of the database answers: what was looked at. More than kMostScans say no
// more to a person, and are thousands where thousands of wildcards are asked.
inline constexpr std::size_t kMostScanNotes = 10;
std::vector<std::string> ScanNotes(const query::Outcome& outcome);

// The journal does not go back to where the answer begins. None: it does.
std::optional<std::string> GapNote(const query::Outcome& outcome, bool local);

// "12 rows expired, of which the newest was last seen in 2025-10": what else nothing found may
// mean. None: no row ever did.
std::optional<std::string> ExpiredNote(const record::Statistics& statistics);

// What a pivot did not follow, one sentence a node. `mark`: before the names of options ("--").
std::vector<std::string> CutNotes(const query::Request& request, const query::Outcome& outcome,
                                  std::string_view mark);

}  // namespace pdns::render
