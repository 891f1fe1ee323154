// Batches on their way to the cluster, on the disk of the ingester: Writer::Apply -> [Outbox] ->
// Delivery -> servers.
//
// A batch that stands here whole is promised: it reaches every shard once, whatever ends meanwhile.
// So the ingester needs no server to go on, and a batch over several shards is one step.
//
//   lock             held by the one process that uses it
//   writer           the writer's id, and the cluster whose batches these are
//   sensors          numbers of sensors that this writer has learned (sensors.h)
//   SEQUENCE.SHARD   what goes to one shard, final bytes; gone once the shard has it
//   SEQUENCE.ok      makes the batch one (commit_file.h); the newest stays, for its number
//
// Order of syncs: parts, directory, then SEQUENCE.ok, directory. What a crash left without a
// SEQUENCE.ok is removed when it is opened. Numbers go up by one and are never used again.
//
// Bound: Options::most bytes of batches, and one batch more; it is that batch that has to wait. In
// memory: the positions of the sources of all batches that wait, some 350 bytes each.
//
// Commit and next_sequence: one thread. Everything else: any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "record/position.h"
#include "store_clickhouse/write/commit_file.h"
#include "store_clickhouse/write/files.h"

namespace pdns::store_clickhouse {

class Outbox {
 public:
  struct Options {
    std::string directory;  // made if it is not there
    std::string cluster;    // Address::text
    std::size_t shards = 1;
    std::uint64_t most = 4ULL << 30;  // bytes
  };

  // kBusy: another process has it. kUsage: batches of another cluster, or of another number of
  // shards, wait in it. kCorrupt: a file is damaged; the message names it. kDisk, kIo.
  static Result<std::unique_ptr<Outbox>> Open(Options options);

  const std::string& writer_id() const { return writer_id_; }  // 16 bytes
  const std::string& directory() const { return options_.directory; }

  // The number of the batch that is committed next; from 1.
  std::uint64_t next_sequence() const;

  // Makes a batch durable: one body a shard. kDisk, kIo: nothing is promised; if it may be there
  // nevertheless, the message says so and every later call fails the same way.
  Status Commit(std::span<const Pieces> bodies, std::span<const record::SourcePosition> sources);

  // Is there room? One batch may be larger than the room.
  bool full() const;

  struct Waiting {
    std::uint64_t sequence = 0;
    std::uint64_t size = 0;
  };
  // The oldest batches that the shard has not got, in order: at least one if there are any, and as
  // many as have `bytes` bytes together.
  std::vector<Waiting> Next(std::size_t shard, std::uint64_t bytes, std::size_t batches) const;

  // The body, to be read from its start, after all of it was compared with what was committed.
  // kCorrupt: it is something else.
  Result<FileReader> Open(std::uint64_t sequence, std::size_t shard) const;

  // The shard has all batches up to this one.
  Status Acknowledge(std::size_t shard, std::uint64_t sequence);

  // Of a batch that a shard has not got yet: how far it takes the source.
  std::optional<record::Position> PositionOf(const record::SourceId& id) const;

  std::uint64_t bytes() const;
  std::size_t batches() const;  // that a shard has not got
  std::size_t batches(std::size_t shard) const;

  // A small file of the outbox by name. Nothing if it is not there.
  Result<std::optional<std::string>> ReadNote(const std::string& name) const;
  Status WriteNote(const std::string& name, std::string_view text) const;

 private:
  struct Batch {
    CommitRecord commit;
    std::vector<bool> waiting;  // by shard
  };

  explicit Outbox(Options options, DirectoryLock lock)
      : options_(std::move(options)), lock_(std::move(lock)) {}

  Status Load();
  Status LoadBatches();
  Status LoadBatch(std::uint64_t sequence, const std::vector<std::uint64_t>& sizes);
  Status LoadWriter();
  Status WriteParts(std::uint64_t sequence, std::span<const Pieces> bodies,
                    std::vector<CommitRecord::Part>& parts) const;
  Status Promise(std::uint64_t sequence, const CommitRecord& commit);
  void RemoveParts(std::uint64_t sequence, std::size_t shards) const;
  std::string PartPath(std::uint64_t sequence, std::size_t shard) const;
  std::string Path(std::uint64_t sequence, const char* suffix) const;

  const Options options_;
  const DirectoryLock lock_;
  std::string writer_id_;
  mutable std::mutex mutex_;  // what follows
  std::map<std::uint64_t, Batch> batches_;
  std::map<record::SourceId, std::pair<std::uint64_t, record::Position>> positions_;
  std::uint64_t newest_ = 0;  // sequence; 0: none
  std::uint64_t bytes_ = 0;
  Status failed_;
};

}  // namespace pdns::store_clickhouse
