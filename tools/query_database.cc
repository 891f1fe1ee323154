#include "query_database.h"

#include "database_path.h"
#include "store/rocks.h"

namespace pdns::tools {

Result<std::unique_ptr<store::Reader>> OpenForQuery(const std::string& database,
                                                    store::Index mostly) {
  const auto path = DatabasePath(database, Access::kRead);
  if (!path.ok()) return path.status();
  auto reader = store::OpenRocksReader(*path, mostly);
  if (!reader.ok() && reader.status().code() == Code::kNoInput) {
    return Status::NoInput(reader.status().message() +
                           "; name another with --database or PDNS_DATABASE");
  }
  return reader;
}

}  // namespace pdns::tools
