// A batch as rows of the cluster: record::Batch -> [AppendTuples] -> a block for each shard.
//
// All rows of a tuple, by its owner and by what it points at, go to the shard of its owner. Each
// tuple comes once in a block, whatever the windows held: the entries of equal keys are merged.
//
// Functions keep no state. Memory: 32 bytes an entry beside the blocks.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "record/batch.h"
#include "store_clickhouse/write/native_block.h"

namespace pdns::store_clickhouse {

// Which of `shards` has the tuples of an owner, given as N(owner). Never changes for a number of
// shards: others compute it as well (docs/cluster.md).
std::size_t ShardOf(std::string_view ordered_owner, std::size_t shards);

// From the numbers of the process to those of the cluster; never gives an empty set.
using SensorNumbers = std::function<record::SensorSet(record::SensorSet)>;

enum class Rows { kTrusted, kQuarantined };

// Returns how many tuples they were.
std::size_t AppendTuples(std::span<const record::Entry* const> entries, Rows rows,
                         const SensorNumbers& sensors, std::vector<NativeBlock>& shards);

// Increments of counters; nothing for those that are 0.
void AppendCounters(const record::Counters& counters, NativeBlock& block);

// How far the sources are taken, behind the batch.
void AppendPositions(std::span<const record::SourcePosition> sources, NativeBlock& block);

// What tells that the batch `sequence` of a writer is here (schema.h).
void AppendMarker(std::string_view writer_id, std::uint64_t sequence, std::size_t shard,
                  std::size_t shards, NativeBlock& block);

}  // namespace pdns::store_clickhouse
