#include "store/reverse_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "dns/targets.h"
#include "store/key_range.h"
#include "store/selection.h"
#include "unit/store/corpus.h"
#include "unit/support/damage.h"
#include "unit/support/dns_message.h"
#include "unit/support/names.h"

namespace pdns::store {
namespace {

using record::OwnedTuple;
using record::RrType;
using testing::U16;
using testing::U32;
using testing::WireName;

using Keys = std::vector<std::string>;

Keys KeysOf(const OwnedTuple& tuple) { return ReverseKeys(tuple.view()); }

// Every key yields the key of its row and what was found, and is made of them again.
void ExpectYieldsItsRow(const OwnedTuple& tuple) {
  const std::string row = RowKeyOf(tuple.view());
  const auto row_parts = SplitRowKey(AsBytes(row));
  ASSERT_TRUE(row_parts.has_value());
  const Keys keys = KeysOf(tuple);
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
  std::set<std::string> targets;
  for (const dns::Target& target : dns::TargetsOf(tuple.type, AsBytes(tuple.rdata))) {
    const bool name = target.kind == dns::Target::Kind::kName;
    targets.insert(name ? testing::OrderedName(target.bytes) : std::string(AsText(target.bytes)));
  }
  for (const std::string& key : keys) {
    const std::vector<std::uint8_t> exact(key.begin(), key.end());
    const auto parts = SplitReverseKey(exact);
    ASSERT_TRUE(parts.has_value()) << ToHex(exact);
    EXPECT_EQ(ToHex(AsBytes(parts->row_key)), ToHex(AsBytes(row)));
    EXPECT_EQ(ToHex(AsBytes(ReverseKeyAt(parts->kind, parts->at, *row_parts))), ToHex(exact));
    if (parts->kind == Kind::kText) {
      EXPECT_EQ(parts->at, "");
    } else {
      EXPECT_EQ(targets.erase(std::string(parts->at)), 1U);
    }
  }
  EXPECT_TRUE(targets.empty());
}

std::string Hint4(const std::vector<std::uint32_t>& addresses) {
  std::string value;
  for (const std::uint32_t address : addresses) value += U32(address);
  return U16(4) + U16(static_cast<std::uint16_t>(value.size())) + value;
}

OwnedTuple Https(const std::string& params) {
  return MakeTuple("blah.org", RrType::kHttps, U16(1) + WireName("svc.blah.org") + params);
}

TEST(ReverseKey, RealTuplesYieldTheirRows) {
  std::set<RrType> types;
  std::size_t with_keys = 0;
  for (const OwnedTuple& tuple : CorpusTuples()) {
    ExpectYieldsItsRow(tuple);
    types.insert(tuple.type);
    with_keys += KeysOf(tuple).empty() ? 0 : 1;
  }
  EXPECT_GT(types.size(), 70U);
  EXPECT_GT(with_keys, 500U);
}

TEST(ReverseKey, SignaturesKeysAndProofsHaveNone) {
  for (const unsigned type : {24U, 25U, 30U, 46U, 47U, 48U, 50U, 51U, 60U}) {
    const std::string rdata = std::string(18, '\0') + WireName("a.org") + "tail";
    EXPECT_TRUE(KeysOf(MakeTuple("a.org", static_cast<RrType>(type), rdata)).empty()) << type;
    EXPECT_FALSE(IsText(static_cast<RrType>(type))) << type;
  }
}

TEST(ReverseKey, OneOfEveryTypeThatPointsAtAName) {
  const std::string n = WireName("target.net");
  const std::string s("\3abc");
  const std::vector<std::pair<int, std::string>> rdatas{
      {2, n},           {3, n},
      {4, n},           {5, n},
      {7, n},           {8, n},
      {9, n},           {12, n},
      {39, n},          {6, n + n + std::string(20, 'x')},
      {14, n + n},      {15, U16(1) + n},
      {17, n + n},      {18, U16(1) + n},
      {21, U16(1) + n}, {26, U16(1) + n + n},
      {36, U16(1) + n}, {33, U16(1) + U16(2) + U16(3) + n},
      {64, U16(1) + n}, {35, U16(1) + U16(2) + s + s + s + n},
      {65, U16(1) + n}, {107, U16(1) + n}};
  const Span span = NameSpan(AsBytes(n));
  const KeyRange range = PrefixRange("\2" + span.lo);
  for (const auto& [type, rdata] : rdatas) {
    const OwnedTuple tuple = MakeTuple("owner.org", static_cast<RrType>(type), rdata);
    const Keys keys = KeysOf(tuple);
    ASSERT_EQ(keys.size(), 1U) << type;
    EXPECT_TRUE(range.Holds(keys[0])) << type;
    EXPECT_FALSE(IsText(tuple.type)) << type;
    ExpectYieldsItsRow(tuple);
    // The target is not there whole.
    EXPECT_TRUE(KeysOf(MakeTuple("owner.org", tuple.type, rdata.substr(0, 3))).empty()) << type;
  }
}

TEST(ReverseKey, HintsAreAddresses) {
  const std::string v6_address = std::string("\x20\x01\x0d\xb8", 4) + std::string(12, '\1');
  const OwnedTuple tuple = Https(U16(1) + U16(3) + "\2h2" + Hint4({0x0a000001, 0x0a000002}) +
                                 U16(6) + U16(16) + v6_address);
  const Keys keys = KeysOf(tuple);
  ASSERT_EQ(keys.size(), 4U);
  EXPECT_TRUE(keys[1].starts_with("\4" + U32(0x0a000001)));
  EXPECT_TRUE(keys[2].starts_with("\4" + U32(0x0a000002)));
  EXPECT_TRUE(keys[3].starts_with("\6" + v6_address));
  ExpectYieldsItsRow(tuple);
}

TEST(ReverseKey, EachHintOnceAndNoMoreThanTheLimit) {
  EXPECT_EQ(KeysOf(Https(Hint4({7, 7, 8, 7}))).size(), 3U);
  EXPECT_EQ(KeysOf(Https(Hint4({7}) + Hint4({7}))).size(), 2U);
  std::vector<std::uint32_t> many;
  for (std::uint32_t i = 0; i < 5000; ++i) many.push_back(i);
  const OwnedTuple tuple = Https(Hint4(many));
  EXPECT_EQ(KeysOf(tuple).size(), 1 + dns::kMaxHints);
  ExpectYieldsItsRow(tuple);
}

TEST(ReverseKey, BadParametersCostOnlyThemselves) {
  EXPECT_EQ(KeysOf(Https(U16(4) + U16(3) + "abc")).size(), 1U);      // not an address
  EXPECT_EQ(KeysOf(Https(U16(4) + U16(7) + "abcdefg")).size(), 2U);  // one and a half
  EXPECT_EQ(KeysOf(Https(U16(4) + U16(99) + "abcd")).size(), 1U);    // runs over
  EXPECT_EQ(KeysOf(Https(Hint4({1}) + "x")).size(), 2U);             // rubbish behind
  EXPECT_EQ(KeysOf(Https("\xff")).size(), 1U);
  for (const char* params : {"x", "xx", "xxx", "\4\4\2"}) ExpectYieldsItsRow(Https(params));
}

TEST(ReverseKey, RdataAroundTheLimit) {
  for (const std::size_t size : {0U, 1U, 222U, 223U, 224U, 254U, 255U, 256U, 65535U}) {
    for (const char fill : {'\0', '\1', '\2', 'x', '\xff'}) {
      const OwnedTuple tuple = MakeTuple("a.org", RrType::kTxt, std::string(size, fill));
      ASSERT_EQ(KeysOf(tuple).size(), 1U);
      ExpectYieldsItsRow(tuple);
    }
  }
  const std::size_t fixed = Https("").rdata.size() + Hint4({9}).size();
  for (std::size_t size = 230 - fixed; size < 260 - fixed; ++size) {
    const OwnedTuple tuple = Https(Hint4({9}) + std::string(size, '\xee'));
    EXPECT_EQ(KeysOf(tuple).size(), 2U);
    ExpectYieldsItsRow(tuple);
  }
}

TEST(ReverseKey, TextSortsByItsBytes) {
  const auto key = [](std::string_view rdata) {
    return KeysOf(MakeTuple("a.org", RrType::kTxt, rdata)).at(0);
  };
  EXPECT_LT(key("a"), key(std::string_view("a\0", 2)));
  EXPECT_LT(key(std::string_view("a\0", 2)), key("a\1"));
  EXPECT_LT(key("a\1"), key("aa"));
}

TEST(ReverseKey, WhatIsCutKeepsItsTargetAndTellsKeysApart) {
  const record::Name longest = LongestEscapes();
  const OwnedTuple one{longest, RrType::kCname, std::string(AsText(longest.wire()))};
  OwnedTuple other = one;
  other.owner = LongestEscapes('\1');
  const std::string whole = KeysOf(one).at(0);
  const std::string cut = CutReverseKey(whole);
  ASSERT_GT(whole.size(), kMaxReverseKey);
  EXPECT_EQ(cut.size(), kMaxReverseKey);
  EXPECT_EQ(cut.substr(0, 668), whole.substr(0, 668));
  EXPECT_TRUE(cut.starts_with("\2" + OwnerKey(longest.wire()) + U16(5)));
  EXPECT_NE(cut, CutReverseKey(KeysOf(other).at(0)));
  ExpectYieldsItsRow(one);
  ExpectYieldsItsRow(other);
}

TEST(ReverseKey, ARowIsTakenApartAndItsKeyIsCutFromItsValue) {
  const auto split = [](const std::string& key, const std::string& value) {
    return SplitReverseRow(AsBytes(key), AsBytes(value));
  };
  const record::Name longest = LongestEscapes();
  const OwnedTuple tuple{longest, RrType::kCname, std::string(AsText(longest.wire()))};
  const std::string whole = KeysOf(tuple).at(0);
  const std::string cut = CutReverseKey(whole);
  const auto row = split(cut, whole);
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(AsText(row->whole), whole);
  EXPECT_EQ(row->parts.row_key, RowKeyOf(tuple.view()));
  std::string other = whole;
  other.back() ^= 1;
  EXPECT_FALSE(split(cut, other).has_value());
  EXPECT_FALSE(split(cut, "").has_value());
  EXPECT_FALSE(split(whole, "").has_value());
  EXPECT_FALSE(split(whole, whole).has_value());

  const OwnedTuple short_one = MakeTuple("a.org", RrType::kA, "abcd");
  const std::string key = KeysOf(short_one).at(0);
  ASSERT_TRUE(split(key, "").has_value());
  EXPECT_EQ(AsText(split(key, "")->whole), key);
  EXPECT_EQ(split(key, "")->parts.at, "abcd");
  EXPECT_FALSE(split(key, key).has_value());
  EXPECT_FALSE(split(key + std::string(32, 'x'), key).has_value());
}

bool Refused(const std::string& key) { return !SplitReverseKey(AsBytes(key)).has_value(); }

TEST(ReverseKey, RefusesWhatIsNotWritten) {
  const std::string org("org\0\0", 5);
  const std::string address = std::string(1, '\4') + "addr";
  const std::string name = std::string(1, '\2') + org;
  EXPECT_TRUE(Refused(""));
  EXPECT_TRUE(Refused("\3"));
  EXPECT_TRUE(Refused(address + U16(28) + org));  // AAAA of four bytes
  EXPECT_TRUE(Refused(address + U16(2) + org));   // NS at an address
  EXPECT_TRUE(Refused(address + U16(16) + org));  // TXT at an address
  EXPECT_TRUE(Refused(address + U16(1) + org + "x"));
  EXPECT_FALSE(Refused(address + U16(1) + org));
  EXPECT_TRUE(Refused(name + U16(46) + org));  // RRSIG
  EXPECT_TRUE(Refused(name + U16(1) + org));   // A at a name
  EXPECT_TRUE(Refused(name + U16(15) + org));  // MX without preference
  EXPECT_FALSE(Refused(name + U16(15) + org + U16(1)));
  EXPECT_TRUE(Refused(name + U16(15) + U16(1)));  // no owner
  EXPECT_TRUE(Refused(name + U16(15) + std::string(506, 'a') + std::string(2, '\0') + U16(1)));
  // Names that no name has: upper case, an escape of nothing.
  EXPECT_TRUE(Refused("\2Org" + std::string(2, '\0') + U16(2) + org));
  EXPECT_TRUE(Refused(std::string("\2\1\3\0\0", 5) + U16(2) + org));
}

// A rest of 255 bytes is that of a long row: nothing is read from it, so the type must tell.
TEST(ReverseKey, RefusesLongRestsThatNoRowHas) {
  const std::string org("org\0\0", 5);
  const std::string rest(255, 'r');
  const auto at_name = [&](std::uint16_t type) {
    return Refused(std::string(1, '\2') + org + U16(type) + org + rest);
  };
  const auto at_address = [&](std::uint16_t type) {
    return Refused(std::string(1, '\4') + "addr" + U16(type) + org + rest);
  };
  for (const int type : {2, 6, 15, 35, 64, 65})
    EXPECT_FALSE(at_name(static_cast<std::uint16_t>(type)));
  for (const int type : {1, 16, 28, 46, 47, 257})
    EXPECT_TRUE(at_name(static_cast<std::uint16_t>(type)));
  for (const int type : {64, 65}) EXPECT_FALSE(at_address(static_cast<std::uint16_t>(type)));
  for (const int type : {1, 2, 16, 35, 46})
    EXPECT_TRUE(at_address(static_cast<std::uint16_t>(type)));
  EXPECT_TRUE(Refused(std::string("\2\1\3\0\0", 5) + U16(65) + org + rest));  // no name
  EXPECT_TRUE(Refused(std::string(1, '\2') + org + U16(65) + org + rest + "r"));
}

TEST(ReverseKey, RefusesTextThatNoRowHas) {
  const auto refused = [](const std::string& payload, std::uint16_t type, std::size_t digest) {
    return Refused("\x09" + payload + '\0' + U16(type) + std::string("org\0\0", 5) +
                   std::string(digest, 'd'));
  };
  const std::string head(223, 'x');
  EXPECT_FALSE(refused(head, 16, 32));
  EXPECT_FALSE(refused(head, 16, 0));
  EXPECT_TRUE(refused(head, 16, 31));
  EXPECT_TRUE(refused(head, 16, 33));
  EXPECT_TRUE(refused(std::string(222, 'x'), 16, 32));
  EXPECT_TRUE(refused(std::string(224, 'x'), 16, 32));
  EXPECT_FALSE(refused(std::string(254, 'x'), 16, 0));
  EXPECT_TRUE(refused(std::string(255, 'x'), 16, 0));
  EXPECT_TRUE(refused("", 16, 32));
  for (const int type : {1, 2, 28, 35, 46, 65}) {
    EXPECT_TRUE(refused(head, static_cast<std::uint16_t>(type), 32)) << type;
    EXPECT_TRUE(refused("x", static_cast<std::uint16_t>(type), 0)) << type;
  }
  EXPECT_FALSE(refused("\1\2" + std::string(222, 'x'), 16, 32));
  EXPECT_TRUE(refused("\1\3" + std::string(222, 'x'), 16, 32));  // escape of nothing
}

std::optional<std::string> Reencoded(Bytes key) {
  const auto parts = SplitReverseKey(key);
  if (!parts.has_value()) return std::nullopt;
  const auto row = SplitRowKey(AsBytes(parts->row_key));
  EXPECT_TRUE(row.has_value());
  return row.has_value() ? ReverseKeyAt(parts->kind, parts->at, *row) : "";
}

TEST(ReverseKey, DamagedItIsRefusedOrAnother) {
  std::size_t taken = 0;
  for (const OwnedTuple& tuple :
       {MakeTuple("a.org", RrType::kA, "addr"),
        MakeTuple("a.org", RrType::kAaaa, "sixteen address."), Https(Hint4({1, 2})),
        Https(Hint4({1}) + std::string(300, 'x')),
        MakeTuple("a.org", RrType::kSrv, U16(1) + U16(2) + U16(3) + WireName("b.org")),
        MakeTuple("a.org", RrType::kSoa,
                  WireName("b.org") + WireName("c.org") + std::string(20, 'x')),
        MakeTuple("a.org", RrType::kNaptr, U16(1) + U16(2) + "\1a\2bc\3def" + WireName("b.org")),
        MakeTuple("a.org", RrType::kTxt, std::string("\5a\0b\1c", 6)),
        MakeTuple("a.org", RrType::kTxt, std::string(300, 'x'))}) {
    for (const std::string& key : KeysOf(tuple)) {
      taken += testing::ExpectRefusedOrWritten(key, Reencoded);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(taken, 10'000U);
}

TEST(ReverseKey, RandomTuplesWithEscapesYieldTheirRows) {
  std::mt19937 random(41);
  std::size_t cut = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string target(AsText(testing::RandomName(random).wire()));
    const std::string behind(random() % 300, static_cast<char>(random() % 3));
    OwnedTuple tuple{testing::RandomName(random), RrType::kTxt, behind};
    if (random() % 2 == 0) tuple = {tuple.owner, RrType::kNs, target};
    if (random() % 2 == 0)
      tuple = {tuple.owner, RrType::kHttps, U16(1) + target + Hint4({9}) + behind};
    ExpectYieldsItsRow(tuple);
    for (const std::string& key : KeysOf(tuple)) cut += key.size() > kMaxReverseKey ? 1 : 0;
    if (HasFailure()) return;
  }
  EXPECT_GT(cut, 100U);
}

}  // namespace
}  // namespace pdns::store
