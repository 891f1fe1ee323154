#include "render/dot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pdns::render {
namespace {

std::string Begin() {
  return R"(digraph pivot {
  rankdir=LR; ranksep=1; nodesep=0.1;
  node [fontname="monospace", style=filled, margin="0.1,0.03", height=0.3];
  edge [fontname="monospace", fontsize=10];
)";
}
std::string Legend() {
  return R"(  subgraph cluster_legend {
    label="legend"; color=grey; fontname="monospace";
)";
}
std::string OnlyNames() {
  return Legend() + R"(    l0 [label="name", shape=ellipse, fillcolor=white];
  }
}
)";
}

TEST(Dot, Empty) { EXPECT_EQ(Dot({}, {}), Begin() + "}\n"); }

TEST(Dot, ShapesSharedHostingAndLegend) {
  std::vector<DotNode> nodes{{"www.blah.org.", DotNode::kStart},
                             {"205.150.150.140", DotNode::kAddress, true, 1234},
                             {"205.150.150.141", DotNode::kAddress, true, 9, "more than 9 names"},
                             {"blah.org.", DotNode::kName},
                             {"flux.org.", DotNode::kName, false, 0, "500 addresses"},
                             {"ns.blah.org.", DotNode::kNameServer}};
  std::vector<DotEdge> edges{
      {"www.blah.org.", "205.150.150.140", "HTTPS"}, {"www.blah.org.", "205.150.150.140", "A"},
      {"blah.org.", "ns.blah.org.", "NS"},           {"blah.org.", "www.blah.org.", "CNAME"},
      {"blah.org.", "205.150.150.140", "A"},         {"blah.org.", "205.150.150.140", "A"}};
  const std::string text =
      Begin() +
      R"(  n0 [label="205.150.150.140\n1234 names", shape=box, fillcolor=lightgrey];
  n1 [label="205.150.150.141\nmore than 9 names", shape=box, fillcolor=lightgrey, style="filled,dashed"];
  n2 [label="blah.org.", shape=ellipse, fillcolor=white];
  n3 [label="flux.org.\n500 addresses", shape=ellipse, fillcolor=white, style="filled,dashed"];
  n4 [label="ns.blah.org.", shape=hexagon, fillcolor=palegreen];
  n5 [label="www.blah.org.", shape=doubleoctagon, fillcolor=gold];
  n2 -> n0 [label="A"];
  n2 -> n4 [label="NS", style=dotted];
  n2 -> n5 [label="CNAME", style=dashed];
  n5 -> n0 [label="A, HTTPS"];
)" + Legend() +
      R"(    l0 [label="name", shape=ellipse, fillcolor=white];
    l1 [label="address", shape=box, fillcolor=lightblue];
    l2 [label="name server", shape=hexagon, fillcolor=palegreen];
    l3 [label="start", shape=doubleoctagon, fillcolor=gold];
    l4 [label="shared by many", shape=ellipse, fillcolor=lightgrey];
    l5 [label="counted, not followed", shape=ellipse, fillcolor=white, style="filled,dashed"];
  }
}
)";
  EXPECT_EQ(Dot(nodes, edges), text);
  std::reverse(nodes.begin(), nodes.end());
  std::reverse(edges.begin(), edges.end());
  EXPECT_EQ(Dot(nodes, edges), text);
}

TEST(Dot, AnEdgeMayNameWhatIsNoNode) {
  EXPECT_EQ(Dot({}, std::vector<DotEdge>{{"a", "b", ""}}),
            Begin() +
                R"(  n0 [label="a", shape=ellipse, fillcolor=white];
  n1 [label="b", shape=ellipse, fillcolor=white];
  n0 -> n1 [label=""];
)" + OnlyNames());
}

TEST(Dot, EscapesWhatGraphvizReads) {
  EXPECT_EQ(Dot(std::vector<DotNode>{{"a\\.b\"];\n\\N&lt;\\", DotNode::kName}}, {}),
            Begin() +
                R"(  n0 [label="a\\.b\"];\\x0a\\N&amp;lt;\\", shape=ellipse, fillcolor=white];)" +
                "\n" + OnlyNames());
}

TEST(Dot, EveryByteIsInert) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  const std::string text =
      Dot(std::vector<DotNode>{{all, DotNode::kName}}, std::vector<DotEdge>{{all, all + all, all}});
  EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                          [](char c) { return (c >= 0x20 && c <= 0x7e) || c == '\n'; }));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 12);
}

}  // namespace
}  // namespace pdns::render
