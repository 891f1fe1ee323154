#include "sort/sorter.h"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <utility>

namespace pdns::sort {
namespace {

constexpr std::size_t kMaxMerged = 64;   // runs read at once
constexpr std::size_t kLeastCut = 4096;  // items: fewer are not worth cutting back
constexpr std::size_t kMaxMemory = std::size_t{64} << 30;
constexpr std::size_t kMaxBlock = std::size_t{1} << 20;

std::size_t BufferBlock(std::size_t memory) {
  constexpr std::size_t kLeast = 1024;
  return std::clamp(memory / 16, kLeast, kMaxBlock);
}

std::string FolderOr(std::string folder) {
  if (!folder.empty()) return folder;
  const char* const named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/tmp";
}

}  // namespace

Sorter::Sorter(Limits limits) : limits_(std::move(limits)), buffer_(BufferBlock(limits_.memory)) {
  limits_.memory = std::min(limits_.memory, kMaxMemory);
  limits_.folder = FolderOr(std::move(limits_.folder));
}

// For reading and writing runs: all of a merge have the memory that the items had.
std::size_t Sorter::Block() const {
  constexpr std::size_t kLeast = 4096;
  return std::clamp(limits_.memory / (kMaxMerged + 1), kLeast, kMaxBlock);
}

Status Sorter::Add(std::string_view key, std::string_view payload) {
  if (key.size() > kMaxPart || payload.size() > kMaxPart) {
    return Status::Usage("sorting: an item is longer than 1 MiB");
  }
  if (past_.has_value() && key >= *past_) return {};
  const Item item{key, payload};
  if (IsFull(item)) {
    if (Status status = MakeRoom(); !status.ok()) return status;
  }
  buffer_.Add(item);
  return {};
}

// With `keep`, twice as many are enough, so that memory is small and late items are soon known to
// be of no interest.
bool Sorter::IsFull(const Item& item) const {
  const std::size_t size = buffer_.size();
  if (limits_.keep != 0 && size >= kLeastCut && size / 2 >= limits_.keep) return true;
  return size > 0 && buffer_.MemoryWith(item) > limits_.memory;
}

// What is dropped may make room enough; but unless half of all items go, sorting for that again
// and again would cost more than the disk.
Status Sorter::MakeRoom() {
  const std::size_t before = buffer_.size();
  buffer_.Sort(limits_.unique, limits_.keep);
  const std::size_t size = buffer_.size();
  if (limits_.keep != 0 && size == limits_.keep) past_ = buffer_[size - 1].key;
  if (size > before / 2 || buffer_.item_bytes() > limits_.memory / 2) return Spill();
  buffer_.Compact();
  return {};
}

// The items in memory, which are sorted, become a run.
Status Sorter::Spill() {
  auto run = SortedRun::Create(limits_.folder, 0);
  if (!run.ok()) return run.status();
  RunWriter writer(**run, Block());
  for (std::size_t i = 0; i < buffer_.size(); ++i) {
    if (Status status = writer.Add(buffer_[i]); !status.ok()) return status;
  }
  if (Status status = writer.Finish(); !status.ok()) return status;
  buffer_.Clear();
  spilled_ += (*run)->size();
  runs_.push_back(std::move(*run));
  return MergeLevels();
}

// Runs of one level become one of the next as soon as they are kMaxMerged: every item is written
// once a level.
Status Sorter::MergeLevels() {
  while (runs_.size() >= kMaxMerged &&
         runs_[runs_.size() - kMaxMerged]->level() == runs_.back()->level()) {
    if (Status status = MergeLast(kMaxMerged); !status.ok()) return status;
  }
  return {};
}

// The last runs are neighbours in time, so that equal keys stay in their order.
Status Sorter::MergeLast(std::size_t count) {
  const auto last = std::span<const OwnedRun>(runs_).last(count);
  auto merged = SortedRun::Create(limits_.folder, last.front()->level() + 1);
  if (!merged.ok()) return merged.status();
  RunWriter writer(**merged, Block());
  std::uint64_t left = limits_.keep;
  Status status = MergeRuns(last, Block(), limits_.unique, [&](const Item& item) -> Result<bool> {
    if (Status added = writer.Add(item); !added.ok()) return added;
    return --left != 0;  // never with keep 0
  });
  if (status.ok()) status = writer.Finish();
  if (!status.ok()) return status;
  spilled_ += (*merged)->size();
  runs_.resize(runs_.size() - count);
  runs_.push_back(std::move(*merged));
  return {};
}

Status Sorter::ForEach(
    const std::function<bool(std::string_view key, std::string_view payload)>& each) {
  buffer_.Sort(limits_.unique, limits_.keep);
  if (runs_.empty()) {
    for (std::size_t i = 0; i < buffer_.size(); ++i) {
      const Item item = buffer_[i];
      if (!each(item.key, item.payload)) break;
    }
    return {};
  }
  if (buffer_.size() > 0) {
    if (Status status = Spill(); !status.ok()) return status;
  }
  while (runs_.size() > kMaxMerged) {
    const std::size_t count = std::min(kMaxMerged, runs_.size() - kMaxMerged + 1);
    if (Status status = MergeLast(count); !status.ok()) return status;
  }
  std::uint64_t left = limits_.keep;
  return MergeRuns(runs_, Block(), limits_.unique, [&](const Item& item) -> Result<bool> {
    return each(item.key, item.payload) && --left != 0;
  });
}

}  // namespace pdns::sort
