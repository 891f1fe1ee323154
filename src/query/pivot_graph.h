// The graph of a pivot as it grows: targets -> [PivotGraph] -> nodes, edges, the way to each. Of a
// pivot; what it hands out is pivot.h's.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "query/pivot.h"
#include "query/pivot_target.h"

namespace pdns::query {

struct Interval {
  std::chrono::sys_seconds first;
  std::chrono::sys_seconds last;
};

// What the walk knows of a node beyond what it shows.
struct PivotPlace {
  std::string bytes;  // a wire name or an address
  std::size_t parent = 0;
  std::optional<Interval> seen;  // none: any time
  bool as_name = false;
  bool as_server = false;
};

// One thread at a time. Nodes go by their number, in the order they were found; none is ever taken
// away.
class PivotGraph {
 public:
  void Begin(const PivotTarget& start);

  // The node that is there, made, one step further than `from`, when it is new. One behind `from`,
  // whose turn is still to come, learns from every row that leads to it.
  std::size_t Reach(const PivotTarget& end, std::size_t from, const Interval& seen);

  // Each edge once.
  void Connect(const PivotEdge& edge);

  // What is not followed there.
  void Cut(std::size_t node, const PivotCut& cut);

  // It is a name server, however it was found.
  void ServesZones(std::size_t node) { nodes_[node].kind = PivotNode::Kind::kNameServer; }

  // From the start to the node, as text.
  std::vector<std::string> PathTo(std::size_t node) const;

  const std::vector<PivotNode>& nodes() const { return nodes_; }
  const std::vector<PivotEdge>& edges() const { return edges_; }
  const PivotPlace& place(std::size_t node) const { return places_[node]; }

  // What was found; the graph is empty then.
  std::vector<PivotNode> ReleaseNodes() { return std::move(nodes_); }
  std::vector<PivotEdge> ReleaseEdges() { return std::move(edges_); }

 private:
  std::size_t Make(const PivotTarget& end, std::string text, std::size_t from,
                   const std::optional<Interval>& seen);
  void Learn(std::size_t node, PivotNode::Kind kind);

  std::vector<PivotNode> nodes_;
  std::vector<PivotPlace> places_;  // of nodes_
  std::vector<PivotEdge> edges_;
  std::unordered_map<std::string, std::size_t> by_text_;
  std::set<std::tuple<std::size_t, std::size_t, record::RrType>> known_edges_;
};

}  // namespace pdns::query
