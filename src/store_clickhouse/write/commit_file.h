// The file that makes a batch of the outbox one that was promised: sizes and hashes of its parts,
// and the positions of its sources <-> bytes. Read again when an ingester starts.
//
//   "pdns batch 1\n" | varint parts { varint size, u64 hash } | varint sources { sized source key,
//   sized position (both as in schema.h) } | u64 hash of all bytes before it; numbers in network
//   order
//
// A CommitRecord is a value. Functions: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "record/position.h"

namespace pdns::store_clickhouse {

struct CommitRecord {
  struct Part {
    std::uint64_t size = 0;
    std::uint64_t hash = 0;

    friend bool operator==(const Part&, const Part&) = default;
  };
  std::vector<Part> parts;  // one a shard
  std::vector<record::SourcePosition> sources;
};

CommitRecord::Part PartOf(std::string_view body);

std::string CommitBytes(const CommitRecord& commit);

// Nothing for bytes that CommitBytes would not write.
std::optional<CommitRecord> DecodeCommit(Bytes bytes);

}  // namespace pdns::store_clickhouse
