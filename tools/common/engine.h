// Which engine has the database, by the text of --database: text -> [PlaceOf] -> Place ->
// OpenWriter.
//
// A path is a directory of RocksDB; "clickhouse://..." is a cluster, with an outbox on this
// machine. Functions: any thread. A Place is a value.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/status.h"
#include "store/writer.h"
#include "store_clickhouse/open.h"
#include "store_rocks/open.h"

namespace pdns::tools {

struct Place {
  std::string text;       // for people: the path, or the address without its options
  std::string directory;  // on this machine: the database, or the outbox
  std::optional<store_clickhouse::Address> cluster;
};

// Of a database that is written. `outbox`: of --outbox, empty if it was not given; without it the
// address says it, else it is `outbox` in the directory that a database would have (DataDirectory).
// kUsage: an address that cannot be one; an outbox for what has none, or two of them.
Result<Place> WritePlace(const std::string& database, const std::string& outbox);

struct WriteSetup {
  Place place;
  store_rocks::WriteOptions rocks;
  store_clickhouse::WriteOptions cluster;  // its outbox comes from the place
};

// Errors as the engine's OpenWriter.
Result<std::unique_ptr<store::Writer>> OpenWriter(const WriteSetup& setup);

}  // namespace pdns::tools
