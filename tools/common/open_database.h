// Which engine has the database that is read, by the text of --database: text -> [OpenForReading]
// -> store::Database.
//
// A path is a directory of RocksDB; "clickhouse://..." is a cluster. Functions: any thread.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "store/database.h"
#include "store_rocks/open.h"

namespace pdns::tools {

// `rocks` counts for a directory alone. kUsage: an address that cannot be one; else as the engine's
// OpenDatabase.
Result<std::unique_ptr<store::Database>> OpenForReading(const std::string& database,
                                                        const store_rocks::ReadOptions& rocks);

// Is it an address, or the path of a directory?
bool IsCluster(const std::string& database);

}  // namespace pdns::tools
