// A request answered: Request -> [Lookup] -> rows, streamed from the store in key order.
#pragma once

#include <cstdint>

#include "base/status.h"
#include "query/request.h"
#include "store/store.h"

namespace pdns::query {

struct Outcome {
  std::uint64_t rows = 0;
  bool limited = false;  // there are more rows than the limit let through
  Status status;         // not ok: the store was not whole, rows are what could be read
};

// `sink` may end the answer by returning false.
Outcome Lookup(store::Reader& reader, const Request& request, const store::RowSink& sink);

}  // namespace pdns::query
