// Sorts answers of any size: items in any order -> [Sorter] -> items in the order of their keys.
//
// What does not fit the memory goes to sorted runs on disk, which are merged at the end.
// One thread at a time; sorting may use one more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "sort/buffer.h"
#include "sort/run.h"

namespace pdns::sort {

// Keys as bytes, unsigned, the shorter first; equal keys in the order they were added. With a
// payload each. Keys and payloads of up to kMaxPart bytes.
class Sorter {
 public:
  struct Limits {
    std::size_t memory = std::size_t{256} << 20;  // bytes, up to 64 GiB; half as much again for a
                                                  // moment while items are dropped (keep, unique)
    std::uint64_t keep = 0;                       // only the first so many are wanted; 0: all
    bool unique = false;                          // of equal keys only the first
    std::string folder{};                         // for runs; empty: $TMPDIR, or /tmp
  };

  explicit Sorter(Limits limits);

  // Copies both. kUsage: too long. kIo: no room on the disk, or no folder; the message names the
  // folder and how many bytes were wanted, and the sort is over.
  Status Add(std::string_view key, std::string_view payload);

  // Once, after the last Add. `each` may end it by returning false; views are borrowed for the
  // call. kIo.
  Status ForEach(const std::function<bool(std::string_view key, std::string_view payload)>& each);

  // Bytes written to disk, merged runs again. 0: all was sorted in memory.
  std::uint64_t spilled() const { return spilled_; }

 private:
  using OwnedRun = std::unique_ptr<SortedRun>;

  bool IsFull(const Item& item) const;
  Status MakeRoom();
  Status Spill();
  Status MergeLast(std::size_t count);
  Status MergeLevels();
  std::size_t Block() const;

  Limits limits_;
  Buffer buffer_;
  std::vector<OwnedRun> runs_;       // in the order of their items, older first; levels fall
  std::optional<std::string> past_;  // keys from here on are behind the first `keep`
  std::uint64_t spilled_ = 0;
};

}  // namespace pdns::sort
