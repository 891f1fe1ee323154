#include "query/pivot_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace pdns::query {

using Kind = PivotNode::Kind;

namespace {

bool IsOfOthers(PivotCut::What what) { return what <= PivotCut::What::kMailDomains; }

}  // namespace

std::string_view CutNoun(PivotCut::What what) {
  switch (what) {
    case PivotCut::What::kNames:
      return "names";
    case PivotCut::What::kAliases:
      return "aliases";
    case PivotCut::What::kZones:
      return "zones";
    case PivotCut::What::kMailDomains:
      return "mail domains";
    case PivotCut::What::kAddresses:
      return "addresses";
    case PivotCut::What::kEndpoints:
      return "endpoints";
    case PivotCut::What::kAliasTargets:
      return "alias targets";
    case PivotCut::What::kNameServers:
      return "name servers";
  }
  return "";
}

std::string CutsText(const PivotNode& node) {
  std::string text;
  for (const PivotCut& cut : node.cuts) {
    text += fmt::format("{}{}{} {}", text.empty() ? "" : ", ", cut.more ? "more than " : "",
                        cut.count, CutNoun(cut.what));
  }
  return text;
}

void PivotGraph::Begin(const PivotTarget& start) {
  std::string text = start.Text();
  by_text_.emplace(text, 0);
  Make(start, std::move(text), 0, std::nullopt);
  nodes_.front().start = true;
}

std::size_t PivotGraph::Make(const PivotTarget& target, std::string text, std::size_t from,
                             const std::optional<Interval>& seen) {
  const std::size_t there = nodes_.size();
  PivotNode node;
  node.text = std::move(text);
  node.kind = target.kind;
  node.depth = there == 0 ? 0 : nodes_[from].depth + 1;
  nodes_.push_back(std::move(node));
  places_.push_back({target.bytes, from, seen, false, false});
  Learn(there, target.kind);
  return there;
}

void PivotGraph::Learn(std::size_t node, Kind kind) {
  places_[node].as_name |= kind == Kind::kName;
  places_[node].as_server |= kind == Kind::kNameServer;
  if (places_[node].as_server) nodes_[node].kind = Kind::kNameServer;
}

std::size_t PivotGraph::Reach(const PivotTarget& target, std::size_t from, const Interval& seen) {
  std::string text = target.Text();
  const auto [known, fresh] = by_text_.try_emplace(text, nodes_.size());
  const std::size_t there = known->second;
  if (fresh) return Make(target, std::move(text), from, seen);
  if (there <= from) return there;
  auto& interval = places_[there].seen;
  if (interval.has_value()) {
    interval->first = std::min(interval->first, seen.first);
    interval->last = std::max(interval->last, seen.last);
  }
  Learn(there, target.kind);
  return there;
}

void PivotGraph::Connect(const PivotEdge& edge) {
  if (known_edges_.emplace(edge.from, edge.to, edge.type).second) edges_.push_back(edge);
}

void PivotGraph::Cut(std::size_t node, const PivotCut& cut) {
  nodes_[node].cuts.push_back(cut);
  if (!IsOfOthers(cut.what)) return;
  nodes_[node].shared = true;
  nodes_[node].names += cut.count;
}

std::vector<std::string> PivotGraph::PathTo(std::size_t node) const {
  std::vector<std::string> path{nodes_[node].text};
  while (node != 0) {
    node = places_[node].parent;
    path.push_back(nodes_[node].text);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace pdns::query
