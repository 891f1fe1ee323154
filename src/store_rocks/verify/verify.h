// Verification of a RocksDB database, beside a writer or without one: path -> [Verify] ->
// store::Verification.
//
//   files and checksums   each block of each table file; all that is damaged is named
//   meta rows             each is read; dictionary of sensors, counters, ledger
//   fwd, quarantine, new  each row is decoded; owner rows, numbers of the journal
//   rev                   each row is decoded, and the rows of both directions are the same: the
//   keys
//                         that fwd asks for are summed up and compared with the sums of those that
//                         are there (key_sums.h); only if these differ, both are read once more to
//                         name what is missing or too much
//   totals                what the writer keeps, against what was counted
//
// All rows are of one moment. Nothing is written. Memory: 32 MiB of blocks, 3 MiB of sums, what the
// log of the database holds (4 MiB), and the findings; 100 MiB more while differences are named.
// One thread.
#pragma once

#include <string>

#include "base/status.h"
#include "store/verification.h"

namespace pdns::store_rocks {

// kNoInput: no such database, or not one of pdns. kIo: it cannot be read by this user, or by the
// disk. Damage is no error of this function: it is what it looks for.
Result<store::Verification> Verify(const std::string& path, bool quick,
                                   const store::VerifyWatch& watch);

}  // namespace pdns::store_rocks
