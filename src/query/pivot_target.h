// What a row leads to: a row found from one side -> [PivotTargetsOf, OwnerAsTarget] -> what stands
// on its other side. Of a pivot.
#pragma once

#include <string>
#include <vector>

#include "query/pivot.h"
#include "record/observation.h"

namespace pdns::query {

// A value. Functions: any thread.
struct PivotTarget {
  PivotNode::Kind kind = PivotNode::Kind::kName;
  std::string bytes;  // a wire name, or the 4 or 16 bytes of an address

  // As nodes are called: with trailing dot, or as addresses are written.
  std::string Text() const;
};

// The name or the addresses that a row leads to from its owner: the address of A and AAAA; the name
// of CNAME, DNAME and NS; TargetName and address hints of SVCB and HTTPS, as many as are indexed
// (dns/targets.h), and not ".", which stands for the owner or for nothing (RFC 9460 2.5). Nothing
// for rdata that does not hold what its type says, and for other types.
std::vector<PivotTarget> PivotTargetsOf(const record::Tuple& tuple);

// Both: any thread. A row that is found at what it points at leads to its owner.
PivotTarget OwnerAsTarget(const record::Tuple& tuple);

}  // namespace pdns::query
