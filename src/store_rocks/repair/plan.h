// What can be done for a database that is not sound: path -> [PlanRepair] -> a plan. Reads, and
// changes nothing. Guest: rocksdb.
//
// The trusted rows (fwd), the ledger and the counters (default) are what a database knows. All else
// is made of them or beside them, and can be made anew or done without:
//   rev         from the trusted rows, without any loss
//   new         begins anew: who follows the journal is told of a gap
//   quarantine  begins anew: its rows are lost
// If a table file of fwd or default is damaged, nobody can say which rows are missing or have lost
// a part of their count. Then only the captures give the rows back, in a new database.
//
// RocksDB's own repair is not used: it makes the order of versions from numbers in the table files,
// and here these stand in the list of files alone (write/table_files.cc), so that it would take old
// versions of rows for new ones. Functions keep no state; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "store/verification.h"
#include "store_rocks/common.h"

namespace pdns::store_rocks {

struct RepairPlan {
  enum class Way : std::uint8_t {
    kNothing,  // it is sound
    kMend,     // a copy is mended, and takes the place of the database
    kAnew,     // only captures give it back
  };
  Way way = Way::kNothing;
  bool log = false;                       // the log is damaged: batches at its end are lost
  std::array<bool, kFamilies> drop{};     // families that begin anew
  std::vector<std::string> steps;         // for a person, in their order
  std::vector<std::string> damaged_text;  // the same with their families
  std::vector<std::string> damaged;       // names of table files that are missing or not whole
  store::Verification before;
};

// kNoInput, kIo as Verify. The watch may end it: then `before` is not complete, and `way` is of no
// meaning.
Result<RepairPlan> PlanRepair(const std::string& path, const store::VerifyWatch& watch);

}  // namespace pdns::store_rocks
