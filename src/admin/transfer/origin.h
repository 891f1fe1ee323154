// A database whose rows go into another one, before anything is written: Snapshot -> [ReadOrigin]
// -> Origin; all of them and what the other one has -> [JoinLedgers] -> under which ids their
// captures stand there, and which rows would be counted twice.
//
// Memory: some 1,100 bytes for each row of all ledgers. Functions: one thread, that of the
// snapshots.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/status.h"
#include "record/position.h"
#include "store/database.h"

namespace pdns::admin {

// A value; the snapshot is borrowed.
struct Origin {
  std::string name;  // for people
  store::Snapshot* snapshot = nullptr;
  Sha256Digest identity{};
  std::vector<record::SourcePosition> ledger;  // in the order of the ids
  std::vector<record::SourcePosition>
      joined;                             // by JoinLedgers: how each stands in the other ledger
  std::optional<record::Position> taken;  // how far the other one has it already

  // Of its own row in the other ledger.
  record::SourceId id() const { return {identity, record::SourceId::kDatabase}; }
};

// kUsage: it holds a part of a database only, whose merge or copy was not finished; or its engine
// cannot be read so. kIo, kCorrupt.
Result<Origin> ReadOrigin(std::string name, store::Snapshot& snapshot);

// Of the database into which they go. Without a snapshot it is not there yet.
struct Destination {
  std::string name;
  store::Snapshot* snapshot = nullptr;
};

// What several of the databases hold. A value.
struct Shared {
  std::vector<std::string> captures;  // by name (SourceName)
  bool databases = false;             // one is among what another one was made of
};

// Fills in `joined` and `taken`. kUsage: two of them are one database, or a copy of its files; kIo,
// kCorrupt.
Result<Shared> JoinLedgers(const Destination& destination, std::vector<Origin>& origins);

// Names of sensors that find no number in the destination: their rows will be of "other".
Result<std::vector<std::string>> SensorsWithoutNumber(const Destination& destination,
                                                      const std::vector<Origin>& origins);

}  // namespace pdns::admin
