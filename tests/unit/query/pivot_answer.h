// A pivot as text, for comparing.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "dns/text.h"
#include "query/pivot.h"
#include "unit/support/fake_store.h"

namespace pdns::query {

using testing::FakeSnapshot;
using testing::Lines;

struct Answer {
  Lines rows;   // "www.blah.org. > 1.1.1.1: blah.org. A": path, owner and type
  Lines nodes;  // "1.1.1.1 address 1", "shared 7" behind that, and "(7 names)"
  Lines edges;  // "blah.org. A 1.1.1.1"
  PivotOutcome outcome;
};

inline std::string NodeLine(const PivotNode& node) {
  constexpr std::string_view kKinds[] = {"name", "address", "server"};
  std::string line =
      fmt::format("{} {} {}", node.text, kKinds[static_cast<std::size_t>(node.kind)], node.depth);
  if (node.start) line += " start";
  if (node.shared) line += fmt::format(" shared {}", node.names);
  if (!node.cuts.empty()) line += " (" + CutsText(node) + ")";
  return line;
}

inline PivotStart Start(std::string_view text) {
  if (const auto address = dns::ParseAddress(text); address.has_value()) return *address;
  return dns::NameFromText(text).value_or(record::Name());
}

inline Answer Ask(store::Snapshot& snapshot, std::string_view start,
                  const PivotOptions& options = {}) {
  Answer answer;
  answer.outcome = Pivot(snapshot, Start(start), options, [&](const Hit& hit) {
    EXPECT_EQ(hit.asked, nullptr);
    answer.rows.push_back(fmt::format("{}: {} {}", fmt::join(hit.path, " > "),
                                      dns::NameToText(hit.tuple.owner),
                                      dns::TypeToText(hit.tuple.type)));
    return true;
  });
  const auto& nodes = answer.outcome.nodes;
  for (const PivotNode& node : nodes) answer.nodes.push_back(NodeLine(node));
  for (const PivotEdge& edge : answer.outcome.edges) {
    answer.edges.push_back(nodes.at(edge.from).text + " " + dns::TypeToText(edge.type) + " " +
                           nodes.at(edge.to).text);
  }
  EXPECT_EQ(answer.outcome.rows, answer.rows.size());
  EXPECT_FALSE(answer.outcome.stopped);
  return answer;
}

inline PivotOptions Depth(unsigned depth) {
  PivotOptions options;
  options.depth = depth;
  return options;
}

inline PivotOptions Fanout(std::uint64_t max_fanout) {
  PivotOptions options;
  options.max_fanout = max_fanout;
  return options;
}

inline std::string Address(std::uint8_t byte) { return std::string(4, static_cast<char>(byte)); }

}  // namespace pdns::query
