// The one table of a shard, how it is made, and whether a server has it: address -> SQL for
// pdns-admin; Client -> [Handshake] -> what the server is. Decisions and figures in
// docs/cluster.md.
//
// Rows by `kind`. Where a part is not named here it is empty or 0.
//
//   0      a trusted tuple by owner. key N(owner), rrtype, rdata whole
//   1      a quarantined tuple, likewise
//   2      a trusted tuple by a name that it points at. key N(target), rrtype, owner N(owner),
//   rdata 4, 6   the same by an address. key its 4 or 16 bytes 9      the same for what points at
//   nothing, by its text. key the rdata, up to the digest where
//          schema/keys.md cuts it, escaped and ended like a label of N(name)
//   100    what became of frames and records. key the counter's full name, cnt an increment: their
//          sum is the counter
//   101    key "schema": rdata is the version of this table, "1.0"
//          key "w/" and the 16 bytes of a writer's id: the marker. last is the number of its newest
//          batch here, first that of its first, cnt one for each: the sum tells a batch that is
//          missing or came twice. rdata "1/2" says that it took this server for the first of two
//          shards
//          key "s/" and 36 bytes of a source (its first frame's digest, its variant as u32, network
//          order): a position of the ledger, one row a batch; the greatest rdata is the newest:
//          frames u64, bytes u64, broken u8, all in network order, then the position as
//          schema/keys.md has it
//   102    a claim of a sensor's number. key one byte, the number; rdata the name; reasons: 0
//   wanted,
//          bit 0 given up, bit 1 confirmed. The name of a number is the one that is confirmed
//          (write/sensors.h)
//   103    how many rows expired, on the first shard. key as of schema/keys.md (store::ExpiredKey:
//          rule and month); owner the mark of a step, 32 digits; last the number, which is the same
//          whenever it is written. The numbers of all marks add up
//   104    a tuple that a step removes, on every shard (maintain/expiring.h). key N(owner), rrtype,
//          rdata; owner the mark of the step; last its last-seen; reasons: bit 0 it came back. The
//          head of a step, on the first shard: key "", rdata the rule, rrtype 1 for the quarantine
//
// A batch is one block of rows and one part of the table, whole or not at all: the partition is
// tuple() so that a block is never split.
//
// Functions keep no state. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "record/position.h"
#include "store_clickhouse/address.h"
#include "store_clickhouse/client.h"

namespace pdns::store_clickhouse {

inline constexpr std::string_view kTable = "rows";

enum class RowKind : std::uint8_t {
  kOwner = 0,
  kQuarantined = 1,
  kName = 2,
  kIpv4 = 4,
  kIpv6 = 6,
  kText = 9,
  kCounter = 100,
  kLedger = 101,
  kSensor = 102,
  kExpired = 103,
  kExpiring = 104,
};

// Bits of `reasons` in a row of kSensor.
inline constexpr std::uint8_t kGivenUp = 1;
inline constexpr std::uint8_t kConfirmed = 2;

inline constexpr std::string_view kMarkerPrefix = "w/";
inline constexpr std::string_view kSourcePrefix = "s/";
inline constexpr std::size_t kWriterIdSize = 16;

struct Column {
  std::string_view name;
  std::string_view type;
  std::string_view zero;  // an expression for the state of a zero; empty: it is part of the key
};

// In the order in which a block has them.
std::span<const Column> Columns();

// "pdns.rows".
std::string TableOf(const Address& address);

// "unhex('...')": a literal that needs no quoting and lets the index be used.
std::string Literal(std::string_view bytes);

std::string SourceKey(const record::SourceId& id);
std::string PositionText(const record::Position& position);  // rdata of a row of the ledger
std::optional<record::Position> DecodePositionText(std::string_view text);

// What a server is, as far as it matters.
struct Server {
  std::string version;                // "18.16.1"
  std::vector<std::string> settings;  // of kOptionalSettings and kTableSettings, those it has

  bool Has(std::string_view setting) const;
};

// Asks what the server is. It needs no table.
Result<Server> Identify(Client& client);

// The statements that make the database and the table on a server, and may be repeated. The version
// is written as a row that merges with itself.
std::vector<std::string> InitStatements(const Address& address, const Server& server);

// Before anything else is asked of a shard: the server's states have the bytes that states.h says,
// the table has these columns and this version. kNoInput: there is no table, one that was changed
// by hand, or one of another version; kMalformed: the server's states differ; else as Client. Two
// statements: one that needs no table, so that what is wrong with the table can be told, and one
// for the row of the version.
Result<Server> Handshake(Client& client, const Address& address);

}  // namespace pdns::store_clickhouse
