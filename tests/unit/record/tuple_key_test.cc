#include "record/tuple_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "unit/support/dns_message.h"

namespace pdns::record {
namespace {

using pdns::testing::Labels;
using pdns::testing::U16;
using pdns::testing::WireName;

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
  const Name name = ReadOrderedName(cursor);
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

OwnedTuple MakeTuple(std::string_view owner_wire, RrType type, std::string_view rdata) {
  const auto name = Name::FromWire(AsBytes(owner_wire));
  EXPECT_TRUE(name.has_value());
  return {name.value_or(Name()), type, std::string(rdata)};
}

std::string TupleKey(const OwnedTuple& tuple) {
  std::string key;
  AppendTupleKey(key, tuple.view());
  return key;
}

TEST(TupleKey, IsWrittenAsTheSchemaSays) {
  EXPECT_EQ(TupleKey(MakeTuple(WireName("www.blah.org"), RrType::kMx, "rdata")),
            std::string("org\0blah\0www\0\0\0\x0frdata", 21));
  EXPECT_EQ(TupleKey(MakeTuple(WireName("."), static_cast<RrType>(0xfffe), "")),
            std::string("\0\xff\xfe", 3));
}

TEST(TupleKey, HoldsEveryTypeAndAnyRdata) {
  for (unsigned type = 0; type < 65536; type += 257) {
    const OwnedTuple tuple =
        MakeTuple(WireName("a.org"), static_cast<RrType>(type), std::string(300, '\0'));
    const auto decoded = DecodeTupleKey(AsBytes(TupleKey(tuple)));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->view(), tuple.view());
  }
}

TEST(TupleKey, EmptyAndLongestRdata) {
  for (const std::size_t size : {0U, 65535U}) {
    const OwnedTuple tuple = MakeTuple(WireName("a.org"), RrType::kTxt, std::string(size, 'x'));
    const auto decoded = DecodeTupleKey(AsBytes(TupleKey(tuple)));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->rdata.size(), size);
  }
  const std::string too_long =
      TupleKey(MakeTuple(WireName("a.org"), RrType::kTxt, std::string(65535, 'x'))) + "x";
  EXPECT_FALSE(DecodeTupleKey(AsBytes(too_long)).has_value());
}

TEST(TupleKey, CutBeforeTheRdataItIsRefused) {
  const std::string key = TupleKey(MakeTuple(WireName("a.org"), RrType::kA, ""));
  EXPECT_TRUE(DecodeTupleKey(AsBytes(key)).has_value());
  for (std::size_t size = 0; size < key.size(); ++size) {
    EXPECT_FALSE(DecodeTupleKey(AsBytes(key).first(size)).has_value()) << size;
  }
}

// Whatever is decoded is what the encoder writes: every byte of a key changed to every value.
TEST(TupleKey, ChangedBytesDecodeToThemselvesOrNotAtAll) {
  std::string key =
      TupleKey(MakeTuple(Labels({"ab", std::string_view("\0\1", 2), "org"}), RrType::kA, "rdat"));
  std::size_t taken = 0;
  for (char& byte : key) {
    const char before = byte;
    for (int value = 0; value < 256; ++value) {
      byte = static_cast<char>(value);
      const auto decoded = DecodeTupleKey(AsBytes(key));
      if (!decoded.has_value()) continue;
      ++taken;
      ASSERT_EQ(ToHex(AsBytes(TupleKey(*decoded))), ToHex(AsBytes(key)));
    }
    byte = before;
  }
  EXPECT_GT(taken, 1000U);
}

