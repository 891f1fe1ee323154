// The last line of an answer of the server's own API: query::Outcome -> [ApiEndLine] -> one line of
// JSON. See serve/api/answer.h. Functions: any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "query/run.h"
#include "serve/api/request.h"

namespace pdns::serve {

struct ApiEnd {
  std::uint64_t rows = 0;      // as the line says them
  std::string_view why_ended;  // of an answer that ended before its limit though the database was
                               // read: the time, the key's rows; else empty
};

std::string ApiEndLine(const ApiRequest& request, const query::Outcome& outcome, const ApiEnd& end);

}  // namespace pdns::serve
