#include "dns/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "unit/support/dns_message.h"

namespace pdns::dns {
namespace {

using record::RrType;
using testing::Labels;
using testing::WireName;

std::string Text(const std::string& wire) { return NameToText(AsBytes(wire)); }

std::string Wire(std::string_view text) {
  const auto name = NameFromText(text);
  return name.has_value() ? std::string(AsText(name->wire())) : "no name";
}

TEST(NameToText, EndsWithADot) {
  EXPECT_EQ(Text(WireName(".")), ".");
  EXPECT_EQ(Text(WireName("org")), "org.");
  EXPECT_EQ(Text(WireName("www.blah.org")), "www.blah.org.");
  EXPECT_EQ(Text(WireName("*.blah.org")), "*.blah.org.");
  EXPECT_EQ(Text(WireName("_sip._udp.blah.org")), "_sip._udp.blah.org.");
}

TEST(NameToText, EscapesWhatCouldBeMisread) {
  EXPECT_EQ(Text(Labels({"a.b", "org"})), "a\\.b.org.");
  EXPECT_EQ(Text(Labels({"a\\b"})), "a\\\\b.");
  EXPECT_EQ(Text(Labels({"\";()@$"})), "\\\"\\;\\(\\)\\@\\$.");
  EXPECT_EQ(Text(Labels({std::string_view("\0\1\x1b\x7f\x80\xff \t\n", 9)})),
            "\\000\\001\\027\\127\\128\\255\\032\\009\\010.");
}

TEST(NameToText, EveryByteIsPrintableAndReadsBack) {
  for (int byte = 0; byte < 256; ++byte) {
    const char character = static_cast<char>(byte);
    const std::string wire = Labels({std::string_view(&character, 1), "x"});
    const std::string text = Text(wire);
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; }))
        << byte;
    if (byte >= 'A' && byte <= 'Z') continue;
    EXPECT_EQ(Wire(text), wire) << text;
  }
}

// Lower-case labels of any bytes, short and long names.
std::string RandomName(std::mt19937& random) {
  std::string wire;
  const std::size_t labels = random() % 10;
  for (std::size_t i = 0; i < labels; ++i) {
    const std::size_t size = 1 + random() % (random() % 5 == 0 ? 63 : 8);
    if (wire.size() + size + 2 > record::kMaxNameLength) break;
    wire.push_back(static_cast<char>(size));
    for (std::size_t k = 0; k < size; ++k) {
      wire.push_back(static_cast<char>(LowerByte(static_cast<std::uint8_t>(random() % 256))));
    }
  }
  return wire + '\0';
}

TEST(Names, RoundTripOverRandomNames) {
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    const std::string wire = RandomName(random);
    ASSERT_EQ(ToHex(AsBytes(Wire(Text(wire)))), ToHex(AsBytes(wire))) << Text(wire);
  }
}

TEST(Names, TheLongestNamesRoundTrip) {
  // 255 bytes, each of the label bytes written with four characters.
  const std::string label = '\x3f' + std::string(63, '\xff');
  const std::string wire = label + label + label + '\x3d' + std::string(61, '\0') + '\0';
  ASSERT_EQ(wire.size(), 255U);
  EXPECT_EQ(ToHex(AsBytes(Wire(Text(wire)))), ToHex(AsBytes(wire)));
  std::string most_labels;
  for (int i = 0; i < 127; ++i) most_labels += "\1.";
  EXPECT_EQ(ToHex(AsBytes(Wire(Text(most_labels + '\0')))), ToHex(AsBytes(most_labels + '\0')));
}

