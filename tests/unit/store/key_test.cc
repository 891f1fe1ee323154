#include "store/key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "unit/store/corpus.h"
#include "unit/support/dns_message.h"

namespace pdns::store {
namespace {

using record::RrType;
using testing::Labels;
using testing::WireName;

std::string Ordered(std::string_view wire) {
  std::string key;
  AppendOrderedName(key, AsBytes(wire));
  return key;
}

// What ReadOrderedName makes of bytes in a heap block of their own; nothing when it fails, or does
// not end behind them.
std::optional<std::string> Read(std::string_view bytes) {
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  Cursor cursor(exact);
  const record::Name name = ReadOrderedName(cursor);
  if (!cursor.AtEnd()) return std::nullopt;
  return std::string(AsText(name.wire()));
}

std::string RandomName(std::mt19937& random, std::string_view alphabet) {
  std::string wire;
  for (std::size_t labels = random() % 4; labels > 0; --labels) {
    const std::size_t size = 1 + random() % 3;
    wire.push_back(static_cast<char>(size));
    for (std::size_t i = 0; i < size; ++i) wire.push_back(alphabet[random() % alphabet.size()]);
  }
  return wire + '\0';
}

// RFC 4034 6.1, as it says: labels from the right, each compared as a left-justified string of
// unsigned octets in lower case; a missing octet before a zero octet.
std::vector<std::string> LabelsFromTheRight(std::string_view wire) {
  std::vector<std::string> labels;
  for (std::size_t at = 0; wire[at] != 0; at += static_cast<std::uint8_t>(wire[at]) + 1U) {
    labels.emplace_back(wire.substr(at + 1, static_cast<std::uint8_t>(wire[at])));
  }
  std::reverse(labels.begin(), labels.end());
  return labels;
}

TEST(OrderedName, IsWrittenAsTheSchemaSays) {
  EXPECT_EQ(Ordered(WireName(".")), std::string(1, '\0'));
  EXPECT_EQ(Ordered(WireName("www.example.com")), std::string("com\0example\0www\0\0", 17));
  EXPECT_EQ(Ordered(Labels({std::string_view("\0\1\2", 3)})), std::string("\1\1\1\2\2\0\0", 7));
}

TEST(OrderedName, ByteOrderIsTheCanonicalOrder) {
  std::mt19937 random(4);
  const std::string alphabet("\0\0\1\1\2.ab-z\x7f\xfe\xff", 13);
  for (int round = 0; round < 200000; ++round) {
    const std::string a = RandomName(random, alphabet);
    const std::string b = RandomName(random, alphabet);
    // std::string compares as unsigned bytes, the shorter first.
    ASSERT_EQ(Ordered(a) < Ordered(b), LabelsFromTheRight(a) < LabelsFromTheRight(b))
        << ToHex(AsBytes(a)) << " " << ToHex(AsBytes(b));
    ASSERT_EQ(Ordered(a) == Ordered(b), a == b);
  }
}

TEST(OrderedName, TheExampleOfTheRfcIsInOrder) {
  const std::vector<std::string> names{
      Labels({"example"}),
      Labels({"a", "example"}),
      Labels({"yljkjljk", "a", "example"}),
      Labels({"z", "a", "example"}),
      Labels({"zabc", "a", "example"}),
      Labels({"z", "example"}),
      Labels({"\1", "z", "example"}),
      Labels({"*", "z", "example"}),
      Labels({"\xc8", "z", "example"}),
  };
  for (std::size_t i = 1; i < names.size(); ++i) {
    EXPECT_LT(Ordered(names[i - 1]), Ordered(names[i])) << i;
  }
}

TEST(OrderedName, RoundTripOfRandomNames) {
  std::mt19937 random(5);
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) {
    all_bytes.push_back(static_cast<char>(LowerByte(static_cast<std::uint8_t>(byte))));
  }
  for (int round = 0; round < 20000; ++round) {
    const std::string wire = RandomName(random, all_bytes);
    ASSERT_EQ(Read(Ordered(wire)), wire);
  }
}

TEST(OrderedName, TheLongestNamesRoundTrip) {
  const std::string label = '\x3f' + std::string(63, '\1');
  const std::string longest = label + label + label + '\x3d' + std::string(61, '\0') + '\0';
  EXPECT_EQ(Read(Ordered(longest)), longest);
  std::string most_labels;
  for (int i = 0; i < 127; ++i) most_labels.append(1, '\1').append(1, '\0');
  EXPECT_EQ(Read(Ordered(most_labels + '\0')), most_labels + '\0');
}

TEST(OrderedName, StopsBehindTheName) {
  const std::string key = Ordered(WireName("blah.org")) + "rest";
  Cursor cursor(AsBytes(key));
  EXPECT_EQ(AsText(ReadOrderedName(cursor).wire()), WireName("blah.org"));
  EXPECT_EQ(cursor.left(), 4U);
}

TEST(OrderedName, RefusesWhatIsNotWritten) {
  const auto refused = [](std::string_view bytes) { return !Read(bytes).has_value(); };
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused(std::string_view("Org\0\0", 5)));   // upper case
  EXPECT_TRUE(refused(std::string_view("\1\0\0", 3)));    // escape of nothing
  EXPECT_TRUE(refused(std::string_view("\1\3\0\0", 4)));  // of what needs none
  EXPECT_TRUE(refused(std::string_view("\1\xff\0\0", 4)));
  EXPECT_TRUE(refused(std::string_view("a\1", 2)));  // cut in an escape
  EXPECT_TRUE(refused(std::string(64, 'a') + std::string(2, '\0')));
  EXPECT_FALSE(refused(std::string(63, 'a') + std::string(2, '\0')));
  std::string long_name;
  for (int i = 0; i < 4; ++i) long_name += std::string(63, 'a') + '\0';
  EXPECT_TRUE(refused(long_name + '\0'));
  std::string many_labels;
  for (int i = 0; i < 128; ++i) many_labels += std::string("a\0", 2);
  EXPECT_TRUE(refused(many_labels + '\0'));
}

