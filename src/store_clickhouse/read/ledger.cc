#include "store_clickhouse/read/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "store_clickhouse/read/ask_rows.h"
#include "store_clickhouse/schema.h"

namespace pdns::store_clickhouse {
namespace {

constexpr std::size_t kPage = 4096;                // sources that are asked for at once
constexpr std::string_view kBehindSources = "s0";  // all keys that begin with "s/" are before it

// By the key: the greatest text is the furthest position.
using Sources = std::map<std::string, std::string, std::less<>>;

std::optional<record::SourceId> DecodeSourceKey(std::string_view key) {
  record::SourceId id;
  Cursor cursor(AsBytes(key), std::min(key.size(), kSourcePrefix.size()));
  const Bytes digest = cursor.Read(id.first_frame.size());
  id.variant = cursor.U32();
  if (!cursor.AtEnd()) return std::nullopt;
  std::copy(digest.begin(), digest.end(), id.first_frame.begin());
  return id;
}

// Of one shard, a page after the other.
Status ReadShard(Shard& shard, const store::Watch& watch, Sources& sources, bool& more) {
  std::string last(kSourcePrefix);
  for (std::size_t rows = kPage; rows == kPage;) {
    rows = 0;
    Status asked = AskRows(
        shard,
        fmt::format("SELECT key, max(rdata) FROM rows PREWHERE kind = {} AND key > {} AND key < {} "
                    "GROUP BY key ORDER BY key LIMIT {}",
                    static_cast<unsigned>(RowKind::kLedger), Literal(last), Literal(kBehindSources),
                    kPage),
        [&](Cursor& cursor) {
          last = ReadText(cursor);
          std::string& place = sources[last];
          place = std::max<std::string>(place, std::string(ReadText(cursor)));
          ++rows;
        });
    if (!asked.ok()) return asked;
    more = !watch || watch(sources.size());
    if (!more) break;
  }
  return {};
}

}  // namespace

store::Scanned ScanLedger(Shards& shards, const store::Snapshot::LedgerSink& sink,
                          const store::Watch& watch) {
  store::Scanned scanned;
  Sources sources;
  bool more = true;
  for (std::size_t i = 0; i < shards.size() && more && scanned.status.ok(); ++i)
    scanned.status = ReadShard(*shards.Lend(i), watch, sources, more);
  scanned.stopped = !more;
  if (!more || !scanned.status.ok()) return scanned;
  for (const auto& [key, text] : sources) {
    const auto id = DecodeSourceKey(key);
    const auto position = DecodePositionText(text);
    if (!id.has_value() || !position.has_value()) {
      scanned.status = Status::Corrupt("the ledger of the cluster has a row that cannot be read");
      break;
    }
    ++scanned.keys;
    if (!sink({*id, *position})) break;
  }
  return scanned;
}

}  // namespace pdns::store_clickhouse