// Two tuples whose fields differ by where one ends must not have one key.
TEST(TupleKey, DifferentTuplesDifferentBytes) {
  const std::string a = WireName("a");
  const std::string b = WireName("b");
  const std::string zero("\0", 1);
  const std::vector<OwnedTuple> tuples{MakeTuple(a, RrType::kA, ""),
                                       MakeTuple(a, RrType::kA, zero),
                                       MakeTuple(a, static_cast<RrType>(256), ""),
                                       MakeTuple(b, RrType::kA, ""),
                                       MakeTuple(a, static_cast<RrType>(0), zero),
                                       MakeTuple(WireName("b.a"), RrType::kA, ""),
                                       MakeTuple(WireName("."), RrType::kA, a)};
  for (const OwnedTuple& x : tuples) {
    for (const OwnedTuple& y : tuples) {
      EXPECT_EQ(TupleKey(x) == TupleKey(y), &x == &y);
      EXPECT_EQ(x.view() == y.view(), &x == &y);
    }
  }
}

TEST(TupleKey, WrittenInPlaceItIsTheSameAndFitsTheRoomAskedFor) {
  const std::string label = '\x3f' + std::string(63, '\1');
  const std::string longest = label + label + label + '\x3d' + std::string(61, '\0') + '\0';
  for (const std::string& owner : {WireName("."), WireName("www.blah.org"), longest}) {
    for (const std::size_t size : {0U, 1U, 300U, 65535U}) {
      const OwnedTuple tuple = MakeTuple(owner, RrType::kTxt, std::string(size, 'r'));
      const std::string appended = TupleKey(tuple);
      std::vector<std::uint8_t> room(MaxTupleKeySize(tuple.view()));
      const std::uint8_t* end = WriteTupleKey(room.data(), tuple.view());
      ASSERT_LE(end - room.data(), static_cast<std::ptrdiff_t>(room.size()));
      EXPECT_TRUE(appended == AsText({room.data(), end}));
    }
  }
}

// The parts are those that the key was made of, and views into it.
void ExpectParts(const OwnedTuple& tuple) {
  const std::string key = TupleKey(tuple);
  const std::vector<std::uint8_t> exact(key.begin(), key.end());
  const KeyParts parts = SplitTupleKey(exact);
  EXPECT_EQ(ToHex(parts.ordered_owner), ToHex(AsBytes(Ordered(AsText(tuple.owner.wire())))));
  EXPECT_EQ(parts.type, tuple.type);
  EXPECT_EQ(ToHex(parts.rdata), ToHex(AsBytes(tuple.rdata)));
  EXPECT_EQ(parts.ordered_owner.data(), exact.data());
}

TEST(SplitTupleKey, ZerosOnEverySideOfTheOwner) {
  const std::string zero("\0", 1);
  const std::string zeros(70, '\0');
  for (const std::string& owner :
       {WireName("."), WireName("a"), WireName("www.blah.org"), Labels({zero}),
        Labels({zero, zero}), Labels({std::string_view("\1\0\0\1", 4), zero, "org"}),
        Labels({zeros.substr(0, 63)}),
        Labels({std::string_view("a\0", 2), std::string_view("\0b", 2)})}) {
    for (const unsigned type : {0U, 1U, 0x0100U, 0xffffU}) {
      for (const std::string& rdata : {std::string(), zero, zeros, zeros + "x", zero + "org"}) {
        ExpectParts(MakeTuple(owner, static_cast<RrType>(type), rdata));
      }
    }
  }
}

TEST(SplitTupleKey, RandomTuples) {
  std::mt19937 random(6);
  const std::string alphabet("\0\0\1\1\2.az\xff", 9);
  for (int round = 0; round < 50'000; ++round) {
    const std::string owner = RandomName(random, alphabet);
    const std::string rdata(random() % 4, static_cast<char>(random() % 2));
    ExpectParts(MakeTuple(owner, static_cast<RrType>(random() % 3), rdata));
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(SplitTupleKey, TheLongestNames) {
  const std::string label = '\x3f' + std::string(63, '\0');
  ExpectParts(MakeTuple(label + label + label + '\x3d' + std::string(61, '\0') + '\0', RrType::kTxt,
                        std::string(65535, '\0')));
  std::string most_labels;
  for (int i = 0; i < 127; ++i) most_labels.append(1, '\1').append(1, '\0');
  ExpectParts(MakeTuple(most_labels + '\0', RrType::kA, ""));
}

}  // namespace
}  // namespace pdns::record
