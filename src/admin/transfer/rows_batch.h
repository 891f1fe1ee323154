// Rows of one database that go into another in one batch: rows, captures -> [RowsBatch] ->
// record::Batch -> store::Writer::Apply.
//
// Memory: full() is true from kMostEntries entries or kMostMemory bytes on; a row more is added
// behind that at most. A row with several runs of days takes an entry with its rdata for each run:
// one of 64 KiB that came every second day of ten years, some 120 MiB. Half as many entries cost a
// third more CPU, since each batch is table files that are merged later.
//
// One thread at a time.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "record/batch.h"
#include "record/entry.h"
#include "record/history.h"

namespace pdns::admin {

class RowsBatch {
 public:
  static constexpr std::size_t kMostEntries = 256U << 10;
  static constexpr std::size_t kMostMemory = std::size_t{48} << 20;
  static constexpr std::size_t kMostCaptures = 8192;  // rows of the ledger, some 340 bytes each

  // A row by its tuple key. Quarantined: it has reasons.
  void Add(std::string_view tuple_key, const record::History& history);
  void Add(const record::SourcePosition& capture) { sources_.push_back(capture); }

  bool full() const;
  bool empty() const { return rows_ == 0 && sources_.empty(); }
  std::size_t rows() const { return rows_; }
  std::vector<record::SourcePosition>& sources() { return sources_; }

  // What was added; good until the next call of another function.
  record::Batch View();

  // Empty again; keeps its memory.
  void Clear();

 private:
  struct Entries {
    record::EntryArena arena;
    std::vector<const record::Entry*> list;
    std::size_t count = 0;

    void Add(std::string_view key, const record::Sighting& sighting);
    void List();
    void Clear();
  };

  Entries trusted_;
  Entries quarantined_;
  std::vector<record::SourcePosition> sources_;
  std::size_t rows_ = 0;
};

}  // namespace pdns::admin
