// The ledger for people: what was taken and how far -> [LedgerText, LedgerJson] -> lines, one JSON
// object. The ledger knows a capture by its frames (record/position.h), not by a name or a time;
// admin/captures.h says which files they are.
//
// Functions: any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "admin/captures.h"
#include "record/position.h"
#include "store/database.h"

namespace pdns::admin {

// How its first frame's digest begins, in hex, and behind a point the variant if it is not 0: as
// reports of pdns-ingest call it.
std::string SourceName(const record::SourceId& id);

// Gets text as it is made. False: nobody reads on.
using Output = std::function<bool(std::string_view text)>;

struct LedgerEnd {
  std::uint64_t captures = 0;  // and databases, handed to the output
  bool whole = false;          // to the end
  Status status;               // kIo, kCorrupt
};

// All rows of the ledger, as they are read. Memory does not depend on their number. The object has
// "complete" as its last member, which says whether it was read to its end.
LedgerEnd PrintLedger(store::Snapshot& snapshot, bool json, const store::Watch& watch,
                      const Output& output);

// What became of files. Text: a line each; JSON: one object.
std::string CapturesText(const std::vector<CaptureState>& captures);
std::string CapturesJson(const std::vector<CaptureState>& captures);

}  // namespace pdns::admin
