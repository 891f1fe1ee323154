#include "store/reverse_key.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "unit/store/corpus.h"
#include "unit/support/dns_message.h"

namespace pdns::store {
namespace {

using record::OwnedTuple;
using record::RrType;
using testing::Labels;
using testing::U16;
using testing::U32;
using testing::WireName;

using Keys = std::vector<std::string>;

Keys KeysOf(const OwnedTuple& tuple) { return ReverseKeys(tuple.view()); }

// Every key leads back: to the tuple itself, or to owner, type and the digest of the rdata.
void ExpectLeadsBack(const OwnedTuple& tuple) {
  const Keys keys = KeysOf(tuple);
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
  for (const std::string& key : keys) {
    const std::vector<std::uint8_t> exact(key.begin(), key.end());
    const auto row = DecodeReverseKey(exact);
    ASSERT_TRUE(row.has_value()) << ToHex(AsBytes(key));
    EXPECT_EQ(row->tuple.owner, tuple.owner);
    EXPECT_EQ(row->tuple.type, tuple.type);
    if (row->digest.has_value()) {
      EXPECT_EQ(*row->digest, Hash128(AsBytes(tuple.rdata)));
      EXPECT_EQ(row->tuple.rdata, "");
    } else {
      EXPECT_EQ(ToHex(AsBytes(row->tuple.rdata)), ToHex(AsBytes(tuple.rdata)));
    }
  }
}

std::string Hint4(const std::vector<std::uint32_t>& addresses) {
  std::string value;
  for (const std::uint32_t address : addresses) value += U32(address);
  return U16(4) + U16(static_cast<std::uint16_t>(value.size())) + value;
}

OwnedTuple Https(const std::string& params) {
  return MakeTuple("blah.org", RrType::kHttps, U16(1) + WireName("svc.blah.org") + params);
}

TEST(ReverseKey, RealTuplesLeadBack) {
  std::set<RrType> types;
  std::size_t with_keys = 0;
  for (const OwnedTuple& tuple : CorpusTuples()) {
    ExpectLeadsBack(tuple);
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
  }
}

TEST(ReverseKey, OneOfEveryTypeThatPointsAtAName) {
  const std::string n = WireName("target.net");
  const std::string s("\3abc");
  const std::vector<std::pair<int, std::string>> rdatas{{2, n},
                                                        {3, n},
                                                        {4, n},
                                                        {5, n},
                                                        {6, n + n + std::string(20, 'x')},
                                                        {7, n},
                                                        {8, n},
                                                        {9, n},
                                                        {12, n},
                                                        {14, n + n},
                                                        {15, U16(1) + n},
                                                        {17, n + n},
                                                        {18, U16(1) + n},
                                                        {21, U16(1) + n},
                                                        {26, U16(1) + n + n},
                                                        {33, U16(1) + U16(2) + U16(3) + n},
                                                        {35, U16(1) + U16(2) + s + s + s + n},
                                                        {36, U16(1) + n},
                                                        {39, n},
                                                        {64, U16(1) + n},
                                                        {65, U16(1) + n},
                                                        {107, U16(1) + n}};
  const KeyRange range = TargetRange(*dns::NameFromText("target.net"));
  for (const auto& [type, rdata] : rdatas) {
    const OwnedTuple tuple = MakeTuple("owner.org", static_cast<RrType>(type), rdata);
    const Keys keys = KeysOf(tuple);
    ASSERT_EQ(keys.size(), 1U) << type;
    EXPECT_TRUE(range.Holds(keys[0])) << type;
    ExpectLeadsBack(tuple);
  }
}

TEST(ReverseKey, HintsAreAddresses) {
  const std::string v6_address = std::string("\x20\x01\x0d\xb8", 4) + std::string(12, '\1');
  const OwnedTuple tuple = Https(U16(1) + U16(3) + "\2h2" + Hint4({0x0a000001, 0x0a000002}) +
                                 U16(6) + U16(16) + v6_address);
  const Keys keys = KeysOf(tuple);
  ASSERT_EQ(keys.size(), 4U);
  EXPECT_TRUE(AddressRange(AsBytes(U32(0x0a000001)), AsBytes(U32(0x0a000001))).Holds(keys[1]));
  EXPECT_TRUE(AddressRange(AsBytes(U32(0x0a000002)), AsBytes(U32(0x0a000002))).Holds(keys[2]));
  EXPECT_TRUE(AddressRange(AsBytes(v6_address), AsBytes(v6_address)).Holds(keys[3]));
  ExpectLeadsBack(tuple);
}

TEST(ReverseKey, EachHintOnceAndNoMoreThanTheLimit) {
  EXPECT_EQ(KeysOf(Https(Hint4({7, 7, 8, 7}))).size(), 3U);
  EXPECT_EQ(KeysOf(Https(Hint4({7}) + Hint4({7}))).size(), 2U);
  std::vector<std::uint32_t> many;
  for (std::uint32_t i = 0; i < 5000; ++i) many.push_back(i);
  const OwnedTuple tuple = Https(Hint4(many));
  EXPECT_EQ(KeysOf(tuple).size(), 1 + kMaxHints);
  ExpectLeadsBack(tuple);
}

TEST(ReverseKey, BadParametersCostOnlyThemselves) {
  EXPECT_EQ(KeysOf(Https(U16(4) + U16(3) + "abc")).size(), 1U);      // not an address
  EXPECT_EQ(KeysOf(Https(U16(4) + U16(7) + "abcdefg")).size(), 2U);  // one and a half
  EXPECT_EQ(KeysOf(Https(U16(4) + U16(99) + "abcd")).size(), 1U);    // runs over
  EXPECT_EQ(KeysOf(Https(Hint4({1}) + "x")).size(), 2U);             // rubbish behind
  EXPECT_EQ(KeysOf(Https("\xff")).size(), 1U);
  for (const char* params : {"x", "xx", "xxx", "\0\4\0\2"}) ExpectLeadsBack(Https(params));
}

TEST(ReverseKey, LongServiceRdataStandsAsItsDigest) {
  const std::string ech = U16(5) + U16(300) + std::string(300, '\xee');
  const OwnedTuple tuple = Https(Hint4({9}) + ech);
  ExpectLeadsBack(tuple);
  for (const std::string& key : KeysOf(tuple)) {
    EXPECT_LT(key.size(), 80U);
    EXPECT_TRUE(DecodeReverseKey(AsBytes(key))->digest.has_value());
  }
}

TEST(ReverseKey, OtherRdataAroundTheLimit) {
  for (const std::size_t size : {0U, 1U, 254U, 255U, 256U, 257U, 65535U}) {
    for (const char fill : {'\0', '\1', '\2', 'x', '\xff'}) {
      const OwnedTuple tuple = MakeTuple("a.org", RrType::kTxt, std::string(size, fill));
      const Keys keys = KeysOf(tuple);
      ASSERT_EQ(keys.size(), 1U);
      EXPECT_EQ(DecodeReverseKey(AsBytes(keys[0]))->digest.has_value(), size > 255);
      ExpectLeadsBack(tuple);
    }
  }
}

TEST(ReverseKey, OtherRdataSortsByItsBytes) {
  const auto key = [](std::string_view rdata) {
    return KeysOf(MakeTuple("a.org", RrType::kTxt, rdata)).at(0);
  };
  EXPECT_LT(key("a"), key(std::string_view("a\0", 2)));
  EXPECT_LT(key(std::string_view("a\0", 2)), key("a\1"));
  EXPECT_LT(key("a\1"), key("aa"));
}

TEST(ReverseKey, RefusesWhatIsNotWritten) {
  const auto refused = [](const std::string& key) {
    return !DecodeReverseKey(AsBytes(key)).has_value();
  };
  const std::string org("org\0\0", 5);
  const std::string digest(16, 'd');
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("\3"));
  EXPECT_TRUE(refused(std::string(1, '\4') + "addr" + U16(28) + org));  // AAAA of four bytes
  EXPECT_TRUE(refused(std::string(1, '\4') + "addr" + U16(2) + org));   // NS at an address
  EXPECT_TRUE(refused(std::string(1, '\4') + "addr" + U16(1) + org + "x"));
  EXPECT_FALSE(refused(std::string(1, '\4') + "addr" + U16(1) + org));
  EXPECT_TRUE(refused(std::string(1, '\2') + org + U16(46) + org));  // RRSIG
  EXPECT_TRUE(refused(std::string(1, '\2') + org + U16(1) + org));   // A at a name
  EXPECT_TRUE(refused(std::string(1, '\2') + org + U16(15) + org));  // MX without preference
  EXPECT_FALSE(refused(std::string(1, '\2') + org + U16(15) + org + U16(1)));
  EXPECT_TRUE(refused(std::string(1, '\2') + org + U16(65) + org));  // HTTPS without tail
  EXPECT_TRUE(refused(std::string(1, '\2') + org + U16(65) + org + "\2" + digest));
  EXPECT_TRUE(refused(std::string(1, '\2') + org + U16(65) + org + "\1" + "short"));
  EXPECT_FALSE(refused(std::string(1, '\2') + org + U16(65) + org + "\1" + digest));
}

TEST(ReverseKey, RefusesDigestsThatNoLongRdataHas) {
  const auto key = [](const std::string& payload, std::uint16_t type, std::size_t digest) {
    return std::string("\x09")
        .append(payload)
        .append(1, '\0')
        .append(U16(type))
        .append("org\0\0", 5)
        .append(digest, 'd');
  };
  const auto refused = [](const std::string& bytes) {
    return !DecodeReverseKey(AsBytes(bytes)).has_value();
  };
  EXPECT_FALSE(refused(key(std::string(255, 'x'), 16, 16)));
  EXPECT_FALSE(refused(key(std::string(255, 'x'), 16, 0)));
  EXPECT_TRUE(refused(key(std::string(255, 'x'), 16, 15)));
  EXPECT_TRUE(refused(key(std::string(255, 'x'), 16, 17)));
  EXPECT_TRUE(refused(key(std::string(254, 'x'), 16, 16)));
  EXPECT_TRUE(refused(key(std::string(256, 'x'), 16, 16)));
  EXPECT_TRUE(refused(key("", 16, 16)));
  EXPECT_TRUE(refused(key(std::string(255, 'x'), 1, 16)));   // A
  EXPECT_TRUE(refused(key(std::string(255, 'x'), 2, 16)));   // NS
  EXPECT_TRUE(refused(key(std::string(255, 'x'), 46, 16)));  // RRSIG
  EXPECT_FALSE(refused(key("\1\2" + std::string(254, 'x'), 16, 16)));
  EXPECT_TRUE(refused(key("\1\3" + std::string(254, 'x'), 16, 16)));  // escape of nothing
}

TEST(ReverseKey, CutAnywhereItIsRefusedOrAnother) {
  for (const OwnedTuple& tuple : {MakeTuple("a.org", RrType::kA, "addr"), Https(Hint4({1})),
                                  MakeTuple("a.org", RrType::kMx, U16(1) + WireName("b.org")),
                                  MakeTuple("a.org", RrType::kTxt, std::string(300, 'x'))}) {
    for (const std::string& key : KeysOf(tuple)) {
      for (std::size_t size = 0; size < key.size(); ++size) {
        const std::vector<std::uint8_t> exact(key.begin(), key.begin() + static_cast<int>(size));
        const auto row = DecodeReverseKey(exact);
        if (!row.has_value() || row->digest.has_value()) continue;
        const Keys again = KeysOf(row->tuple);
        EXPECT_NE(std::find(again.begin(), again.end(), key.substr(0, size)), again.end());
      }
    }
  }
}

TEST(ReverseKey, ChangedBytesDecodeToThemselvesOrNotAtAll) {
  std::size_t taken = 0;
  for (const OwnedTuple& tuple :
       {MakeTuple("a.org", RrType::kAaaa, "sixteen address."), Https(Hint4({1, 2})),
        MakeTuple("a.org", RrType::kSrv, U16(1) + U16(2) + U16(3) + WireName("b.org")),
        MakeTuple("a.org", RrType::kNaptr, U16(1) + U16(2) + "\1a\2bc\3def" + WireName("b.org")),
        MakeTuple("a.org", RrType::kTxt, std::string("\5a\0b\1c", 6))}) {
    for (std::string key : KeysOf(tuple)) {
      for (char& byte : key) {
        const char before = byte;
        for (int value = 0; value < 256; ++value) {
          byte = static_cast<char>(value);
          const auto row = DecodeReverseKey(AsBytes(key));
          if (!row.has_value() || row->digest.has_value()) continue;
          ++taken;
          const Keys again = KeysOf(row->tuple);
          ASSERT_NE(std::find(again.begin(), again.end(), key), again.end()) << ToHex(AsBytes(key));
        }
        byte = before;
      }
    }
  }
  EXPECT_GT(taken, 1000U);
}

}  // namespace
}  // namespace pdns::store
