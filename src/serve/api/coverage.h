// What an answer of nothing rests on: a moment of the database -> [AnswerCoverage] -> one line of
// JSON.
//
//   time_first, time_last   the span of the trusted rows, in seconds since 1970; absent without
//   rows tuples, rrnames         trusted rows, different rrnames of them; quarantined: rows that
//   are not sensors                 by name; "" for frames without an identity frames seen = used +
//   skipped + malformed + refused + lost: lost ones came while
//                           the database took nothing (its disk was full)
//   expired                 rows that retention took
//   journal_from            how far back the journal of new rows goes; absent where it is empty
//   captures                files that were taken
//   now                     the time of the server
//
// Reads no rows. One thread, the snapshot's.
#pragma once

#include <chrono>
#include <cstdint>

#include "serve/common/body.h"
#include "store/database.h"

namespace pdns::serve {

// How many rows it told: none.
std::uint64_t AnswerCoverage(store::Snapshot& snapshot, std::chrono::sys_seconds now, Body& body);

}  // namespace pdns::serve
