#include "store_clickhouse/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/whole_number.h"
#include "store/meta_rows.h"

namespace pdns::store_clickhouse {
namespace {

constexpr unsigned kMajor = 1;
constexpr std::string_view kVersion = "1.0";

// Settings of a statement that newer servers have and must be told.
constexpr std::array<std::string_view, 3> kOptionalSettings{"async_insert", "optimize_on_insert",
                                                            "insert_deduplication_token"};
// Settings of a table, with values, that newer servers have.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTableSettings{{
    {"non_replicated_deduplication_window", "10000"},
    {"default_compression_codec", "'ZSTD(1)'"},
    {"fsync_after_insert", "1"},
    {"fsync_part_directory", "1"},
}};

constexpr std::array<Column, 12> kColumns{{
    {"kind", "UInt8", ""},
    {"key", "String", ""},
    {"rrtype", "UInt16", ""},
    {"owner", "String", ""},
    {"rdata", "String", ""},
    {"first", "AggregateFunction(min, UInt64)", "minState(toUInt64(0))"},
    {"last", "AggregateFunction(max, UInt64)", "maxState(toUInt64(0))"},
    {"cnt", "AggregateFunction(sum, UInt64)", "sumState(toUInt64(0))"},
    {"zone", "AggregateFunction(max, UInt8)", "maxState(toUInt8(0))"},
    {"reasons", "AggregateFunction(groupBitOr, UInt8)", "groupBitOrState(toUInt8(0))"},
    {"sensors", "AggregateFunction(groupBitOr, UInt64)", "groupBitOrState(toUInt64(0))"},
    {"days", "AggregateFunction(groupUniqArray, UInt32)", "groupUniqArrayState(toUInt32(0))"},
}};

constexpr std::string_view kStates =
    "minState(toUInt64(7)), maxState(toUInt64(9)), sumState(toUInt64(3)), maxState(toUInt8(2)), "
    "groupBitOrState(toUInt8(1)), groupBitOrState(toUInt64(5)), "
    "groupUniqArrayState(toUInt32(20454))";
constexpr std::string_view kStatesAnswer =
    "010700000000000000"
    "010900000000000000"
    "0300000000000000"
    "0102"
    "01"
    "0500000000000000"
    "01e64f0000";

template <class Names>
std::string Quoted(const Names& names) {
  std::string list;
  for (const auto& name : names) list += fmt::format("{}'{}'", list.empty() ? "" : ", ", name);
  return list;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// What a server says of itself and of the table.
struct Told {
  Server server;
  std::vector<std::string> columns;  // "key String"; none: there is no table
  std::string states;                // of kStates
};

std::string ReadText(Cursor& cursor) {
  return std::string(AsText(cursor.Read(static_cast<std::size_t>(cursor.Varint()))));
}

std::vector<std::string> ReadTexts(Cursor& cursor) {
  std::vector<std::string> texts;
  // One that counts more than there are ends with the cursor.
  for (std::uint64_t left = cursor.Varint(); left > 0 && cursor.ok(); --left)
    texts.push_back(ReadText(cursor));
  return texts;
}

// All in one statement, since each costs a way to the server and back. It reads no table of pdns,
// so it can be answered by a server that has none.
Result<Told> AskServer(Client& client, std::string_view database) {
  std::vector<std::string_view> of_tables;
  of_tables.reserve(kTableSettings.size());
  for (const auto& [name, value] : kTableSettings) of_tables.push_back(name);
  auto body = client.Ask(fmt::format(
      "SELECT version(), (SELECT groupArray(name) FROM (SELECT name FROM system.settings WHERE "
      "name IN ({}) UNION ALL SELECT name FROM system.merge_tree_settings WHERE name IN ({}))), "
      "(SELECT groupArray(concat(name, ' ', type)) FROM system.columns WHERE database = '{}' AND "
      "table = '{}'), {} FORMAT RowBinary",
      Quoted(kOptionalSettings), Quoted(of_tables), database, kTable, kStates));
  if (!body.ok()) return body.status();
  Cursor cursor(AsBytes(*body));
  Told told;
  told.server.version = Printable(ReadText(cursor));
  told.server.settings = ReadTexts(cursor);
  told.columns = ReadTexts(cursor);
  if (!cursor.ok() || told.server.version.empty()) {
    return Status::Malformed(client.name() +
                             ": it does not tell its version in the form that ClickHouse has");
  }
  told.states = AsText(cursor.Read(cursor.left()));
  return told;
}

Status CheckStates(const Client& client, const Told& told) {
  if (ToHex(AsBytes(told.states)) == kStatesAnswer) return {};
  return Status::Malformed(
      fmt::format("{}: the states of its aggregate functions have other bytes than those of the "
                  "versions 18.16 to 26.5, for which this program was made",
                  client.name()));
}

Status CheckColumns(const Client& client, const Address& address, const Told& told) {
  const std::string table = fmt::format("{}: table {}", client.name(), TableOf(address));
  auto found = told.columns;
  if (found.empty())
    return Status::NoInput(table + ": it is not there: pdns-admin init-cluster makes it");
  std::vector<std::string> wanted;
  wanted.reserve(kColumns.size());
  for (const Column& column : kColumns)
    wanted.push_back(fmt::format("{} {}", column.name, column.type));
  std::sort(found.begin(), found.end());
  std::sort(wanted.begin(), wanted.end());
  if (found == wanted) return {};
  return Status::NoInput(table +
                         ": it has other columns than those of this version of pdns: give another "
                         "database in the address");
}

Status CheckVersion(Client& client, const Address& address) {
  auto told = client.Ask(
      fmt::format("SELECT DISTINCT rdata FROM {} WHERE kind = {} AND key = 'schema' ORDER BY rdata "
                  "FORMAT TabSeparated",
                  TableOf(address), static_cast<unsigned>(RowKind::kLedger)));
  if (!told.ok()) return told.status();
  const auto versions = Lines(*told);
  const std::string table = fmt::format("{}: table {}", client.name(), TableOf(address));
  if (versions.empty()) {
    return Status::NoInput(table +
                           ": the row of its version is not there: pdns-admin init-cluster writes "
                           "it, if the table is one of pdns");
  }
  const std::string& newest = versions.back();
  const std::size_t dot = newest.find('.');
  const auto major = dot == std::string::npos
                         ? std::nullopt
                         : WholeNumber<unsigned>(std::string_view(newest).substr(0, dot));
  if (major == kMajor) return {};
  return Status::NoInput(fmt::format(
      "{}: it is of version {}, this program knows {}: {}", table, Printable(newest), kVersion,
      major.has_value() && *major > kMajor ? "upgrade pdns"
                                           : "give another database in the address"));
}

}  // namespace

