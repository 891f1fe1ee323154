#include "tools/common/open_database.h"

#include "store_clickhouse/address.h"
#include "store_clickhouse/read/open.h"

namespace pdns::tools {

bool IsCluster(const std::string& database) { return store_clickhouse::IsAddress(database); }

Result<std::unique_ptr<store::Database>> OpenForReading(const std::string& database,
                                                        const store_rocks::ReadOptions& rocks) {
  if (!IsCluster(database)) return store_rocks::OpenDatabase(database, rocks);
  const auto address = store_clickhouse::ParseAddress(database);
  if (!address.ok()) return address.status();
  return store_clickhouse::OpenDatabase(*address);
}

}  // namespace pdns::tools
