// A pivot as a graph: nodes and edges -> [Dot] -> text for Graphviz ("dot -Tsvg").
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace pdns::render {

struct DotNode {
  enum Kind : std::uint8_t { kName, kAddress, kNameServer, kStart };

  std::string name;  // any bytes; what edges call it
  Kind kind = kName;
  bool shared = false;      // hosting that many share: grey, and where the pivot went no further
  std::uint64_t names = 0;  // of shared hosting: how many names were seen there
  std::string note = {};  // below the name, in place of `names`: "more than 10000 names"; what was
                          // not followed, so that the outline is dashed
};

struct DotEdge {
  std::string from;
  std::string to;
  std::string label;  // "A", "NS"
};

// Any thread. 7-bit. The same graph gives the same text, in whatever order it comes: nodes and
// edges are sorted, of equal nodes the first stands, edges between the same two are one with
// several labels. An edge may name what is no node: it becomes one of kName. A legend shows the
// kinds that occur.
std::string Dot(std::span<const DotNode> nodes, std::span<const DotEdge> edges);

}  // namespace pdns::render
