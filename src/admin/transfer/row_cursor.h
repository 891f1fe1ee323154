// The rows of a selection one by one, where Scan hands them up: Snapshot -> [RowCursor] -> row.
//
//   store::Snapshot::Scan, some thousand rows at a time -> [RowCursor] -> Removal
//
// Selections by owner, and of the quarantine: their order is that of the row keys. Memory:
// kMostRows rows or kMostBytes of them, and one more.
//
// One thread, that of the snapshot, which is borrowed.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <utility>

#include "base/status.h"
#include "record/history.h"
#include "store/database.h"
#include "store/selection.h"

namespace pdns::admin {

class RowCursor {
 public:
  static constexpr std::size_t kMostRows = 8192;
  static constexpr std::size_t kMostBytes = std::size_t{4} << 20;

  struct KeyedRow {
    std::string key;  // store::RowKeyOf
    record::History history;
    bool passes = true;  // the test
  };
  using Test = std::function<bool(const store::Row&)>;  // may be none: all rows pass

  RowCursor(store::Snapshot& snapshot, store::Selection selection, Test test)
      : snapshot_(snapshot), selection_(std::move(selection)), test_(std::move(test)) {}

  // The row that it stands at, good until Advance; null behind the last one, or after an error.
  const KeyedRow* Row();
  void Advance() { rows_.pop_front(); }  // only where Row() is one

  // kIo, kCorrupt, as the snapshot says.
  const Status& status() const { return status_; }

 private:
  void Read();

  store::Snapshot& snapshot_;
  store::Selection selection_;  // what is left of it
  Test test_;
  std::deque<KeyedRow> rows_;
  bool ended_ = false;  // the rows are the last ones
  Status status_;
};

}  // namespace pdns::admin
