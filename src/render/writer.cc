#include "render/writer.h"

#include <string>

#include "dns/text.h"
#include "render/dot.h"
#include "render/hits.h"
#include "render/stats.h"
#include "render/summary.h"

namespace pdns::render {
namespace {

DotNode::Kind KindOf(const query::PivotNode& node) {
  if (node.start) return DotNode::kStart;
  switch (node.kind) {
    case query::PivotNode::Kind::kAddress:
      return DotNode::kAddress;
    case query::PivotNode::Kind::kNameServer:
      return DotNode::kNameServer;
    case query::PivotNode::Kind::kName:
      break;
  }
  return DotNode::kName;
}

}  // namespace

Look LookOf(const query::Request& request, std::vector<std::string> sensors) {
  Look look;
  look.reason = request.trust == store::Trust::kQuarantined;
  look.asked = request.several();
  look.path = request.pivot.has_value();
  look.fresh = request.new_since.has_value();
  look.sensors = std::move(sensors);
  return look;
}

void Writer::Hits(const query::KnownList& hits) { WriteHitsTable(hits, look().local, write_); }

void Writer::Summary(const query::Summary& summary) { Write(SummaryText(summary, look().local)); }

void Writer::Count(std::uint64_t rows) { Write(std::to_string(rows) + "\n"); }

void Writer::Statistics(const record::Statistics& statistics, bool /*complete*/) {
  Write(StatsText(statistics, look().local));
}

void Writer::Graph(std::span<const query::PivotNode> nodes,
                   std::span<const query::PivotEdge> edges) {
  std::vector<DotNode> dots;
  dots.reserve(nodes.size());
  for (const query::PivotNode& node : nodes)
    dots.push_back({node.text, KindOf(node), node.shared, node.names, query::CutsText(node)});
  std::vector<DotEdge> lines;
  lines.reserve(edges.size());
  for (const query::PivotEdge& edge : edges)
    lines.push_back({nodes[edge.from].text, nodes[edge.to].text, dns::TypeToText(edge.type)});
  Write(Dot(dots, lines));
}

}  // namespace pdns::render
