#include "render/dot.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "base/bytes.h"

namespace pdns::render {
namespace {

// What Graphviz reads in a quoted label: a backslash begins an escape, & an entity.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : Printable(text)) {
    if (c == '&') {
      out += "&amp;";
      continue;
    }
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

std::string_view ShapeOf(DotNode::Kind kind) {
  switch (kind) {
    case DotNode::kAddress:
      return "box";
    case DotNode::kNameServer:
      return "hexagon";
    case DotNode::kStart:
      return "doubleoctagon";
    case DotNode::kName:
      break;
  }
  return "ellipse";
}

std::string NodeLine(std::size_t number, const DotNode& node) {
  std::string label = Escaped(node.name);
  if (node.names > 0) label += fmt::format("\\n{} names", node.names);
  return fmt::format("  n{} [label=\"{}\", shape={}{}];\n", number, label, ShapeOf(node.kind),
                     node.shared ? ", style=filled, fillcolor=lightgrey" : "");
}

}  // namespace

std::string Dot(std::span<const DotNode> nodes, std::span<const DotEdge> edges) {
  std::map<std::string_view, DotNode> sorted;
  for (const DotNode& node : nodes) sorted.emplace(node.name, node);
  std::set<std::tuple<std::string_view, std::string_view, std::string_view>> lines;
  for (const DotEdge& edge : edges) {
    sorted.emplace(edge.from, DotNode{.name = edge.from});
    sorted.emplace(edge.to, DotNode{.name = edge.to});
    lines.emplace(edge.from, edge.to, edge.label);
  }
  std::string text =
      "digraph pivot {\n  rankdir=LR;\n  node [fontname=\"monospace\"];\n"
      "  edge [fontname=\"monospace\"];\n";
  std::map<std::string_view, std::size_t> numbers;
  for (const auto& [name, node] : sorted) {
    const std::size_t number = numbers.size();
    numbers.emplace(name, number);
    text += NodeLine(number, node);
  }
  for (const auto& [from, to, label] : lines) {
    text += fmt::format("  n{} -> n{} [label=\"{}\"];\n", numbers.at(from), numbers.at(to),
                        Escaped(label));
  }
  return text + "}\n";
}

}  // namespace pdns::render
