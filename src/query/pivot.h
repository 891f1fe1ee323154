// From a name or an address to what is around it: start -> [Pivot] -> rows, and a graph of what
// they connect, which a caller maps to render/dot.h.
//
// Breadth first, the same database gives the same answer. From each node, in this order:
//   a name         its A and AAAA rows; HTTPS and SVCB, to their target and address hints; CNAME
//                  and DNAME; NS, and where no NS row of it counts, the NS rows of its nearest
//                  ancestor of two labels or more; the CNAME, DNAME, HTTPS and SVCB, the NS and the
//                  MX rows that point at it
//   an address     the A or AAAA rows, and the SVCB and HTTPS rows with a hint, that hold it
//   a name server  its A and AAAA rows; the NS rows that point at it
// If a name is reached both as a name server and otherwise before it is expanded, it is expanded as
// both. No node is expanded twice.
//
// A row counts when its times overlap those of the node at which it is found: any time for the
// start; for others from the first to the last sighting of the rows that led there before they were
// expanded.
//
// What it costs is bounded three times: by max_fanout, which each group of rows above must not
// exceed; by kMostCounted, where counting what exceeds it ends; by max_size for all together.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "dns/address_block.h"
#include "query/hit.h"
#include "query/lookup.h"
#include "record/name.h"
#include "record/rrtype.h"
#include "store/database.h"

namespace pdns::query {

struct PivotOptions {
  unsigned depth = 2;  // steps from the start; 0: none
  // More than this of one kind (PivotCut::What) at a node: these are counted, at any time, and not
  // followed, none of them. The others of that node are.
  std::uint64_t max_fanout = 100;
  std::chrono::seconds slack{0};  // not negative; times so far apart still overlap
  // None: to the end. Asked at each node and now and then during one scan, with the index entries
  // looked at by all scans so far.
  Watch watch;
  // More nodes, edges or rows than this end it. 100,000 take less than 100 MB.
  std::uint64_t max_size = 100'000;
};

// Counting goes so far, or to max_fanout where that is more: an address may have millions of names.
inline constexpr std::uint64_t kMostCounted = 10'000;

// More of something than max_fanout.
struct PivotCut {
  enum class What : std::uint8_t {
    kNames,        // on an address
    kAliases,      // of a name: CNAME, DNAME, HTTPS and SVCB that point at it
    kZones,        // on a name server
    kMailDomains,  // MX that point at it
    kAddresses,    // a name's own, as fast flux has them
    kEndpoints,    // targets and addresses of its HTTPS and SVCB
    kAliasTargets,
    kNameServers,
  };

  What what{};
  std::uint64_t count = 0;  // different ones, at any time
  bool more = false;        // there are more than `count`
};

// "names", "mail domains". Any thread.
std::string_view CutNoun(PivotCut::What what);

struct PivotNode {
  enum class Kind : std::uint8_t { kName, kAddress, kNameServer };

  std::string text;  // a name, with trailing dot, or an address; no other node has it
  Kind kind = Kind::kName;
  bool start = false;
  unsigned depth = 0;          // steps from the start
  bool shared = false;         // by many others: has one of the first four cuts
  std::uint64_t names = 0;     // of shared ones: the sum of those
  std::vector<PivotCut> cuts;  // what was not followed; known of nodes nearer than the last step
};

// "more than 10000 zones, 300 aliases"; empty where all was followed.
std::string CutsText(const PivotNode& node);

// As the row says it: from its owner to what it points at. The owner of NS rows of an enclosing
// zone is no node by that: their edges begin at the name that was asked.
struct PivotEdge {
  std::size_t from = 0;  // indexes into `nodes`
  std::size_t to = 0;
  record::RrType type{};
};

struct PivotOutcome {
  std::uint64_t rows = 0;        // handed to the sink
  std::uint64_t keys = 0;        // looked at
  std::vector<PivotNode> nodes;  // as they were found, the start first
  std::vector<PivotEdge> edges;  // as they were found, each once
  // kUsage: the start is more than one address, or max_size ended it; kIo, kCorrupt: of the
  // database. But for the first, rows, nodes and edges are what was found until then.
  Status status;
  bool stopped = false;  // by the sink or the watch
};

// The block: one address.
using PivotStart = std::variant<record::Name, dns::AddressBlock>;

// Each row is handed on once, in a Hit whose path leads to the node at which it was found; false
// ends all. The sink may scan. Memory: the graph, what tells all rows apart, and some 40 bytes for
// each of what is being counted. One thread, the snapshot's.
PivotOutcome Pivot(store::Snapshot& snapshot, const PivotStart& start, const PivotOptions& options,
                   const std::function<bool(const Hit&)>& sink);

}  // namespace pdns::query
