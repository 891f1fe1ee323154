#include "record/name.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "unit/support/dns_message.h"

namespace pdns::record {
namespace {

using pdns::testing::Labels;
using pdns::testing::WireName;

std::string Label(std::size_t size) { return static_cast<char>(size) + std::string(size, 'x'); }

// 63 + 63 + 63 and a last label, with their length bytes and the root: 194 + last bytes.
std::string LongName(std::size_t last) {
  return Label(63) + Label(63) + Label(63) + Label(last) + '\0';
}

bool AtOrUnder(const std::string& name, const std::string& zone) {
  return IsAtOrUnder(AsBytes(name), AsBytes(zone));
}

TEST(NameLength, EndsBehindTheRootLabel) {
  EXPECT_EQ(NameLength(AsBytes(WireName("www.example.com") + "rest")), 17U);
  EXPECT_EQ(NameLength(AsBytes(std::string("\0\0", 2))), 1U);
}

TEST(NameLength, TwoHundredFiftyFiveBytesAreTheLongest) {
  ASSERT_EQ(LongName(61).size(), 255U);
  EXPECT_EQ(NameLength(AsBytes(LongName(61))), 255U);
  EXPECT_EQ(NameLength(AsBytes(LongName(62))), 0U);
  EXPECT_EQ(NameLength(AsBytes(LongName(63))), 0U);
  // 127 labels of one byte fill it as well; one more does not.
  std::string many;
  for (int i = 0; i < 127; ++i) many += Label(1);
  EXPECT_EQ(NameLength(AsBytes(many + '\0')), 255U);
  EXPECT_EQ(NameLength(AsBytes(many + Label(1) + '\0')), 0U);
}

TEST(NameLength, SixtyThreeBytesAreTheLongestLabel) {
  EXPECT_EQ(NameLength(AsBytes(Label(63) + '\0')), 65U);
  EXPECT_EQ(NameLength(AsBytes(Label(64) + '\0')), 0U);
  EXPECT_EQ(NameLength(AsBytes(Label(0x80) + '\0')), 0U);
  EXPECT_EQ(NameLength(AsBytes("\xc0\x0c" + std::string(300, '\0'))), 0U);  // a pointer is no name
}

TEST(NameLength, EveryCutIsNoName) {
  for (const std::string& whole : {WireName("a.bc.def"), LongName(61)}) {
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      EXPECT_EQ(NameLength(AsBytes(whole).first(cut)), 0U) << cut;
    }
  }
}

TEST(Name, FillsTheBytesExactly) {
  EXPECT_TRUE(Name::FromWire(AsBytes(WireName("blah.org"))).has_value());
  EXPECT_FALSE(Name::FromWire(AsBytes(WireName("blah.org") + '\0')).has_value());
  EXPECT_FALSE(Name::FromWire({}).has_value());
  EXPECT_FALSE(Name::FromWire(AsBytes(LongName(62))).has_value());
  const auto longest = Name::FromWire(AsBytes(LongName(61)));
  ASSERT_TRUE(longest.has_value());
  EXPECT_EQ(AsText(longest->wire()), LongName(61));
}

TEST(Name, LowersAsciiAndNothingElse) {
  const std::string mixed = Labels({"WwW", "\xc4\xd6[@Z", "OrG"});
  const auto name = Name::FromWire(AsBytes(mixed));
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(AsText(name->wire()), Labels({"www", "\xc4\xd6[@z", "org"}));
  // Length bytes 65..90 would be capitals, but no label is that long: 63 stays 63.
  const std::string long_label = Label(63) + '\0';
  EXPECT_EQ(AsText(Name::FromWire(AsBytes(long_label))->wire()), long_label);
}

TEST(Name, TheDefaultIsTheRoot) {
  EXPECT_EQ(AsText(Name().wire()), WireName("."));
  EXPECT_EQ(Name(), Name::FromWire(AsBytes(WireName("."))));
}

TEST(IsAtOrUnder, WholeLabelsOnly) {
  EXPECT_TRUE(AtOrUnder(WireName("blah.org"), WireName("blah.org")));
  EXPECT_TRUE(AtOrUnder(WireName("www.blah.org"), WireName("blah.org")));
  EXPECT_TRUE(AtOrUnder(WireName("a.b.c.blah.org"), WireName("blah.org")));
  EXPECT_FALSE(AtOrUnder(WireName("notblah.org"), WireName("blah.org")));
  EXPECT_FALSE(AtOrUnder(WireName("org"), WireName("blah.org")));
  EXPECT_FALSE(AtOrUnder(WireName("blah.com"), WireName("blah.org")));
  EXPECT_FALSE(AtOrUnder(WireName("blah.org.evil.com"), WireName("blah.org")));
  EXPECT_FALSE(AtOrUnder(WireName("www.blah.org"), WireName("www2.blah.org")));
}

TEST(IsAtOrUnder, EverythingIsUnderTheRoot) {
  for (const char* text : {".", "org", "www.blah.org"}) {
    EXPECT_TRUE(AtOrUnder(WireName(text), WireName(".")));
  }
  EXPECT_FALSE(AtOrUnder(WireName("."), WireName("org")));
}

// A label may hold the very bytes of another name: it is no suffix for that.
TEST(IsAtOrUnder, ALabelThatLooksLikeASuffix) {
  const std::string fake = Labels({std::string("x\4blah\3org", 10)});
  EXPECT_FALSE(AtOrUnder(fake, WireName("blah.org")));
  // The whole zone, root byte included, at the end of a label before "com".
  const std::string inside = Labels({std::string_view("\4blah\3org\0", 10), "com"});
  EXPECT_FALSE(AtOrUnder(inside, WireName("blah.org")));
  EXPECT_TRUE(AtOrUnder(inside, WireName("com")));
  // A label whose last bytes and the following labels spell the zone.
  const std::string glued = Labels({std::string_view("x\4blah", 6), "org"});
  EXPECT_FALSE(AtOrUnder(glued, WireName("blah.org")));
  EXPECT_FALSE(
      AtOrUnder(Labels({std::string_view("\3www\4blah", 9), "org"}), WireName("blah.org")));
  // A label that is the root byte only.
  EXPECT_FALSE(AtOrUnder(Labels({std::string_view("\0", 1)}), Labels({"a"})));
}

// Held to a comparison label by label.
TEST(IsAtOrUnder, RandomNames) {
  std::mt19937 random(2);
  const auto make = [&random](std::vector<std::string>& labels) {
    labels.resize(random() % 4);
    std::string wire;
    for (std::string& label : labels) {
      label.assign(1 + random() % 3, '\0');
      for (char& byte : label) byte = static_cast<char>(random() % 4);  // length bytes as well
      wire += static_cast<char>(label.size()) + label;
    }
    return wire + '\0';
  };
  unsigned under = 0;
  for (int trial = 0; trial < 100'000; ++trial) {
    std::vector<std::string> name;
    std::vector<std::string> zone;
    const std::string name_wire = make(name);
    const std::string zone_wire = make(zone);
    const bool expected =
        zone.size() <= name.size() && std::equal(zone.rbegin(), zone.rend(), name.rbegin());
    ASSERT_EQ(AtOrUnder(name_wire, zone_wire), expected)
        << ToHex(AsBytes(name_wire)) << " " << ToHex(AsBytes(zone_wire));
    ASSERT_EQ(CountLabels(AsBytes(name_wire)), name.size());
    ASSERT_EQ(AtOrUnder(name_wire, name_wire), true);
    under += expected ? 1 : 0;
  }
  EXPECT_GT(under, 1000U);
}

TEST(Suffix, KeepsTheLastLabels) {
  const std::string name = WireName("www.example.com");
  EXPECT_EQ(AsText(Suffix(AsBytes(name), 0)), WireName("."));
  EXPECT_EQ(AsText(Suffix(AsBytes(name), 1)), WireName("com"));
  EXPECT_EQ(AsText(Suffix(AsBytes(name), 2)), WireName("example.com"));
  EXPECT_EQ(AsText(Suffix(AsBytes(name), 3)), name);
  EXPECT_EQ(AsText(Suffix(AsBytes(name), 255)), name);
  EXPECT_EQ(AsText(Suffix(AsBytes(WireName(".")), 2)), WireName("."));
}

}  // namespace
}  // namespace pdns::record