TEST(NameFromText, TakesWhatPeopleType) {
  EXPECT_EQ(Wire("www.blah.org"), WireName("www.blah.org"));
  EXPECT_EQ(Wire("www.blah.org."), WireName("www.blah.org"));
  EXPECT_EQ(Wire("WWW.Blah.ORG"), WireName("www.blah.org"));
  EXPECT_EQ(Wire("."), WireName("."));
  EXPECT_EQ(Wire("\\065.org"), WireName("a.org"));
  EXPECT_EQ(Wire("\\a.org"), WireName("a.org"));
  EXPECT_EQ(Wire("a\\.b.org"), Labels({"a.b", "org"}));
  EXPECT_EQ(Wire("a\\.b\\.."), Labels({"a.b."}));
  EXPECT_EQ(Wire("\\000.org"), Labels({std::string_view("\0", 1), "org"}));
  EXPECT_EQ(Wire("b\xc3\xbc"
                 "cher.de"),
            Labels({"b\xc3\xbc"
                    "cher",
                    "de"}));
}

TEST(NameFromText, RefusesWhatIsNoName) {
  const std::string label(63, 'a');
  const std::string dotted = label + "." + label + "." + label + ".";
  for (const std::string& text :
       {std::string(), std::string(".."), std::string(".org"), std::string("a..org"),
        std::string("a.org.."), std::string("\\"), std::string("a.org\\"), std::string("\\256.org"),
        std::string("\\999"), std::string("\\25"), std::string("a\0b", 3), std::string("a\0", 2),
        label + "a.org", dotted + std::string(62, 'a'), dotted + std::string(62, 'a') + ".",
        dotted + label, std::string(5000, 'a'), dotted + dotted + dotted}) {
    EXPECT_FALSE(NameFromText(text).has_value()) << text;
  }
  EXPECT_TRUE(NameFromText(dotted + std::string(61, 'a')).has_value());
  EXPECT_TRUE(NameFromText(dotted + std::string(61, 'a') + ".").has_value());
}

TEST(Types, AllNumbersRoundTrip) {
  for (unsigned number = 0; number < 65536; ++number) {
    const auto type = static_cast<RrType>(number);
    const std::string text = TypeToText(type);
    ASSERT_FALSE(text.empty());
    ASSERT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    })) << text;
    ASSERT_EQ(TypeFromText(text), type) << text;
    ASSERT_EQ(TypeFromText("TYPE" + std::to_string(number)), type);
    ASSERT_EQ(TypeFromText("type" + std::to_string(number)), type);
    ASSERT_EQ(TypeFromText(std::to_string(number)), type);
  }
}

TEST(Types, MnemonicsAreThoseOfTheRegistry) {
  EXPECT_EQ(TypeToText(RrType::kA), "A");
  EXPECT_EQ(TypeToText(RrType::kAaaa), "AAAA");
  EXPECT_EQ(TypeToText(RrType::kHttps), "HTTPS");
  EXPECT_EQ(TypeToText(RrType::kSvcb), "SVCB");
  EXPECT_EQ(TypeToText(RrType::kNsec3param), "NSEC3PARAM");
  EXPECT_EQ(TypeToText(static_cast<RrType>(257)), "CAA");
  EXPECT_EQ(TypeToText(static_cast<RrType>(65280)), "TYPE65280");
  EXPECT_EQ(TypeToText(static_cast<RrType>(0)), "TYPE0");
}

TEST(Types, TypedInAnyCase) {
  EXPECT_EQ(TypeFromText("aaaa"), RrType::kAaaa);
  EXPECT_EQ(TypeFromText("Cname"), RrType::kCname);
  EXPECT_EQ(TypeFromText("amtRELAY"), static_cast<RrType>(260));
  EXPECT_EQ(TypeFromText("Type28"), RrType::kAaaa);
}

TEST(Types, RefusesWhatIsNoType) {
  for (const std::string text : {"",       " ",      "AA",        "A ",        " A",
                                 "AAAAA",  "TYPE",   "TYPE-1",    "TYPE65536", "TYPE99999999999",
                                 "TYPE1x", "TYPE 1", "-1",        "+1",        "65536",
                                 "1.0",    "0x1",    "TYPETYPE1", "*",         "A,AAAA"}) {
    EXPECT_FALSE(TypeFromText(text).has_value()) << text;
  }
  EXPECT_FALSE(TypeFromText(std::string_view("A\0", 2)).has_value());
  EXPECT_FALSE(TypeFromText(std::string_view("A\0AAA", 5)).has_value());
}

}  // namespace
}  // namespace pdns::dns
