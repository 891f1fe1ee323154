// From a name or an address to what is around it: start -> [Pivot] -> rows, and a graph of what
// they connect, which a caller maps to render/dot.h.
//
// Breadth first, the same store gives the same answer. From each node, in this order:
//   a name         its A, AAAA, CNAME, DNAME and NS rows; where no NS row of it counts, the NS rows
//                  of its nearest ancestor of two labels or more; the CNAMEs that point at it
//   an address     the A or AAAA rows, and the SVCB and HTTPS rows with a hint, that hold it
//   a name server  its A and AAAA rows; the NS rows that point at it
// A name that is found as a name server and otherwise, before it is its turn, is both.
//
// A row counts when its times overlap those of the node at which it is found: any time for the
// start; for others from the first to the last sighting of the rows that led there before it was
// their turn.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "base/status.h"
#include "query/address_block.h"
#include "query/hit.h"
#include "record/name.h"
#include "record/rrtype.h"
#include "store/store.h"

namespace pdns::query {

struct PivotOptions {
  unsigned depth = 2;  // steps from the start; 0: none
  // More names than this on an address, zones on a name server, aliases of a name: these are
  // counted and not followed. The addresses of such a name server or name are.
  std::uint64_t max_fanout = 100;
  std::chrono::seconds slack{0};  // not negative; times so far apart still overlap
};

struct PivotNode {
  enum class Kind : std::uint8_t { kName, kAddress, kNameServer };

  std::string text;  // a name, with trailing dot, or an address; no other node has it
  Kind kind = Kind::kName;
  bool start = false;
  unsigned depth = 0;       // steps from the start
  bool shared = false;      // above max_fanout; known only of nodes nearer than the last step
  std::uint64_t names = 0;  // of shared ones: how many there are, at any time
};

// As the row says it: from its owner to what it points at. The owner of NS rows of an enclosing
// zone is no node by that: their edges begin at the name that was asked.
struct PivotEdge {
  std::size_t from = 0;  // indexes into `nodes`
  std::size_t to = 0;
  record::RrType type{};
};

struct PivotOutcome {
  std::uint64_t rows = 0;        // handed to the sink
  std::vector<PivotNode> nodes;  // as they were found, the start first
  std::vector<PivotEdge> edges;  // as they were found, each once
  Status status;         // kUsage: the start is more than one address; else of the store, which was
                         // not whole: rows, nodes and edges are what was found until then
  bool stopped = false;  // by the sink
};

// The block: one address.
using PivotStart = std::variant<record::Name, AddressBlock>;

// Each row is handed on once, in a Hit whose path leads to the node at which it was found; false
// ends all. The sink may scan. Memory: the graph, the keys of all rows, and 8 bytes for each name
// with a hint on the address that is being counted. One thread, the reader's.
PivotOutcome Pivot(store::Reader& reader, const PivotStart& start, const PivotOptions& options,
                   const std::function<bool(const Hit&)>& sink);

}  // namespace pdns::query
