// The command expire: rows that were last seen long ago, or that a filter finds, are removed.
//
// Options, as texts: older (400d) or last-before (a time), one of them always; the filters of
// pdns-query by their names (type, name, glob, regex, exclude, bailiwick, sensor, first-before,
// max-count); quarantined; dry-run; trust-clock; compact (at the end, all table files into one
// run). What each means, query/text/from_texts.h says.
//
// How many rows went is kept in the database by the rule, which is made of the options, and by the
// month in which they were last seen: so a question that finds nothing can say that they expired.
// Rows go in steps of some ten thousand (store::Writer::Expire). Between two steps a batch that
// waits is stored. So a kill or a stop leaves whole steps, and the same command goes on.
//
// A clock that is wrong would make every row old. So nothing is removed while the newest row is
// more than kBelievedApart from the clock, unless trust-clock says that this is so.
// A dry-run counts all the same, and says whether the clock is believed.
#pragma once

#include <chrono>

#include "admin/work.h"

namespace pdns::admin {

inline constexpr std::chrono::days kBelievedApart{365};

// kUsage, also for a clock that is not believed; kDisk, kIo, kCorrupt: what was removed until then
// stays removed. Errors and thread as RunWork. Memory: a step, and a number for each month.
Result<control::Reply::Report> Expire(const Job& job);

// The name of the rule of these options: "older-400d", "last-before-2025-01-01 type=TXT
// quarantined"; at most 120 bytes.
std::string ExpiryRule(const query::NamedTexts& options);

}  // namespace pdns::admin
