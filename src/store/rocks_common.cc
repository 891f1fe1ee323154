#include "store/rocks_common.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/universal_compaction.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <memory>

#include "base/log.h"
#include "store/key.h"
#include "store/merge.h"

namespace pdns::store {
namespace {
constexpr std::size_t kMiB = 1U << 20;
// One in 600 new names costs a block for nothing, in each run; of ten bits it was one in 100, a
// second of CPU in a million messages of new names.
constexpr int kBloomBitsPerKey = 14;
constexpr int kZstdLevel = 1;  // 3 saves another 2 % for a tenth more time
constexpr int kRuns = 8;
// Runs are merged with those that are no larger than they are together: a row is rewritten one or
// two times until there are some 30 times the rows of the largest drain, where levels rewrote it
// five times; a lookup meets some kRuns runs.
void UseTiers(rocksdb::ColumnFamilyOptions& family) {
  constexpr unsigned kUnfolded = 300;  // percent of the oldest run, before all is folded into one
  family.compaction_style = rocksdb::kCompactionStyleUniversal;
  family.level0_file_num_compaction_trigger = kRuns;
  family.compaction_options_universal.max_size_amplification_percent = kUnfolded;
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
  options.info_log = std::make_shared<EngineLog>();
  options.info_log->SetInfoLogLevel(rocksdb::WARN_LEVEL);
  options.info_log_level = rocksdb::WARN_LEVEL;
}

void FillFamilyOptions(std::array<rocksdb::ColumnFamilyOptions, kFamilies>& families,
                       const MemoryPlan& plan) {
  const auto cache = rocksdb::NewLRUCache(plan.block_cache);
  const auto merge = NewSightingMerge();
  for (std::size_t i = 0; i < kFamilies; ++i) {
    rocksdb::BlockBasedTableOptions table;
    table.block_size = 16U << 10;
    table.format_version = 5;
    table.block_cache = cache;
    // Only exact forward keys are ever asked for; everything else is a scan.
    if (i == kForwardFamily && plan.filters)
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
    rocksdb::ColumnFamilyOptions& family = families[i];
    family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    family.compression = rocksdb::kLZ4Compression;
    family.bottommost_compression = rocksdb::kZSTD;
    family.bottommost_compression_opts.level = kZstdLevel;
    family.bottommost_compression_opts.enabled = true;
    UseTiers(family);
    const bool large = i == kForwardFamily || i == kReverseFamily;
    family.write_buffer_size = large ? plan.write_buffer : std::min(plan.write_buffer, 4 * kMiB);
    if (i == kForwardFamily || i == kQuarantineFamily) family.merge_operator = merge;
  }
}

Status FromRocks(const std::string& path, std::string_view what, const rocksdb::Status& status) {
  const std::string message =
      "database " + path + ": " + std::string(what) + ": " + status.ToString();
  return status.IsCorruption() ? Status::Corrupt(message) : Status::Io(message);
}

Bytes View(const rocksdb::Slice& slice) { return AsBytes({slice.data(), slice.size()}); }
rocksdb::Slice ToSlice(std::string_view text) { return {text.data(), text.size()}; }

Status CheckSchema(const std::string& path, Bytes schema_value) {
  const auto version = DecodeSchemaValue(schema_value);
  if (!version.has_value()) {
    return Status::NoInput("database " + path + ": a RocksDB database, but not one of pdns");
  }
  if (version->major > kSchemaVersion.major) {
    return Status::NoInput("database " + path + ": made by a newer pdns (schema " +
                           std::to_string(version->major) + "." + std::to_string(version->minor) +
                           ", this one knows " + std::to_string(kSchemaVersion.major) +
                           "); use that version");
  }
  return {};
}

}  // namespace pdns::store
