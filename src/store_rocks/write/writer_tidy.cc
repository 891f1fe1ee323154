// The writer's long work: merges, compaction, checkpoints.
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/utilities/checkpoint.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "base/key_sort.h"
#include "store_rocks/common.h"
#include "store_rocks/write/writer.h"

namespace pdns::store_rocks {
namespace {

constexpr std::chrono::milliseconds kLookEvery(10);

}  // namespace

// The engine calls a merge pending, too, where it has as many runs as it may and finds no two of
// like size: what does not begin soon will not. After an error of its own (a full disk) it begins
// no more work at all.
void RocksWriter::WaitForMerges(const Hurry& hurry) {
  using Properties = rocksdb::DB::Properties;
  constexpr int kSoon = 25;  // looks
  for (int idle = 0; !hurry() && Sum(Properties::kBackgroundErrors) == 0;) {
    const bool running = Sum(Properties::kNumRunningCompactions) > 0;
    idle = running ? 0 : idle + 1;
    if (!running && (Sum(Properties::kCompactionPending) == 0 || idle > kSoon)) return;
    std::this_thread::sleep_for(kLookEvery);
  }
}

Status RocksWriter::Compact(const Hurry& hurry) {
  std::atomic<bool> canceled{false};
  // Beside, as CompactRange returns only when all is done and an end may be wanted meanwhile.
  auto done = std::async(kBeside, [&] {
    rocksdb::CompactRangeOptions options;
    // By force: rows of the lowest level are rewritten too, which is where merges and deletions
    // come to an end.
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    options.canceled = &canceled;
    // Else no merge of what comes in begins until this is done, and a live ingester stands still
    // once it has as many table files as it may.
    options.exclusive_manual_compaction = false;
    rocksdb::Status status;
    for (std::size_t i = 0; i < handles_.size() && status.ok(); ++i)
      status = db_->CompactRange(options, handles_[i], nullptr, nullptr);
    return status;
  });
  while (done.wait_for(kLookEvery) == std::future_status::timeout) {
    if (hurry()) canceled = true;
  }
  const auto status = done.get();
  // What was given up is no error: the tables are those from before, or some new ones, and whole.
  return status.ok() || canceled ? Status() : FromRocks(path_, "compaction", status);
}

Status RocksWriter::Checkpoint(const std::string& directory) {
  std::error_code error;
  if (std::filesystem::exists(directory, error))
    return Status::NoInput("checkpoint " + directory + ": it is there already");
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(db_.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = checkpoint->CreateCheckpoint(directory);
  if (!status.ok()) return FromRocks(path_, "checkpoint " + directory, status);
  // The copy has no mark of its own: without one a loss in it could not be noticed. This thread
  // writes all batches, so the number is that of the copy.
  WriteMark(directory, commits_.sum());
  return {};
}

}  // namespace pdns::store_rocks
