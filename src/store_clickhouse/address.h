// Which cluster is meant, as people write it: text -> [ParseAddress] -> Address -> Client, schema,
// outbox.
//
//   clickhouse://user@host1:8123,host2:8123/database?password-file=PATH&ca=PATH&outbox=PATH
//                                                      &expire-step=N
//   clickhouses://...   the same over TLS
//
// One host a shard. A shard holds the tuples whose owner hashes to its place in the list, so every
// writer must name the shards in the same order (docs/cluster.md). Without a user it is `default`;
// without a port 8123, or 8443 over TLS; without a database `pdns`. An IPv6 address stands in
// brackets. No part is decoded: a path with `&` or `#` in it cannot be written.
//
// The text may come from a configuration or a command line: it is foreign. A password never stands
// in it, since it would be in the list of processes, in logs and in histories of shells.
//
// Values. Functions: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace pdns::store_clickhouse {

inline constexpr std::size_t kMaxAddress = 16384;  // bytes of text
inline constexpr std::size_t kMaxShards = 256;
inline constexpr std::uint64_t kMaxExpireStep = 100'000'000;

// Where the HTTP interface of one server listens.
struct Endpoint {
  std::string host;  // a name, or a numeric address without brackets
  std::uint16_t port = 0;

  std::string text() const;  // "host:8123", "[::1]:8123"

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

struct Address {
  bool tls = false;
  std::string user = "default";
  std::vector<Endpoint> shards;   // at least one, each once
  std::string database = "pdns";  // an SQL identifier that needs no quotes
  std::string password_file;      // empty: the environment, or no password
  std::string certificate_file;   // of authorities; empty: those of the system
  std::string outbox;             // directory of the writer's outbox; empty: not said
  std::uint64_t expire_step = 0;  // tuples that pdns-admin expire removes at once; 0: not said

  // The same cluster, database and user, without the options: for messages.
  std::string text() const;
};

// Is it meant as an address of a cluster, and not as the path of a directory?
bool IsAddress(std::string_view text);

// kUsage, naming the part that is wrong and the way out.
Result<Address> ParseAddress(std::string_view text);

// What the server is told: the content of password_file without its last newline, else the
// environment's PDNS_CLICKHOUSE_PASSWORD, else nothing. kUsage, kNoInput: the file cannot be read,
// others may read it, or it is no line of at most 1000 printable bytes.
Result<std::string> ReadPassword(const Address& address);

}  // namespace pdns::store_clickhouse
