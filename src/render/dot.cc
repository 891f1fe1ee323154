#include "render/dot.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

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

struct Look {
  std::string_view shape;
  std::string_view colour;
  std::string_view meaning;
};

Look LookOf(DotNode::Kind kind) {
  switch (kind) {
    case DotNode::kAddress:
      return {"box", "lightblue", "address"};
    case DotNode::kNameServer:
      return {"hexagon", "palegreen", "name server"};
    case DotNode::kStart:
      return {"doubleoctagon", "gold", "start"};
    case DotNode::kName:
      break;
  }
  return {"ellipse", "white", "name"};
}

// Addresses, names and servers differ by shape as well: grey hides the colour of what is shared,
// and paper all.
std::string NodeLine(std::string_view id, std::string_view label, const DotNode& node) {
  const Look look = LookOf(node.kind);
  return fmt::format("{} [label=\"{}\", shape={}, fillcolor={}{}];\n", id, label, look.shape,
                     node.shared ? "lightgrey" : look.colour,
                     node.note.empty() ? "" : ", style=\"filled,dashed\"");
}

std::string LabelOf(const DotNode& node) {
  std::string label = Escaped(node.name);
  if (!node.note.empty()) return label + "\\n" + Escaped(node.note);
  if (node.names > 0) label += fmt::format("\\n{} names", node.names);
  return label;
}

// Aliases are dashed, name servers dotted: what is left is where a name stands.
std::string_view LineOf(std::string_view type) {
  if (type == "NS") return ", style=dotted";
  const bool address = type == "A" || type == "AAAA";
  return address || type.empty() ? "" : ", style=dashed";
}

using Nodes = std::map<std::string_view, DotNode>;

std::string Legend(const Nodes& nodes) {
  std::set<DotNode::Kind> kinds;
  bool shared = false;
  bool cut = false;
  for (const auto& [name, node] : nodes) {
    kinds.insert(node.kind);
    shared |= node.shared;
    cut |= !node.note.empty();
  }
  std::string text;
  const auto add = [&](std::string_view meaning, const DotNode& sample) {
    text += "    " + NodeLine(fmt::format("l{}", std::count(text.begin(), text.end(), '\n')),
                              meaning, sample);
  };
  for (const DotNode::Kind kind : kinds) add(LookOf(kind).meaning, {.name = {}, .kind = kind});
  if (shared) add("shared by many", {.name = {}, .shared = true});
  if (cut) add("counted, not followed", {.name = {}, .note = "cut"});
  if (text.empty()) return {};
  return "  subgraph cluster_legend {\n    label=\"legend\"; color=grey; "
         "fontname=\"monospace\";\n" +
         text + "  }\n";
}

}  // namespace

std::string Dot(std::span<const DotNode> nodes, std::span<const DotEdge> edges) {
  Nodes sorted;
  for (const DotNode& node : nodes) sorted.emplace(node.name, node);
  std::map<std::pair<std::string_view, std::string_view>, std::set<std::string_view>> lines;
  for (const DotEdge& edge : edges) {
    sorted.emplace(edge.from, DotNode{.name = edge.from});
    sorted.emplace(edge.to, DotNode{.name = edge.to});
    lines[{edge.from, edge.to}].insert(edge.label);
  }
  std::string text =
      "digraph pivot {\n  rankdir=LR; ranksep=1; nodesep=0.1;\n"
      "  node [fontname=\"monospace\", style=filled, margin=\"0.1,0.03\", height=0.3];\n"
      "  edge [fontname=\"monospace\", fontsize=10];\n";
  std::map<std::string_view, std::string> ids;
  for (const auto& [name, node] : sorted) {
    const std::string& id = ids.emplace(name, fmt::format("n{}", ids.size())).first->second;
    text += "  " + NodeLine(id, LabelOf(node), node);
  }
  for (const auto& [ends, labels] : lines) {
    text +=
        fmt::format("  {} -> {} [label=\"{}\"{}];\n", ids.at(ends.first), ids.at(ends.second),
                    Escaped(fmt::format("{}", fmt::join(labels, ", "))), LineOf(*labels.begin()));
  }
  return text + Legend(sorted) + "}\n";
}

}  // namespace pdns::render
