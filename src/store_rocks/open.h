// The engine behind store/writer.h and store/database.h: RocksDB. Formats in schema/keys.md,
// decisions in docs/store.md. Any thread may open.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "store/database.h"
#include "store/writer.h"

namespace pdns::store_rocks {

struct WriteOptions {
  // Bytes, shared out among write buffers, block cache (which holds indexes and filters, too) and
  // seen-cache. Peak memory of the process, less its windows, is at most 64 MiB above.
  std::size_t memory = 256U << 20;
  // How long and how many new tuples are kept in the journal. What is older goes within the hour;
  // of what is more, at most a sixteenth or 65,536 are still there, and the batch that came last.
  std::chrono::seconds journal_keep = std::chrono::hours(7 * 24);
  std::uint64_t journal_rows = 100'000'000;
  // The clock of the journal, and one that nobody puts forward or back. Called by the thread that
  // applies. Rows get old by the first, but no more than a day beyond what was seen or stored last,
  // or has passed by the second since: a clock that is ahead, or is put there, empties no journal.
  // Where what is seen has its false time, too, rows go at most seven times as fast as they aged.
  std::function<std::chrono::sys_seconds()> now = [] {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  };
  std::function<std::chrono::steady_clock::time_point()> steady = std::chrono::steady_clock::now;
  // False, for a repair alone: what is missing at the end of a damaged log is not asked for.
  bool check_log = true;
};

// Opens the database directory `path` for the one writer, and makes it if it does not exist.
// kNoInput: it is something else than a pdns database, or one of another major version. kBusy: it
// is in use; the message names the pid of the holder if the system knows it. kDisk: its disk is
// full, read-only or failing; a later call succeeds once that is mended. kIo: it cannot be opened.
// kCorrupt: a file is missing or has another size; the message names it.
Result<std::unique_ptr<store::Writer>> OpenWriter(const std::string& path,
                                                  const WriteOptions& options);

struct ReadOptions {
  std::size_t memory = 32U << 20;  // bytes of cached blocks, over all snapshots
  // Read filters: they spare a question by target or address blocks, and cost milliseconds at the
  // start, since RocksDB reads those of young table files whole. For who stays.
  bool filters = true;
};

// Opens it to read, beside a writer or without one, as of what is committed by now. kCorrupt: a
// file is missing or has another size; the message names it. kNoInput: it does not exist, is not a
// pdns database, or is one of another major version. kIo.
Result<std::unique_ptr<store::Database>> OpenDatabase(const std::string& path,
                                                      const ReadOptions& options = {});

}  // namespace pdns::store_rocks
