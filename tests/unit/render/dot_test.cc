#include "render/dot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pdns::render {
namespace {

const std::string kBegin =
    "digraph pivot {\n  rankdir=LR;\n  node [fontname=\"monospace\"];\n"
    "  edge [fontname=\"monospace\"];\n";

TEST(Dot, Empty) { EXPECT_EQ(Dot({}, {}), kBegin + "}\n"); }

TEST(Dot, ShapesAndSharedHosting) {
  std::vector<DotNode> nodes{{"www.blah.org.", DotNode::kStart},
                             {"205.150.150.140", DotNode::kAddress, true, 1234},
                             {"blah.org.", DotNode::kName},
                             {"ns.blah.org.", DotNode::kNameServer}};
  std::vector<DotEdge> edges{{"www.blah.org.", "205.150.150.140", "A"},
                             {"blah.org.", "ns.blah.org.", "NS"},
                             {"blah.org.", "205.150.150.140", "A"},
                             {"blah.org.", "205.150.150.140", "A"}};
  const std::string text = kBegin +
                           R"(  n0 [label="205.150.150.140\n1234 names", shape=box, style=filled, )"
                           R"(fillcolor=lightgrey];
  n1 [label="blah.org.", shape=ellipse];
  n2 [label="ns.blah.org.", shape=hexagon];
  n3 [label="www.blah.org.", shape=doubleoctagon];
  n1 -> n0 [label="A"];
  n1 -> n2 [label="NS"];
  n3 -> n0 [label="A"];
}
)";
  EXPECT_EQ(Dot(nodes, edges), text);
  std::reverse(nodes.begin(), nodes.end());
  std::reverse(edges.begin(), edges.end());
  EXPECT_EQ(Dot(nodes, edges), text);
}

TEST(Dot, AnEdgeMayNameWhatIsNoNode) {
  EXPECT_EQ(Dot({}, std::vector<DotEdge>{{"a", "b", ""}}),
            kBegin +
                "  n0 [label=\"a\", shape=ellipse];\n  n1 [label=\"b\", shape=ellipse];\n"
                "  n0 -> n1 [label=\"\"];\n}\n");
}

TEST(Dot, EscapesWhatGraphvizReads) {
  EXPECT_EQ(Dot(std::vector<DotNode>{{"a\\.b\"];\n\\N&lt;\\", DotNode::kName}}, {}),
            kBegin + R"(  n0 [label="a\\.b\"];\\x0a\\N&amp;lt;\\", shape=ellipse];)" + "\n}\n");
}

TEST(Dot, EveryByteIsInert) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  const std::string text =
      Dot(std::vector<DotNode>{{all, DotNode::kName}}, std::vector<DotEdge>{{all, all + all, all}});
  EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                          [](char c) { return (c >= 0x20 && c <= 0x7e) || c == '\n'; }));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 8);
}

}  // namespace
}  // namespace pdns::render
