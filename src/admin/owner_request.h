// Names and filters of a command that works on rows by their owner, as pdns-query reads them:
// texts -> [ReadOwnerRequest] -> a request, of which the command takes row after row.
//
// Functions: any thread.
#pragma once

#include <chrono>
#include <string>

#include "base/status.h"
#include "query/request.h"
#include "query/text/named_texts.h"
#include "store/database.h"

namespace pdns::admin {

// `texts`: filters, and each name as "q", by the names of query/text/from_texts.h; without a name
// all rows are meant. kUsage, in words that name `command`: what is no filter, glob or regex
// without a name, names that are not those of owners, or seconds since 1970 that are before 2012 or
// more than a day to come, which a slip of a digit makes of a time.
Result<query::Request> ReadOwnerRequest(const std::string& command, query::NamedTexts texts,
                                        std::chrono::sys_seconds now);

// Is this row one of the `number`th question? Of several that find a row the first one has it.
bool IsRowOf(const query::Request& request, std::size_t number, const store::Row& row);

}  // namespace pdns::admin
