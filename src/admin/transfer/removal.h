// Rows that were copied to another database go from where they came, so that each is in one of
// both.
//
//   Transfer (transfer.h), to its end -> [Removal] -> store::Writer::Expire of both databases
//
// The rows of the copy are numbered: piece after piece of the part, in the order of their keys.
// They go from the source in this order, and each step commits with its rows how many went by now,
// as the count of a rule of expiry that only this copy has. So after a kill at any moment that
// count, N, says which rows went, whatever came to the source since:
//
//   number up to N                     it went; what the source has of it now came afterwards
//   behind N, the same in the source   it goes
//   behind N, and another there        it was seen again since it was copied. The source has all of
//                                      it, so it goes from the copy, before others go from the
//                                      source
//   behind N, and not there            something else removed it, and the numbers say nothing any
//                                      longer: refused
//
// Nobody else may write to either database meanwhile. Memory: two RowCursor, and a step of an
// expiry.
//
// One thread, that of both writers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "admin/transfer/part.h"
#include "admin/transfer/row_cursor.h"
#include "base/status.h"
#include "base/stop.h"
#include "query/text/named_texts.h"
#include "record/history.h"
#include "record/sensors.h"
#include "source/report.h"
#include "store/writer.h"

namespace pdns::admin {

// The rule of the copy with that identity and these options: "split-", 16 digits, "-", 8 digits,
// and the options for people; at most 120 bytes.
std::string RemovalRule(const Sha256Digest& copy, const query::NamedTexts& options);

struct Removed {
  std::uint64_t rows = 0;         // by this run
  std::uint64_t rows_before = 0;  // by earlier ones
  std::uint64_t seen_again = 0;   // by this run: they stay in the source, and went from the copy
  bool whole = false;             // false: a stop came; the same call goes on
};

class Removal {
 public:
  // One of the databases; all of it is borrowed.
  struct Side {
    std::string name;  // for people
    store::Writer& writer;
    std::function<Result<std::unique_ptr<store::Snapshot>>()> read;  // what is written by now
  };

  // `rule` as RemovalRule makes it.
  Removal(Side source, Side copy, const Part& part, std::string rule, const Stop& stop,
          source::Progress& progress)
      : source_(std::move(source)),
        copy_(std::move(copy)),
        part_(part),
        rule_(std::move(rule)),
        stop_(stop),
        progress_(progress) {}

  // Once. kUsage: the copy has other rows than the part finds, its rows were removed by other
  // options or are there again, or something else removed some. kDisk, kIo, kCorrupt as the writers
  // and snapshots say. Whatever ends it, each row is in one of both at least, and the same call
  // goes on exactly.
  Result<Removed> Run();

 private:
  enum class Step { kCheck, kRemove };

  void ReadSensors(const store::Snapshot& source, const store::Snapshot& copy);
  bool IsSame(const record::History& copied, const record::History& there) const;
  Status ReadCount(store::Snapshot& source);
  Status CheckPart(store::Snapshot& copy);
  Status Walk(Step step);
  Result<store::Expired> WalkPiece(Step step, const Part::Piece& piece, store::Snapshot& other);
  bool GoesFromCopy(const store::Row& row, const Part::Piece& piece, RowCursor& source);
  bool GoesFromSource(const store::Row& row, RowCursor& copy);
  Status Missing() const;
  Status ThereAgain() const;

  const Side source_;
  const Side copy_;
  const Part& part_;
  const std::string rule_;
  const Stop& stop_;
  source::Progress& progress_;              // bytes_done: rows looked at; frames: rows that went
  std::vector<record::SensorSet> sensors_;  // of the source, by the numbers of the copy
  std::uint64_t number_ = 0;                // of the row of the copy that was passed last, from 1
  Status failed_;                           // within a walk
  Removed done_;
};

}  // namespace pdns::admin
