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

// The same of a part that is seen in pieces of any size, one behind the other. One thread at a
// time.
class PartHash {
 public:
  // XXH3 over blocks of this size, each with the hash before it as its seed.
  static constexpr std::size_t kBlock = 1U << 20;

  void Add(std::string_view piece);
  CommitRecord::Part Finish();

 private:
  void AddBlock(std::string_view block);

  CommitRecord::Part part_;
  std::string begun_;  // of a block
};

CommitRecord::Part PartOf(std::string_view body);

std::string CommitBytes(const CommitRecord& commit);

// Nothing for bytes that CommitBytes would not write.
std::optional<CommitRecord> DecodeCommit(Bytes bytes);

}  // namespace pdns::store_clickhouse