std::span<const Column> Columns() { return kColumns; }

std::string TableOf(const Address& address) {
  return fmt::format("{}.{}", address.database, kTable);
}

std::string Literal(std::string_view bytes) {
  return fmt::format("unhex('{}')", ToHex(AsBytes(bytes)));
}

std::string SourceKey(const record::SourceId& id) {
  std::string key(kSourcePrefix);
  AppendBytes(key, id.first_frame);
  AppendU32(key, id.variant);
  return key;
}

std::string PositionText(const record::Position& position) {
  std::string text;
  AppendU64(text, position.frames);
  AppendU64(text, position.bytes);
  text.push_back(position.broken ? 1 : 0);
  return text + store::LedgerValue(position);
}

std::optional<record::Position> DecodePositionText(std::string_view text) {
  constexpr std::size_t kHead = 17;
  if (text.size() < kHead) return std::nullopt;
  const auto position = store::DecodeLedgerValue(AsBytes(text.substr(kHead)));
  if (!position.has_value() || PositionText(*position) != text) return std::nullopt;
  return position;
}

bool Server::Has(std::string_view setting) const {
  return std::find(settings.begin(), settings.end(), setting) != settings.end();
}

Result<Server> Identify(Client& client) {
  auto told = AskServer(client, {});
  if (!told.ok()) return told.status();
  return std::move(told->server);
}

std::vector<std::string> InitStatements(const Address& address, const Server& server) {
  std::string columns;
  std::string zeros;
  for (const Column& column : kColumns) {
    columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", column.name, column.type);
    if (!column.zero.empty()) zeros += fmt::format(", {}", column.zero);
  }
  std::string settings = "index_granularity = 1024";
  for (const auto& [name, value] : kTableSettings) {
    if (server.Has(name)) settings += fmt::format(", {} = {}", name, value);
  }
  return {
      fmt::format("CREATE DATABASE IF NOT EXISTS {}", address.database),
      fmt::format("CREATE TABLE IF NOT EXISTS {} ({}) ENGINE = AggregatingMergeTree PARTITION BY "
                  "tuple() ORDER BY (kind, key, rrtype, owner, rdata) SETTINGS {}",
                  TableOf(address), columns, settings),
      fmt::format("INSERT INTO {} SELECT toUInt8({}), 'schema', toUInt16(0), '', '{}'{}",
                  TableOf(address), static_cast<unsigned>(RowKind::kLedger), kVersion, zeros),
  };
}

Result<Server> Handshake(Client& client, const Address& address) {
  auto told = AskServer(client, address.database);
  if (!told.ok()) return told.status();
  if (Status checked = CheckStates(client, *told); !checked.ok()) return checked;
  if (Status checked = CheckColumns(client, address, *told); !checked.ok()) return checked;
  if (Status checked = CheckVersion(client, address); !checked.ok()) return checked;
  return std::move(told->server);
}

}  // namespace pdns::store_clickhouse
