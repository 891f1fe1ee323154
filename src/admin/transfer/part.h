// Which rows of a database are transferred: all, or those that a filter finds.
//
//   options of split -> [ReadPart] -> Part -> Transfer, and the removal of what was transferred
//
// A value; one thread at a time, since its tests of names keep state.
#pragma once

#include <functional>
#include <vector>

#include "base/status.h"
#include "query/text/named_texts.h"
#include "store/database.h"
#include "store/selection.h"

namespace pdns::admin {

struct Part {
  // One after the other; no row passes the test of two of them.
  struct Piece {
    store::Selection selection;
    std::function<bool(const store::Row&)> test;  // none: all of the selection
  };
  std::vector<Piece> pieces;
  bool whole = false;  // all rows: what is counted besides them comes, too
};

// All trusted rows, then all that are quarantined.
Part WholeDatabase();

// Of the options last-before (a time), name (several), glob and regex, as expire has them
// (admin/expire.h): rows, trusted and quarantined, that were last seen then or earlier and whose
// rrname is one of these. kUsage: neither times nor names, or what they should not be.
Result<Part> ReadPart(const query::NamedTexts& options);

}  // namespace pdns::admin
