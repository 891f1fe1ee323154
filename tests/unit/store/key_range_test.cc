// Ranges hold what they should and nothing else: every pair of a set of names made to be mistaken
// for one another.
#include "store/key_range.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "record/name.h"
#include "store/reverse_key.h"
#include "store/selection.h"
#include "unit/store/rows.h"
#include "unit/support/dns_message.h"

namespace pdns::store {
namespace {

using record::RrType;

std::vector<record::Name> MeanNames() {
  const std::vector<std::string> labels{
      std::string("\1\0", 2),  std::string("\2\0\0", 3),  std::string("\2\0\1", 3),
      std::string("\1\1"),     std::string("\2\1\0", 3),  std::string("\2\1\1"),
      std::string("\1\2"),     std::string("\1a"),        std::string("\2aa"),
      std::string("\2a\0", 3), std::string("\2a\1"),      std::string("\1b"),
      std::string("\1\xff"),   std::string("\2\xff\xff"), std::string("\3a.a")};
  std::vector<std::string> wires{std::string(1, '\0')};
  for (std::size_t at = 0, depth = 0; depth < 2; ++depth) {
    const std::size_t end = wires.size();
    for (; at < end; ++at) {
      for (const std::string& label : labels) wires.push_back(label + wires[at]);
    }
  }
  std::vector<record::Name> names;
  for (const std::string& wire : wires) names.push_back(*record::Name::FromWire(AsBytes(wire)));
  // A few deeper ones.
  for (std::size_t i = 20; i < wires.size(); i += 7) {
    names.push_back(*record::Name::FromWire(AsBytes(labels[i % labels.size()] + wires[i])));
  }
  return names;
}

std::string ForwardKey(const record::Name& owner, RrType type, std::string_view rdata) {
  return RowKeyOf({owner.wire(), type, AsBytes(rdata)});
}

// The reverse keys of a span of targets.
KeyRange TargetRange(const Span& span) {
  return PrefixRange(std::string(1, static_cast<char>(Kind::kName)) + span.lo);
}

TEST(Range, OwnersAndSubtreesAreExact) {
  const auto names = MeanNames();
  ASSERT_GT(names.size(), 250U);
  for (const record::Name& top : names) {
    const KeyRange owner = PrefixRange(NameSpan(top.wire()).lo);
    const KeyRange subtree = PrefixRange(SubtreeSpan(top.wire()).lo);
    for (const record::Name& name : names) {
      ASSERT_EQ(owner.Holds(OwnerKey(name.wire())), name == top);
      for (const auto& [type, rdata] :
           {std::pair(RrType{}, std::string()),
            std::pair(static_cast<RrType>(0xffff), std::string(3, '\xff'))}) {
        const std::string key = ForwardKey(name, type, rdata);
        ASSERT_EQ(owner.Holds(key), name == top)
            << dns::NameToText(top.wire()) << " " << dns::NameToText(name.wire());
        ASSERT_EQ(subtree.Holds(key), record::IsAtOrUnder(name.wire(), top.wire()))
            << dns::NameToText(top.wire()) << " " << dns::NameToText(name.wire());
      }
    }
  }
}

TEST(Range, TargetsAreExactAndApartFromAddresses) {
  const auto names = MeanNames();
  const record::Name owner = *dns::NameFromText("owner.org");
  std::vector<std::vector<std::string>> keys;
  for (const record::Name& target : names) {
    keys.push_back(ReverseKeys({owner.wire(), RrType::kNs, target.wire()}));
    ASSERT_EQ(keys.back().size(), 1U);
  }
  const std::string address(4, '\xff');
  const std::vector<std::string> others{
      ReverseKeys({owner.wire(), RrType::kA, AsBytes(address)}).at(0),
      ReverseKeys({owner.wire(), RrType::kTxt, AsBytes("\1x")}).at(0)};
  for (const record::Name& top : names) {
    const KeyRange exact = TargetRange(NameSpan(top.wire()));
    const KeyRange subtree = TargetRange(SubtreeSpan(top.wire()));
    for (std::size_t i = 0; i < names.size(); ++i) {
      ASSERT_EQ(exact.Holds(keys[i][0]), names[i] == top);
      ASSERT_EQ(subtree.Holds(keys[i][0]), record::IsAtOrUnder(names[i].wire(), top.wire()));
    }
    for (const std::string& other : others) {
      ASSERT_FALSE(exact.Holds(other));
      ASSERT_FALSE(subtree.Holds(other));
    }
  }
}

TEST(Range, PrefixesOfHighBytesEndWhereTheyShould) {
  EXPECT_TRUE(PrefixRange("").Holds("anything"));
  EXPECT_TRUE(PrefixRange("").Holds(""));
  const auto high = PrefixRange("a\xff\xff");
  EXPECT_TRUE(high.Holds("a\xff\xff\xff\xff"));
  EXPECT_FALSE(high.Holds("a\xff\xfe\xff"));
  EXPECT_FALSE(high.Holds("b"));
  const auto highest = PrefixRange("\xff\xff");
  EXPECT_TRUE(highest.Holds("\xff\xff\xff\xff\xff"));
  EXPECT_FALSE(highest.Holds("\xff\xfe"));
}

}  // namespace
}  // namespace pdns::store
