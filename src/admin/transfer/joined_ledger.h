// The ledgers of several databases on their way into one: rows of a ledger -> [JoinedLedger] -> the
// id and the position under which each stands in the joined one, and whether it was taken twice.
//
// Rows of one database are never compared with each other: that database has told them apart. Of
// two databases, captures with the same first frame are the same one if the shorter lies on the way
// to the longer (record/position.h). Then the frames that both took were counted in both, and
// nothing can subtract them: they are told as shared. Else they are two captures that begin alike,
// and the later one gets a variant that is free. A database that was merged into both is shared,
// whatever its position.
//
// Memory: some 400 bytes a row. A value; one thread at a time.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "record/position.h"

namespace pdns::admin {

class JoinedLedger {
 public:
  // From now on rows of another database come.
  void BeginDatabase() { ++database_; }

  struct Joined {
    record::SourcePosition row;  // the longer of both, where it is shared
    bool shared = false;
  };
  Joined Add(const record::SourcePosition& row);

  // A row that was joined before and stands in the ledger already: it is one of this database.
  void Recognize(const record::SourcePosition& row);

 private:
  struct Known {
    record::SourcePosition row;
    std::size_t database = 0;
  };
  using Rows = std::vector<Known>;

  bool IsSame(const Known& known, const record::SourcePosition& row) const;
  static std::uint32_t FreeVariant(const Rows& rows);

  std::map<Sha256Digest, Rows> rows_;  // by first frame
  std::size_t database_ = 0;
};

}  // namespace pdns::admin
