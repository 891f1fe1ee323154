// The meta rows and the journal: rows -> [CheckMeta, CheckJournalChunk] -> findings; and what the
// writer keeps, against what the rows say. Guest: rocksdb.
//
// Functions keep no state, JournalCheck does; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "record/statistics.h"
#include "store/meta_rows.h"
#include "store/sketch.h"
#include "store_rocks/verify/findings.h"
#include "store_rocks/verify/row_check.h"

namespace pdns::store_rocks {

// What the meta rows say.
struct Kept {
  record::Statistics numbers;  // those that the writer keeps; captures, too
  std::optional<store::Times> times;
  std::size_t sensors = 0;
  std::uint64_t seed = 0;
  store::Sketch addresses;
  std::uint64_t journal_first = 1;
  std::uint64_t journal_next = 1;
  std::uint64_t journal_aged = 0;  // seconds
};

// Reads each meta row. A row of a kind that a newer version may have is passed over.
class MetaCheck {
 public:
  // Both outlive it.
  MetaCheck(Findings& findings, Kept& kept) : findings_(findings), kept_(kept) {}

  void Add(Bytes key, Bytes value);
  void Finish();  // behind the last row

 private:
  bool Read(std::string_view key, Bytes value);
  bool ReadNumber(std::string_view key, Bytes value, bool& known);

  Findings& findings_;
  Kept& kept_;
  bool schema_ = false;
  std::vector<std::optional<std::string>> sensors_;
};

// Chunks in key order: each begins where the one before ended.
class JournalCheck {
 public:
  // Both outlive it.
  JournalCheck(Findings& findings, const Kept& kept)
      : findings_(findings), kept_(kept), next_(kept.journal_first) {}

  void Add(Bytes key, Bytes value);
  void Finish();  // behind the last chunk
  std::uint64_t rows() const { return rows_; }

 private:
  Findings& findings_;
  const Kept& kept_;
  std::uint64_t next_;
  std::uint64_t rows_ = 0;
};

// Every number that the writer keeps exactly, and bounds of the others.
void CompareKept(const Counted& counted, const Kept& kept, Findings& findings);

}  // namespace pdns::store_rocks
