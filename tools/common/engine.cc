#include "tools/common/engine.h"

#include <utility>

#include "tools/common/database_path.h"

namespace pdns::tools {
namespace {

Result<std::string> OutboxOf(const store_clickhouse::Address& address, const std::string& given) {
  if (!given.empty() && !address.outbox.empty() && given != address.outbox)
    return Status::Usage("--outbox: the address of the database says another outbox");
  if (!given.empty()) return given;
  if (!address.outbox.empty()) return address.outbox;
  const auto directory = DataDirectory(Access::kWrite);
  if (!directory.ok()) {
    return Status::Usage("no directory for the outbox of the cluster is known: give --outbox DIR");
  }
  return *directory + "/outbox";
}

}  // namespace

Result<Place> WritePlace(const std::string& database, const std::string& outbox) {
  if (!store_clickhouse::IsAddress(database)) {
    if (outbox.empty()) return Place{database, database, std::nullopt};
    return Status::Usage("--outbox is for a cluster: give -d clickhouse://HOST as well");
  }
  auto address = store_clickhouse::ParseAddress(database);
  if (!address.ok()) return address.status();
  auto directory = OutboxOf(*address, outbox);
  if (!directory.ok()) return directory.status();
  const std::string text = address->text();
  return Place{text, std::move(*directory), std::move(*address)};
}

Result<std::unique_ptr<store::Writer>> OpenWriter(const WriteSetup& setup) {
  if (!setup.place.cluster.has_value())
    return store_rocks::OpenWriter(setup.place.directory, setup.rocks);
  store_clickhouse::WriteOptions how = setup.cluster;
  how.outbox = setup.place.directory;
  return store_clickhouse::OpenWriter(*setup.place.cluster, how);
}

}  // namespace pdns::tools
