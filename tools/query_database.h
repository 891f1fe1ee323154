// What pdns-query's ways of running share: the database, opened, and the exit codes.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "store/store.h"

namespace pdns::tools {

inline constexpr int kNothingFound = 1;
inline constexpr int kIncomplete = 2;

// `database` as it was given, which may be empty; `mostly` is what will be scanned. kNoInput, with
// the way out; kIo, kCorrupt.
Result<std::unique_ptr<store::Reader>> OpenForQuery(const std::string& database,
                                                    store::Index mostly);

}  // namespace pdns::tools
