// Sorted runs on disk: items in order -> [RunWriter] -> SortRun -> [MergeRuns] -> items in order.
//
// A part of Sorter (query/sorter.h). Errors are kIo and name the folder. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "query/sort_buffer.h"

namespace pdns::query {

// A key and a payload have at most so many bytes each: longer is no item of ours.
inline constexpr std::size_t kMaxSortPart = std::size_t{1} << 20;

// A file without a name: however the process ends, nothing of it stays.
class SortRun {
 public:
  // `level`: how often its items were merged.
  static Result<std::unique_ptr<SortRun>> Create(const std::string& folder, unsigned level);
  ~SortRun();
  SortRun(const SortRun&) = delete;
  SortRun& operator=(const SortRun&) = delete;

  unsigned level() const { return level_; }
  std::uint64_t size() const { return size_; }  // bytes

  Status Append(std::string_view bytes);                                // all of them
  Status Read(std::uint64_t at, char* bytes, std::size_t count) const;  // all of them

 private:
  SortRun(int fd, std::string folder, unsigned level)
      : fd_(fd), folder_(std::move(folder)), level_(level) {}

  int fd_;
  std::string folder_;
  unsigned level_;
  std::uint64_t size_ = 0;
};

// Writes in pieces of about `block` bytes.
class RunWriter {
 public:
  RunWriter(SortRun& run, std::size_t block) : run_(run), block_(block) {}

  Status Add(const SortItem& item);
  Status Finish();

 private:
  SortRun& run_;
  std::size_t block_;
  std::string bytes_;
};

// False ends the merge, which is then well. The item is borrowed for the call.
using EachItem = std::function<Result<bool>(const SortItem& item)>;

// Of equal keys the earlier run's come first; `unique`: only the first of all. Reads each run
// through a buffer of `block` bytes, or of the longest item.
Status MergeRuns(std::span<const std::unique_ptr<SortRun>> runs, std::size_t block, bool unique,
                 const EachItem& each);

}  // namespace pdns::query