TEST(OrderedName, CutAnywhereItIsRefused) {
  const std::string key = Ordered(Labels({"www", std::string_view("\0\1", 2), "org"}));
  for (std::size_t size = 0; size < key.size(); ++size) {
    EXPECT_FALSE(Read(key.substr(0, size)).has_value()) << size;
  }
}

std::string ForwardKey(const OwnedTuple& tuple) {
  std::string key;
  AppendForwardKey(key, tuple.view());
  return key;
}

TEST(ForwardKey, RoundTripOfRealTuples) {
  for (const OwnedTuple& tuple : CorpusTuples()) {
    const auto decoded = DecodeForwardKey(AsBytes(ForwardKey(tuple)));
    ASSERT_TRUE(decoded.has_value());
    ASSERT_EQ(decoded->view(), tuple.view());
  }
}

TEST(ForwardKey, HoldsEveryTypeAndAnyRdata) {
  for (unsigned type = 0; type < 65536; type += 257) {
    const OwnedTuple tuple = MakeTuple("a.org", static_cast<RrType>(type), std::string(300, '\0'));
    const auto decoded = DecodeForwardKey(AsBytes(ForwardKey(tuple)));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->view(), tuple.view());
  }
}

TEST(ForwardKey, EmptyAndLongestRdata) {
  for (const std::size_t size : {0U, 65535U}) {
    const OwnedTuple tuple = MakeTuple("a.org", RrType::kTxt, std::string(size, 'x'));
    const auto decoded = DecodeForwardKey(AsBytes(ForwardKey(tuple)));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->rdata.size(), size);
  }
  const std::string too_long =
      ForwardKey(MakeTuple("a.org", RrType::kTxt, std::string(65535, 'x'))) + "x";
  EXPECT_FALSE(DecodeForwardKey(AsBytes(too_long)).has_value());
}

TEST(ForwardKey, CutBeforeTheRdataItIsRefused) {
  const std::string key = ForwardKey(MakeTuple("a.org", RrType::kA, ""));
  EXPECT_TRUE(DecodeForwardKey(AsBytes(key)).has_value());
  for (std::size_t size = 0; size < key.size(); ++size) {
    EXPECT_FALSE(DecodeForwardKey(AsBytes(key).first(size)).has_value()) << size;
  }
}

// Whatever is decoded is what the encoder writes: every byte of a key changed to every value.
TEST(ForwardKey, ChangedBytesDecodeToThemselvesOrNotAtAll) {
  std::string key = ForwardKey(
      {*record::Name::FromWire(AsBytes(Labels({"ab", std::string_view("\0\1", 2), "org"}))),
       RrType::kA, "rdat"});
  std::size_t taken = 0;
  for (char& byte : key) {
    const char before = byte;
    for (int value = 0; value < 256; ++value) {
      byte = static_cast<char>(value);
      const auto decoded = DecodeForwardKey(AsBytes(key));
      if (!decoded.has_value()) continue;
      ++taken;
      ASSERT_EQ(ToHex(AsBytes(ForwardKey(*decoded))), ToHex(AsBytes(key)));
    }
    byte = before;
  }
  EXPECT_GT(taken, 1000U);
}

TEST(Schema, RoundTripAndRefusals) {
  const auto version = DecodeSchemaValue(AsBytes(SchemaValue({3, 300})));
  ASSERT_TRUE(version.has_value());
  EXPECT_EQ(version->major, 3U);
  EXPECT_EQ(version->minor, 300U);
  const std::string value = SchemaValue({1, 0});
  EXPECT_TRUE(DecodeSchemaValue(AsBytes(value + "more")).has_value());  // a newer minor
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(DecodeSchemaValue(AsBytes(value).first(size)).has_value()) << size;
  }
  EXPECT_FALSE(DecodeSchemaValue(AsBytes(std::string("qdns\1\0", 6))).has_value());
  EXPECT_FALSE(DecodeSchemaValue(AsBytes(std::string("pdns\x81\0\0", 7))).has_value());
}

TEST(Ledger, KeysTellSourcesApart) {
  record::SourceId id;
  for (std::size_t i = 0; i < id.first_frame.size(); ++i) {
    id.first_frame[i] = static_cast<std::uint8_t>(i);
  }
  EXPECT_EQ(ToHex(AsBytes(LedgerKey(id))), "7372632f000102030405060708090a0b0c0d0e0f00");
  record::SourceId other = id;
  other.variant = 300;
  EXPECT_EQ(ToHex(AsBytes(LedgerKey(other))), "7372632f000102030405060708090a0b0c0d0e0fac02");
}

TEST(Ledger, RoundTripAndRefusals) {
  record::Position position;
  position.frames = 1661;
  position.bytes = 1ULL << 63;
  position.last_length = 4294967295U;
  position.last_frame.fill(0xee);
  const std::string value = LedgerValue(position);
  EXPECT_EQ(DecodeLedgerValue(AsBytes(value)), position);
  EXPECT_EQ(DecodeLedgerValue(AsBytes(value + "more")), position);
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(DecodeLedgerValue(AsBytes(value).first(size)).has_value()) << size;
  }
  std::string too_long;
  AppendVarint(too_long, 1);
  AppendVarint(too_long, 1);
  AppendVarint(too_long, 4294967296U);
  EXPECT_FALSE(DecodeLedgerValue(AsBytes(too_long + std::string(16, 'x'))).has_value());
}

}  // namespace
}  // namespace pdns::store
