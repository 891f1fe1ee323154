#include "tools/admin/init_cluster.h"

#include <fmt/format.h>

#include <cstdio>

#include "admin/report.h"
#include "store_clickhouse/address.h"
#include "store_clickhouse/client.h"
#include "store_clickhouse/schema.h"

namespace pdns::tools {
namespace {

using store_clickhouse::Address;
using store_clickhouse::Client;

// Of one server. `statements`: what is, or would be, said there.
Result<std::string> InitServer(const Address& address, Client& client, bool dry_run,
                               std::string& statements) {
  const auto server = store_clickhouse::Identify(client);
  if (!server.ok()) return server.status();
  statements += fmt::format("-- {}: ClickHouse {}\n", client.name(), server->version);
  for (const std::string& statement : store_clickhouse::InitStatements(address, *server)) {
    statements += statement + ";\n";
    if (dry_run) continue;
    Status done = client.Execute(statement);
    if (done.ok()) continue;
    // A table that was there already may be another one, which says more than the statement does.
    const auto fit = store_clickhouse::Handshake(client, address);
    return fit.status().code() == Code::kNoInput ? fit.status() : done;
  }
  if (!dry_run) {
    if (const auto fit = store_clickhouse::Handshake(client, address); !fit.ok())
      return fit.status();
  }
  return fmt::format("{}: ClickHouse {}", client.name(), server->version);
}

Result<int> Run(const CommandInput& input) {
  const std::string text = input.words.empty() ? input.Text("database") : input.words.front();
  if (!store_clickhouse::IsAddress(text))
    return Status::Usage("init-cluster: give an address, as clickhouse://pdns@host1,host2/pdns");
  const auto address = store_clickhouse::ParseAddress(text);
  if (!address.ok()) return address.status();
  const auto password = store_clickhouse::ReadPassword(*address);
  if (!password.ok()) return password.status();
  std::string statements;
  std::vector<std::string> servers;
  for (std::size_t shard = 0; shard < address->shards.size(); ++shard) {
    Client client(*address, shard, *password, {});
    auto server = InitServer(*address, client, input.Has("dry-run"), statements);
    if (!server.ok()) return server.status();
    servers.push_back(std::move(*server));
  }
  admin::Report report;
  report.Text("table", store_clickhouse::TableOf(*address));
  report.Texts("servers", std::move(servers));
  if (input.Has("json")) {
    std::printf("%s\n", report.json(input.command).c_str());
  } else {
    std::fputs(input.Has("dry-run") ? statements.c_str() : report.text().c_str(), stdout);
  }
  return 0;
}

}  // namespace

Command InitClusterCommand() {
  using enum OptionKind;
  return {"init-cluster",
          "ADDRESS",
          "Make the tables of a cluster of ClickHouse servers; again changes nothing",
          1,
          {"init-cluster",
           {{"dry-run", kFlag, "", OptionRow::kAbsent, "Print the SQL, and change nothing"}}},
          &Run};
}

}  // namespace pdns::tools
