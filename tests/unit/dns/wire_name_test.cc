#include "dns/wire_name.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "unit/support/dns_message.h"

namespace pdns::dns {
namespace {

using testing::Labels;
using testing::Pointer;
using testing::WireName;

struct Read {
  std::string name;
  std::size_t end = 0;
};

// Reads from a heap copy of exactly these bytes, so that a sanitizer sees one step too far.
std::optional<Read> ReadAt(std::string_view message, std::size_t at) {
  const std::vector<std::uint8_t> exact(message.begin(), message.end());
  dns::WireName name;
  const std::size_t end = ReadName(exact, at, name);
  if (end == 0) return std::nullopt;
  return Read{std::string(AsText(name.view())), end};
}

void ExpectName(std::string_view message, std::size_t at, std::string_view name, std::size_t end) {
  const auto read = ReadAt(message, at);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(ToHex(AsBytes(read->name)), ToHex(AsBytes(name)));
  EXPECT_EQ(read->end, end);
}

std::string LongLabels(std::initializer_list<std::size_t> sizes) {
  std::string wire;
  for (const std::size_t size : sizes) {
    wire.push_back(static_cast<char>(size));
    wire.append(size, 'x');
  }
  return wire;
}

TEST(ReadName, PlainNamesEndBehindTheirRoot) {
  ExpectName(WireName("."), 0, WireName("."), 1);
  ExpectName(WireName("www.blah.org") + "rest", 0, WireName("www.blah.org"), 14);
  ExpectName("junk" + WireName("org"), 4, WireName("org"), 9);
}

TEST(ReadName, ComesOutInLowerCaseWhereverItStood) {
  const std::string message = WireName("BLAH.Org") + "\3WwW" + Pointer(0);
  ExpectName(message, 10, WireName("www.blah.org"), 16);
}

TEST(ReadName, OnlyAsciiLettersAreLowered) {
  std::string all;
  std::string lowered;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string label{'\1', static_cast<char>(byte)};
    const char lower = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
    ExpectName(label + '\0', 0, std::string{'\1', lower, '\0'}, 3);
  }
}

TEST(ReadName, FollowsPointersBackwardsAndEndsBehindTheFirst) {
  // 0: org.  5: blah -> 0  12: www -> 5  18: -> 12
  const std::string message =
      WireName("org") + "\4blah" + Pointer(0) + "\3www" + Pointer(5) + Pointer(12) + "rest";
  ExpectName(message, 5, WireName("blah.org"), 12);
  ExpectName(message, 12, WireName("www.blah.org"), 18);
  ExpectName(message, 18, WireName("www.blah.org"), 20);
}

TEST(ReadName, PointerToTheRootIsTheRoot) {
  ExpectName(std::string(1, '\0') + Pointer(0), 1, WireName("."), 3);
}

TEST(ReadName, RefusesPointersThatDoNotGoBack) {
  EXPECT_FALSE(ReadAt(Pointer(0), 0));                                       // to itself
  EXPECT_FALSE(ReadAt(Pointer(2) + WireName("org"), 0));                     // forward
  EXPECT_FALSE(ReadAt("\1a" + Pointer(0), 0));                               // into its own label
  EXPECT_FALSE(ReadAt("\1a" + Pointer(2), 0));                               // to itself, later
  EXPECT_FALSE(ReadAt("\1a" + Pointer(4) + Pointer(0), 4));                  // back, then forward
  EXPECT_FALSE(ReadAt(Pointer(2) + Pointer(0), 2));                          // two in a ring
  EXPECT_FALSE(ReadAt(WireName("a") + "\1b" + Pointer(3) + "\1c", 3));       // b -> b
  EXPECT_FALSE(ReadAt(WireName("a") + "\1b" + Pointer(7) + Pointer(3), 7));  // ring of two
}

TEST(ReadName, APointerMayNotReachAPositionTheNamePassed) {
  // 0: a -> nothing yet; the name at 6 goes to 3, whose pointer goes to 4: before 6, behind 3.
  const std::string message = WireName("a") + "\1b" + Pointer(4) + "\1c" + Pointer(3);
  EXPECT_FALSE(ReadAt(message, 7));
}

TEST(ReadName, RefusesPointersOutOfTheMessage) {
  EXPECT_FALSE(ReadAt(WireName("a") + Pointer(0x3fff), 3));
  EXPECT_FALSE(ReadAt(Pointer(0x3fff), 0));
}

TEST(ReadName, RefusesTheReservedLabelTypes) {
  EXPECT_FALSE(ReadAt(std::string("\x40") + std::string(64, 'a') + '\0', 0));
  EXPECT_FALSE(ReadAt(std::string("\x80") + std::string(128, 'a') + '\0', 0));
  EXPECT_FALSE(ReadAt(std::string("\xbf") + std::string(191, 'a') + '\0', 0));
}

TEST(ReadName, LabelsOf63BytesPassAndNamesOf255) {
  const std::string longest = LongLabels({63, 63, 63, 61}) + '\0';
  ASSERT_EQ(longest.size(), 255U);
  ExpectName(longest, 0, longest, 255);
  EXPECT_FALSE(ReadAt(LongLabels({63, 63, 63, 62}) + '\0', 0));
  EXPECT_FALSE(ReadAt(LongLabels({63, 63, 63, 63}) + '\0', 0));

  std::string most_labels;
  for (int i = 0; i < 127; ++i) most_labels += "\1a";
  ExpectName(most_labels + '\0', 0, most_labels + '\0', 255);
  EXPECT_FALSE(ReadAt(most_labels + "\1a" + '\0', 0));
}

TEST(ReadName, TheLimitHoldsAcrossPointers) {
  const std::string tail = LongLabels({63, 63, 63}) + '\0';  // 193 bytes
  ExpectName(tail + LongLabels({61}) + Pointer(0), 193, LongLabels({61}) + tail, 257);
  EXPECT_FALSE(ReadAt(tail + LongLabels({62}) + Pointer(0), 193));
}

// Each pointer to the one before it; the first to a name. No name needs more than 128.
TEST(ReadName, PointerChainsAreBounded) {
  const auto chain = [](std::size_t pointers) {
    std::string message = WireName("a");
    std::size_t at = 0;
    for (std::size_t i = 0; i < pointers; ++i) {
      const std::size_t here = message.size();
      message += Pointer(at);
      at = here;
    }
    return std::pair(message, at);
  };
  const auto [fair, fair_at] = chain(128);
  ExpectName(fair, fair_at, WireName("a"), fair_at + 2);
  const auto [hostile, hostile_at] = chain(129);
  EXPECT_FALSE(ReadAt(hostile, hostile_at));
  const auto [huge, huge_at] = chain(8000);
  EXPECT_FALSE(ReadAt(huge, huge_at));
}

TEST(ReadName, CutAnywhereItIsNoName) {
  const std::string plain = WireName("www.blah.org");
  for (std::size_t size = 0; size < plain.size(); ++size) {
    EXPECT_FALSE(ReadAt(plain.substr(0, size), 0)) << size;
  }
  const std::string compressed = WireName("org") + "\3www" + Pointer(0);
  for (std::size_t size = 5; size < compressed.size(); ++size) {
    EXPECT_FALSE(ReadAt(compressed.substr(0, size), 5)) << size;
  }
}

TEST(ReadName, OffsetsAtAndBeyondTheEndAreNoNames) {
  EXPECT_FALSE(ReadAt("", 0));
  EXPECT_FALSE(ReadAt(WireName("a"), 3));
  EXPECT_FALSE(ReadAt(WireName("a"), 4));
  EXPECT_FALSE(ReadAt(WireName("a"), 70000));
}

TEST(ReadName, ReadsBeyondTheReachOfAPointer) {
  // Above 0x3fff a name can be read, only not pointed at.
  const std::string message = std::string(20000, '\0') + WireName("far.org") + Pointer(0);
  ExpectName(message, 20000, WireName("far.org"), 20009);
  ExpectName(message, 20009, WireName("."), 20011);
}

TEST(ReadName, LowersAtEveryPlaceOfAStep) {
  std::string wire;
  for (std::size_t size = 1; size <= record::kMaxLabelLength; ++size) {
    std::string label;
    for (std::size_t i = 0; i < size; ++i) label.push_back("@AZ[`az{\xc1\xda"[i % 10]);
    std::string lower = label;
    for (char& c : lower) c = c == 'A' ? 'a' : c == 'Z' ? 'z' : c;
    ExpectName(Labels({label}), 0, Labels({lower}), size + 2);
    ExpectName(Labels({label}) + std::string(20, 'X'), 0, Labels({lower}), size + 2);
  }
}

TEST(ReadName, TellsTheLowestOffsetItWasReadFrom) {
  const std::string message = WireName("org") + "\4blah" + Pointer(0) + "\1a" + Pointer(4);
  std::array<std::uint8_t, kNameRoom> room;
  EXPECT_EQ(ReadName(AsBytes(message), 5, room.data()).lowest, 0U);
  EXPECT_EQ(ReadName(AsBytes(message), 12, room.data()).lowest, 4U);
  EXPECT_EQ(ReadName(AsBytes(message), 4, room.data()).lowest, 4U);
}

TEST(LowerName, WholeNamesInLowerCaseOrNothing) {
  const auto lower = [](std::string_view wire) {
    const std::vector<std::uint8_t> exact(wire.begin(), wire.end());
    std::array<std::uint8_t, kNameRoom> room;
    return std::string(AsText(LowerName(exact, room.data())));
  };
  EXPECT_EQ(lower(WireName("WWW.Blah.ORG")), WireName("www.blah.org"));
  EXPECT_EQ(lower(WireName(".")), WireName("."));
  const std::string longest = LongLabels({63, 63, 63, 61}) + '\0';
  EXPECT_EQ(lower(longest), longest);
  EXPECT_EQ(lower(LongLabels({63, 63, 63, 62}) + '\0'), "");
  EXPECT_EQ(lower(""), "");
  EXPECT_EQ(lower("\3org"), "");
  EXPECT_EQ(lower(WireName("org") + "x"), "");
  EXPECT_EQ(lower(Pointer(0)), "");
}

}  // namespace
}  // namespace pdns::dns
