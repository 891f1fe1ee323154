#include "store_clickhouse/write/batch_rows.h"

#include <fmt/format.h>

#include <string>

#include "base/hash.h"
#include "base/key_sort.h"
#include "dns/targets.h"
#include "record/tuple_key.h"
#include "store/reverse_key.h"
#include "store/row_key.h"

namespace pdns::store_clickhouse {
namespace {

using record::Entry;
using record::History;

std::vector<KeyRef> Sorted(std::span<const Entry* const> entries) {
  std::vector<KeyRef> refs;
  refs.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string_view key = AsText(entries[i]->key());
    refs.push_back(
        {0, key.data(), static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(i)});
  }
  SortKeys(refs);
  return refs;
}

RowKind KindOf(dns::Target::Kind kind) {
  if (kind == dns::Target::Kind::kName) return RowKind::kName;
  return kind == dns::Target::Kind::kIpv4 ? RowKind::kIpv4 : RowKind::kIpv6;
}

// As kind 09 of schema/keys.md has it: escaped like a label, and without the digest of rdata that a
// key has no room for, since `rdata` is here whole.
void AppendText(std::string& out, Bytes rdata, std::size_t ordered_owner_size) {
  const std::size_t limit = store::RestSize(ordered_owner_size);
  if (rdata.size() >= limit) rdata = rdata.first(limit - sizeof(Sha256Digest));
  for (const std::uint8_t byte : rdata) {
    if (byte <= 1) out.push_back(1);
    out.push_back(static_cast<char>(byte <= 1 ? byte + 1 : byte));
  }
  out.push_back(0);
}

void AppendReverse(const record::KeyParts& tuple, const History& history, std::string& key,
                   NativeBlock& block) {
  NativeBlock::Key row{RowKind::kText,
                       {},
                       static_cast<std::uint16_t>(tuple.type),
                       AsText(tuple.ordered_owner),
                       AsText(tuple.rdata)};
  if (store::IsText(tuple.type)) {
    key.clear();
    AppendText(key, tuple.rdata, tuple.ordered_owner.size());
    row.key = key;
    return block.Add(row, history);
  }
  for (const dns::Target& target : dns::TargetsOf(tuple.type, tuple.rdata)) {
    key.clear();
    if (target.kind == dns::Target::Kind::kName) record::AppendOrderedName(key, target.bytes);
    row.kind = KindOf(target.kind);
    row.key =
        target.kind == dns::Target::Kind::kName ? std::string_view(key) : AsText(target.bytes);
    block.Add(row, history);
  }
}

}  // namespace

std::size_t ShardOf(std::string_view ordered_owner, std::size_t shards) {
  return shards == 1 ? 0 : Hash64(AsBytes(ordered_owner), 0) % shards;
}

std::size_t AppendTuples(std::span<const Entry* const> entries, Rows rows,
                         const SensorNumbers& sensors, std::vector<NativeBlock>& shards) {
  const auto refs = Sorted(entries);
  std::size_t count = 0;
  std::string key;
  std::string_view owner;  // of the row before, and its shard
  std::size_t shard = 0;
  for (std::size_t i = 0; i < refs.size(); ++count) {
    const std::string_view same = refs[i].key();
    History history = entries[refs[i].index]->sighting;
    for (++i; i < refs.size() && refs[i].key() == same; ++i)
      record::Merge(history, entries[refs[i].index]->sighting);
    history.sensors = sensors(history.sensors);
    const record::KeyParts tuple = record::SplitTupleKey(AsBytes(same));
    const std::string_view ordered = AsText(tuple.ordered_owner);
    if (ordered != owner) shard = ShardOf(ordered, shards.size());
    owner = ordered;
    NativeBlock& block = shards[shard];
    const bool trusted = rows == Rows::kTrusted;
    block.Add({trusted ? RowKind::kOwner : RowKind::kQuarantined,
               ordered,
               static_cast<std::uint16_t>(tuple.type),
               {},
               AsText(tuple.rdata)},
              history);
    if (trusted) AppendReverse(tuple, history, key, block);
  }
  return count;
}

void AppendCounters(const record::Counters& counters, NativeBlock& block) {
  for (const record::NamedCount& one : record::NonZero(counters))
    block.Add({RowKind::kCounter, record::FullName(one.name)}, {0, 0, one.count, 0});
}

void AppendPositions(std::span<const record::SourcePosition> sources, NativeBlock& block) {
  for (const record::SourcePosition& one : sources) {
    const std::string key = SourceKey(one.id);
    const std::string text = PositionText(one.position);
    block.Add({RowKind::kLedger, key, 0, {}, text}, NativeBlock::Numbers{});
  }
}

void AppendMarker(std::string_view writer_id, std::uint64_t sequence, std::size_t shard,
                  std::size_t shards, NativeBlock& block) {
  const std::string key = std::string(kMarkerPrefix) + std::string(writer_id);
  const std::string place = fmt::format("{}/{}", shard + 1, shards);
  block.Add({RowKind::kLedger, key, 0, {}, place}, {sequence, sequence, 1, 0});
}

}  // namespace pdns::store_clickhouse
