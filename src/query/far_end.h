// What a row leads to: a row found from one side -> [FarEndsOf] -> what stands on its other side.
// Of a pivot.
#pragma once

#include <string>
#include <vector>

#include "query/pivot.h"
#include "record/observation.h"
#include "store/store.h"

namespace pdns::query {

struct FarEnd {
  PivotNode::Kind kind = PivotNode::Kind::kName;
  std::string bytes;  // a wire name, or the 4 or 16 bytes of an address

  // As nodes are called: with trailing dot, or as addresses are written.
  std::string Text() const;
};

// `index`: where the row was found. Reverse: its owner. Forward: the address of A and AAAA; the
// name of CNAME, DNAME and NS; TargetName and address hints of SVCB and HTTPS, those that the
// reverse index has, and not ".", which stands for the owner or for nothing (RFC 9460 2.5). Nothing
// for rdata that does not hold what its type says, and for other types.
std::vector<FarEnd> FarEndsOf(const record::Tuple& tuple, store::Index index);

}  // namespace pdns::query
