#include "dns/address_block.h"

#include <gtest/gtest.h>

namespace pdns::dns {
namespace {

std::string RoundTrip(std::string_view text) {
  const auto block = ParseBlock(text);
  return block.has_value() ? BlockText(*block) : "none";
}

TEST(AddressBlock, AddressesAndBlocksOfBothFamilies) {
  EXPECT_EQ(RoundTrip("205.150.150.140"), "205.150.150.140");
  EXPECT_EQ(RoundTrip("205.150.150.140/32"), "205.150.150.140");
  EXPECT_EQ(RoundTrip("205.150.150.140/20"), "205.150.144.0/20");
  EXPECT_EQ(RoundTrip("0.0.0.0/0"), "0.0.0.0/0");
  EXPECT_EQ(RoundTrip("2001:DB8::1"), "2001:db8::1");
  EXPECT_EQ(RoundTrip("2001:db8::1/33"), "2001:db8::/33");
  EXPECT_EQ(RoundTrip("::/0"), "::/0");
  EXPECT_EQ(RoundTrip("::ffff:1.2.3.4"), "::ffff:1.2.3.4");
}

TEST(AddressBlock, WhatIsNone) {
  for (const std::string_view text :
       {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4/33", "::/129", "1.2.3.4/",
        "1.2.3.4/x", "1.2.3.4/-1", "1.2.3.4/8/8", " 1.2.3.4", "1.2.3.4 ", "a.org", ":",
        "1::2::3"}) {
    EXPECT_EQ(RoundTrip(text), "none") << text;
  }
  EXPECT_EQ(RoundTrip(std::string_view("1.2.3.4\0x", 9)), "none");
}

TEST(AddressBlock, RangesThatNoPrefixStandsFor) {
  AddressBlock range = *ParseAddress("10.0.0.1");
  range.last[3] = 9;
  EXPECT_EQ(PrefixLength(range), std::nullopt);
  EXPECT_EQ(BlockText(range), "10.0.0.1-10.0.0.9");
  EXPECT_EQ(PrefixLength(*ParseBlock("10.0.0.0/9")), 9U);
}

TEST(AddressBlock, HoldsBothItsEndsAndOneFamilyOnly) {
  const AddressBlock block = *ParseBlock("10.1.0.0/15");
  const auto holds = [&block](std::string_view text) {
    return block.Holds(ParseAddress(text)->lowest());
  };
  EXPECT_TRUE(holds("10.0.0.0"));
  EXPECT_TRUE(holds("10.1.255.255"));
  EXPECT_FALSE(holds("9.255.255.255"));
  EXPECT_FALSE(holds("10.2.0.0"));
  EXPECT_FALSE(holds("::a00:0"));
  EXPECT_FALSE(block.Holds({}));
  EXPECT_TRUE(ParseBlock("::/0")->Holds(ParseAddress("ffff::")->lowest()));
}

}  // namespace
}  // namespace pdns::dns
