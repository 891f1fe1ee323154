#include "store_rocks/read/source.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <algorithm>

namespace pdns::store_rocks {
namespace {

// To the first entry at or behind `key`: often a few steps away, which are cheaper than a seek.
void Jump(rocksdb::Iterator& it, std::string_view key) {
  constexpr int kSteps = 6;
  for (int i = 0; i < kSteps && it.Valid(); ++i, it.Next()) {
    if (AsText(View(it.key())) >= key) return;
  }
  // The steps may have led to the key or to the end: then no seek is needed.
  if (it.Valid() && AsText(View(it.key())) < key) it.Seek(ToSlice(key));
}

}  // namespace

rocksdb::ReadOptions OptionsOf(const Source& source) {
  rocksdb::ReadOptions options;
  options.snapshot = source.moment;
  return options;
}

Walker::Walker(const Source& source) : source_(source) {}
Walker::~Walker() = default;

std::optional<Walker::Next> Walker::Skipping(store::Step step) {
  switch (step) {
    case store::Step::kTake:
      return std::nullopt;
    case store::Step::kSkip:
      return Next::kOn;
    case store::Step::kJump:
      return Next::kJump;
    case store::Step::kEnd:
      break;
  }
  return Next::kEnd;
}

Status Walker::Walk(Family family, const store::KeyRange& range, std::string_view from,
                    const store::Watch& watch, store::Scanned& scanned, const Each& each) {
  auto it = OpenIterator(family);
  std::string jump;
  // `from` may lie before the range, if the cursor was in one before it.
  it->Seek(ToSlice(std::max(std::string_view(range.lo), from)));
  while (it->Valid()) {
    const std::string_view key = AsText(View(it->key()));
    if (!range.hi.empty() && key >= range.hi) break;
    // Entries count, not rows that are found: a question that finds nothing can be interrupted as
    // well.
    if (++scanned.keys % store::kKeysPerWatch == 0 && watch && !watch(scanned.keys)) {
      scanned.stopped = true;
      break;
    }
    const Next next = each(View(it->key()), View(it->value()), jump);
    if (next == Next::kEnd) break;
    // A jump that leads nowhere is a step, or the walk would have no end.
    if (next == Next::kJump && std::string_view(jump) > key) {
      Jump(*it, jump);
    } else {
      it->Next();
    }
  }
  Status status = it->status().ok() ? Status() : FromRocks(source_.path, "scan", it->status());
  // One for each family and no more: it may hold blocks of the cache until the next walk moves it.
  spare_[family] = std::move(it);
  return status;
}

// An iterator costs more than a seek: it is kept for the next walk, unless that begins inside this
// one. No upper bound stands in it, so the next walk may be anywhere.
std::unique_ptr<rocksdb::Iterator> Walker::OpenIterator(Family family) {
  if (spare_[family] != nullptr) return std::move(spare_[family]);
  return std::unique_ptr<rocksdb::Iterator>(
      source_.db.NewIterator(OptionsOf(source_), source_.handles[family]));
}

}  // namespace pdns::store_rocks
