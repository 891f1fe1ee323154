// The answer to a request of the server's own API: ApiRequest, a moment of the database ->
// [AnswerApi] -> lines of JSON, and a last one that says how the answer ended:
//
//   {"end":{"whole":true,"limited":false,"rows":12,"scanned":345,"asked":[...],"notices":[...]}}
//
//   whole     all that was asked for is in this answer; else `why` says what is missing
//   limited   it ended at the limit, and there is more
//   cursor    where the next part goes on; absent where there is none
//   rows      in this answer; of a summary, a count and hits those that were counted
//   scanned   index entries that were looked at
//   asked     each question: as given, as understood, and its kind (ApiAsked)
//   bad, bad_lines, passed_over   of a list: ApiPassedOver
//   notices   what a person is to know of it; at most kMostNotices
//
// An answer without that line was cut off. Before the first line is sent, an error is a status with
// one line, {"error":{"status":400,"message":"..."}}.
//
// Rows are those of pdns-query --json (schema/rows.md). One thread, the snapshot's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "render/writer.h"
#include "serve/api/request.h"
#include "serve/common/answering.h"
#include "store/database.h"

namespace pdns::serve {

inline constexpr std::size_t kMostNotices = 100;

// Bytes of an answer that is sorted, and half as much again for a moment; the rest goes to disk.
inline constexpr std::size_t kSortMemory = std::size_t{48} << 20;

// How many lines of rows, names, values, hits or numbers were told.
std::uint64_t AnswerApi(store::Snapshot& snapshot, const ApiRequest& request, const Ending& ending,
                        Body& body);

// How its rows look. `sensors`: store::Snapshot::sensors().
render::Look LookOf(const ApiRequest& request, const std::vector<std::string>& sensors);

// The whole database in numbers, as pdns-query --stats --json prints it.
std::uint64_t AnswerStats(store::Snapshot& snapshot, Body& body);

// An error as one line of JSON. `message`: any bytes.
http::Answer ApiRefusal(int status, std::string_view message);

}  // namespace pdns::serve
