// Sorted runs on disk: items in order -> [RunWriter] -> SortedRun -> [MergeRuns] -> items in order.
//
// A part of Sorter (sort/sorter.h). Errors are kIo and name the folder. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "sort/buffer.h"

namespace pdns::sort {

// A key and a payload have at most so many bytes each: longer is no item of ours.
inline constexpr std::size_t kMaxPart = std::size_t{1} << 20;

// A file without a name: however the process ends, nothing of it stays.
class SortedRun {
 public:
  // `level`: how often its items were merged.
  static Result<std::unique_ptr<SortedRun>> Create(const std::string& folder, unsigned level);
  ~SortedRun();
  SortedRun(const SortedRun&) = delete;
  SortedRun& operator=(const SortedRun&) = delete;

  unsigned level() const { return level_; }
  std::uint64_t size() const { return size_; }  // bytes

  Status Append(std::string_view bytes);                                // all of them
  Status Read(std::uint64_t at, char* bytes, std::size_t count) const;  // all of them

 private:
  SortedRun(int fd, std::string folder, unsigned level)
      : fd_(fd), folder_(std::move(folder)), level_(level) {}

  int fd_;
  std::string folder_;
  unsigned level_;
  std::uint64_t size_ = 0;
};

// Writes in pieces of about `block` bytes.
class RunWriter {
 public:
  RunWriter(SortedRun& run, std::size_t block) : run_(run), block_(block) {}

  Status Add(const Item& item);
  Status Finish();

 private:
  SortedRun& run_;
  std::size_t block_;
  std::string bytes_;
};

// False ends the merge, which is then well. The item is borrowed for the call.
using EachItem = std::function<Result<bool>(const Item& item)>;

// Of equal keys the earlier run's come first; `unique`: only the first of all. Reads each run
// through a buffer of `block` bytes, or of the longest item.
Status MergeRuns(std::span<const std::unique_ptr<SortedRun>> runs, std::size_t block, bool unique,
                 const EachItem& each);

}  // namespace pdns::sort
