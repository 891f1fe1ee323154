// What pdns-query's ways of running share: the database, opened, and the exit codes.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "store/database.h"

namespace pdns::tools {

inline constexpr int kNothingFound = 1;
inline constexpr int kIncomplete = 2;

// A moment of the database, which is `database` as it was given, which may be empty. kNoInput, with
// the way out; kIo, kCorrupt.
Result<std::unique_ptr<store::Snapshot>> OpenForQuery(const std::string& database);

}  // namespace pdns::tools
