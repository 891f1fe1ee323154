#include "store_rocks/common.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/universal_compaction.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <system_error>
#include <vector>

#include "base/log.h"
#include "store/meta_rows.h"
#include "store_rocks/merge.h"

namespace pdns::store_rocks {
namespace {
constexpr std::size_t kMiB = 1U << 20;
// One in 600 new names costs a block for nothing, in each run; of ten bits it was one in 100, a
// second of CPU in a million messages of new names.
constexpr int kBloomBitsPerKey = 14;
constexpr int kZstdLevel = 1;  // 3 saves another 2 % for a tenth more time
constexpr int kRuns = 8;
// The journal is read from one end to the other and never asked for a key, so that more runs cost
// it nothing but open files, and fewer merges: it goes before it would be merged often.
constexpr int kJournalRuns = 24;
// Of a filter; the part of the index that belongs to it is cut with it, and is much smaller. Who
// opens a table reads one entry for each: with 8 KiB that was 1/2000 of a table, and a quarter of
// what a question costs at 1e8 tuples.
constexpr std::size_t kMetadataBlock = 64U << 10;
// Runs are merged with those that are no larger than they are together: a row is rewritten one or
// two times until there are some 30 times the rows of the largest drain, where levels rewrote it
// five times; a lookup meets some kRuns runs.
void UseTiers(rocksdb::ColumnFamilyOptions& family, int runs) {
  constexpr unsigned kUnfolded = 300;  // percent of the oldest run, before all is folded into one
  family.compaction_style = rocksdb::kCompactionStyleUniversal;
  family.level0_file_num_compaction_trigger = runs;
  // Every reader opens every table file before its first row: 0.1 ms each.
  family.target_file_size_base = 512 * kMiB;
  family.level0_slowdown_writes_trigger = 3 * runs;
  family.level0_stop_writes_trigger = 4 * runs;
  family.compaction_options_universal.max_size_amplification_percent = kUnfolded;
}

// The engine keeps no errno but that of a full disk; the others are in its words.
bool IsOfDisk(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return true;
  const std::string words = status.ToString();
  constexpr std::array kErrors{EDQUOT, EROFS, EIO, ENOSPC};
  return std::any_of(kErrors.begin(), kErrors.end(), [&words](int error) {
    return words.find(std::generic_category().message(error)) != std::string::npos;
  });
}

// The engine's warnings, for who asks for detail. Its own log is a file beside the database, and
// RocksDB 7.8 ends the process when the disk is full and it has two lines to write there.
class EngineLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, 1024> line;
    if (std::vsnprintf(line.data(), line.size(), format, arguments) < 0) return;
    LogDetail("RocksDB: " + Printable(line.data()));
  }
  void LogHeader(const char* /*format*/, va_list /*arguments*/) override {}
};

}  // namespace

MemoryPlan PlanMemory(std::size_t memory) {
  MemoryPlan plan;
  plan.seen_cache = memory / 4;
  plan.block_cache = memory / 4;
  // Two buffers of two families may be full at once. Only small batches come by them.
  plan.write_buffer = std::clamp(memory / 16, kMiB, 16 * kMiB);
  return plan;
}

void FillDatabaseOptions(rocksdb::DBOptions& options) {
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.max_open_files = -1;
  options.bytes_per_sync = kMiB;
  // Every reader replays the log when it opens.
  options.max_total_wal_size = 4 * kMiB;
  options.track_and_verify_wals_in_manifest = true;
  options.info_log = std::make_shared<EngineLog>();
  options.info_log->SetInfoLogLevel(rocksdb::WARN_LEVEL);
  options.info_log_level = rocksdb::WARN_LEVEL;
}

std::shared_ptr<rocksdb::Cache> NewCache(std::size_t bytes) { return rocksdb::NewLRUCache(bytes); }

namespace {

// Index and filters are read by the block, through the cache: what a question costs does not grow
// with the database, and a writer's memory is the cache's. Only their first level, some 1/15000 of
// the table, stays with the open file.
rocksdb::BlockBasedTableOptions TableOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 16U << 10;
  table.format_version = 5;
  table.block_cache = cache;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.metadata_block_size = kMetadataBlock;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_top_level_index_and_filter = true;
  table.optimize_filters_for_memory = true;
  return table;
}

}  // namespace

std::array<rocksdb::ColumnFamilyOptions, kFamilies> FamilyOptions(
    const std::shared_ptr<rocksdb::Cache>& cache, std::size_t write_buffer, bool filters) {
  std::array<rocksdb::ColumnFamilyOptions, kFamilies> families;
  const auto merge = NewHistoryMerge();
  for (std::size_t i = 0; i < kFamilies; ++i) {
    rocksdb::BlockBasedTableOptions table = TableOptions(cache);
    const bool rows = i == kForward || i == kQuarantine;
    // Only exact keys of rows are ever asked for; everything else is a scan.
    if (rows && filters) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
    rocksdb::ColumnFamilyOptions& family = families[i];
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    family.compression = rocksdb::kLZ4Compression;
    family.bottommost_compression = rocksdb::kZSTD;
    family.bottommost_compression_opts.level = kZstdLevel;
    family.bottommost_compression_opts.enabled = true;
    UseTiers(family, i == kNew ? kJournalRuns : kRuns);
    const bool large = i == kForward || i == kReverse;
    family.write_buffer_size = large ? write_buffer : std::min(write_buffer, 4 * kMiB);
    if (rows) family.merge_operator = merge;
  }
  return families;
}

std::vector<rocksdb::ColumnFamilyDescriptor> FamilyDescriptors(
    const std::shared_ptr<rocksdb::Cache>& cache, std::size_t write_buffer, bool filters) {
  const auto options = FamilyOptions(cache, write_buffer, filters);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = 0; i < kFamilies; ++i)
    families.emplace_back(std::string(kFamilyNames[i]), options[i]);
  return families;
}

Status FromRocks(const std::string& path, std::string_view what, const rocksdb::Status& status) {
  const std::string message =
      "database " + path + ": " + std::string(what) + ": " + status.ToString();
  if (status.IsCorruption()) return Status::Corrupt(message);
  return IsOfDisk(status) ? Status::Disk(message) : Status::Io(message);
}

Status DamagedRow(const std::string& path, std::string_view family, std::string_view key) {
  constexpr std::size_t kShown = 64;  // bytes of it
  return Status::Corrupt("database " + path + ": a row of " + std::string(family) +
                         " cannot be read, key " + ToHex(AsBytes(key.substr(0, kShown))));
}

Bytes View(const rocksdb::Slice& slice) { return AsBytes({slice.data(), slice.size()}); }
rocksdb::Slice ToSlice(std::string_view text) { return {text.data(), text.size()}; }

Status CheckSchema(const std::string& path, Bytes schema_value) {
  const auto version = store::DecodeSchemaValue(schema_value);
  if (!version.has_value())
    return Status::NoInput("database " + path + ": a RocksDB database, but not one of pdns");
  if (version->major == store::kSchemaVersion.major) return {};
  const std::string versions = "schema " + std::to_string(version->major) + "." +
                               std::to_string(version->minor) + "; this program reads " +
                               std::to_string(store::kSchemaVersion.major) + ".x";
  if (version->major > store::kSchemaVersion.major) {
    return Status::NoInput("database " + path + ": made by a newer pdns (" + versions +
                           "): use that version");
  }
  return Status::NoInput("database " + path + ": made by an older pdns (" + versions +
                         "): name a new directory and take the captures again");
}

}  // namespace pdns::store_rocks
