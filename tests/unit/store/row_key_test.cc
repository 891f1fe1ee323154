#include "store/row_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/hash.h"
#include "unit/store/corpus.h"
#include "unit/support/damage.h"
#include "unit/support/dns_message.h"
#include "unit/support/names.h"

namespace pdns::store {
namespace {

using record::Name;
using record::OwnedTuple;
using record::RrType;

// An owner whose ordered form has that many bytes.
Name OwnerOfOrderedSize(std::size_t size) {
  std::size_t left = size - 1;  // without the end of the name
  std::string wire;
  while (left > 0) {
    // Labels of the byte 00 take two bytes each; what is odd is an `a`.
    std::size_t label = std::min<std::size_t>(left - 1, 2 * 63);
    if (left - label - 1 == 1) label -= 2;  // no room for another label
    wire.push_back(static_cast<char>(label / 2 + label % 2));
    wire.append(label / 2, '\0').append(label % 2, 'a');
    left -= label + 1;
  }
  const auto name = Name::FromWire(AsBytes(wire + '\0'));
  EXPECT_TRUE(name.has_value());
  return name.value_or(Name());
}

// The tuple there and back through its key and what a value would hold.
void ExpectRoundTrip(const OwnedTuple& tuple, bool cut) {
  const std::string key = RowKeyOf(tuple.view());
  ASSERT_LE(key.size(), kMaxRowKey);
  const auto parts = SplitRowKey(AsBytes(key));
  ASSERT_TRUE(parts.has_value());
  EXPECT_FALSE(parts->owner);
  EXPECT_EQ(parts->cut, cut);
  const auto decoded = DecodeRow(*parts, cut ? AsBytes(tuple.rdata) : Bytes());
  ASSERT_TRUE(decoded.has_value());
  EXPECT_TRUE(decoded->view() == tuple.view());
  // The value must say the rdata if, and only if, the key does not.
  EXPECT_FALSE(DecodeRow(*parts, cut ? Bytes() : AsBytes("x")).has_value());
  const std::string tuple_key = TupleKey(tuple.view());
  std::string same;
  AppendRowKey(same, record::SplitTupleKey(AsBytes(tuple_key)));
  EXPECT_TRUE(same == key);
  EXPECT_EQ(IsLong(record::SplitTupleKey(AsBytes(tuple_key))), cut);
}

TEST(RowKey, RealTuplesRoundTrip) {
  for (const OwnedTuple& tuple : CorpusTuples()) {
    ExpectRoundTrip(tuple, tuple.rdata.size() >= 255);
    if (HasFailure()) return;
  }
}

TEST(RowKey, EveryTypeKeepsItsNumber) {
  for (unsigned type = 0; type < 65536; type += 251)
    ExpectRoundTrip(MakeTuple("a.org", static_cast<RrType>(type), "x"), false);
}

TEST(RowKey, RdataAroundTheLimitOfEveryLengthOfOwner) {
  for (std::size_t owner = 440; owner <= record::kMaxOrderedName; ++owner) {
    const Name name = OwnerOfOrderedSize(owner);
    ASSERT_EQ(OwnerKey(name.wire()).size(), owner);
    const std::size_t limit = std::min<std::size_t>(255, 698 - owner);
    ASSERT_EQ(RestSize(owner), limit);
    for (const std::size_t size : {limit - 1, limit, limit + 1, std::size_t{254}, std::size_t{255},
                                   std::size_t{256}, std::size_t{65535}}) {
      ExpectRoundTrip({name, RrType::kTxt, std::string(size, 'x')}, size >= limit);
    }
  }
}

TEST(RowKey, TheLongestKeyIsTheLimit) {
  const Name name = LongestEscapes();
  EXPECT_EQ(OwnerKey(name.wire()).size(), record::kMaxOrderedName);
  EXPECT_EQ(RowKeyOf({name.wire(), RrType::kTxt, AsBytes(std::string(300, 'x'))}).size(),
            kMaxRowKey);
}

TEST(RowKey, LongRdataThatDifferAtTheirEndHaveOtherKeys) {
  for (const std::size_t size : {255U, 300U, 65535U}) {
    std::string a(size, 'x');
    std::string b = a;
    b.back() = 'y';
    const std::string key = RowKeyOf(MakeTuple("a.org", RrType::kTxt, a).view());
    EXPECT_NE(key, RowKeyOf(MakeTuple("a.org", RrType::kTxt, b).view()));
    // The value's rdata must be that of the key.
    EXPECT_FALSE(DecodeRow(*SplitRowKey(AsBytes(key)), AsBytes(b)).has_value());
  }
}

// An attacker may send rdata that looks like a long rest: as many bytes, so it is long itself.
TEST(RowKey, RdataThatLooksLikeALongRestIsItself) {
  const std::string rdata(300, 'x');
  const std::string id = record::RdataId(AsBytes(rdata));
  const OwnedTuple meant = MakeTuple("a.org", RrType::kTxt, rdata);
  const OwnedTuple made = MakeTuple("a.org", RrType::kTxt, id);
  EXPECT_NE(RowKeyOf(meant.view()), RowKeyOf(made.view()));
  ExpectRoundTrip(made, true);
}

TEST(RowKey, OfAnIdIsThatOfTheRdata) {
  for (const std::size_t owner : {5U, 443U, 444U, 460U, 505U}) {
    for (const std::size_t size : {0U, 100U, 192U, 193U, 223U, 238U, 254U, 255U, 1000U, 65535U}) {
      const std::string rdata = std::string(size, 'x') + std::string(size == 65535 ? 0 : 1, 'y');
      std::string of_rdata;
      std::string of_id;
      AppendRest(of_rdata, owner, AsBytes(rdata));
      AppendRestOfId(of_id, owner, record::RdataId(AsBytes(rdata)));
      EXPECT_EQ(ToHex(AsBytes(of_id)), ToHex(AsBytes(of_rdata))) << owner << " " << size;
    }
  }
}

TEST(RowKey, AnOwnerIsARowOfItsOwnInFrontOfItsTuples) {
  const Name name = *dns::NameFromText("a.org");
  const std::string owner = OwnerKey(name.wire());
  const auto parts = SplitRowKey(AsBytes(owner));
  ASSERT_TRUE(parts.has_value());
  EXPECT_TRUE(parts->owner);
  EXPECT_FALSE(parts->cut);
  EXPECT_FALSE(DecodeRow(*parts, {}).has_value());
  EXPECT_LT(owner, RowKeyOf({name.wire(), RrType{}, {}}));
  EXPECT_EQ(SplitRowKey(AsBytes(owner + "x")), std::nullopt);  // half a type
}

std::optional<std::string> Reencoded(Bytes key, const std::string& rdata) {
  const auto parts = SplitRowKey(key);
  if (!parts.has_value()) return std::nullopt;
  if (parts->owner) {
    Cursor cursor(parts->ordered_owner);
    const Name name = record::ReadOrderedName(cursor);
    return cursor.AtEnd() ? std::optional(OwnerKey(name.wire())) : std::nullopt;
  }
  const auto tuple = DecodeRow(*parts, parts->cut ? AsBytes(rdata) : Bytes());
  return tuple.has_value() ? std::optional(RowKeyOf(tuple->view())) : std::nullopt;
}

TEST(RowKey, DamagedItIsRefusedOrAnother) {
  const std::string escapes = testing::Labels({std::string_view("\0\1", 2), "org"});
  const Name owner = *Name::FromWire(AsBytes(escapes));
  for (const std::size_t size : {0U, 4U, 254U, 300U}) {
    const std::string rdata(size, 'x');
    const std::string key = RowKeyOf({owner.wire(), RrType::kTxt, AsBytes(rdata)});
    const auto again = [&rdata](Bytes bytes) { return Reencoded(bytes, rdata); };
    EXPECT_GT(testing::ExpectRefusedOrWritten(key, again), 1000U);
  }
}

TEST(RowKey, RefusesWhatIsNotWritten) {
  const auto refused = [](const std::string& key) {
    return !SplitRowKey(AsBytes(key)).has_value();
  };
  const std::string owner = OwnerKey(dns::NameFromText("a.org")->wire());
  const std::string type(2, '\1');
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("org"));
  EXPECT_FALSE(refused(owner + type + std::string(255, 'x')));
  EXPECT_TRUE(refused(owner + type + std::string(256, 'x')));
  // Owners that are longer than any name, up to where there is no room for a digest or a type.
  for (std::size_t size = record::kMaxOrderedName - 1; size <= kMaxRowKey; ++size)
    EXPECT_TRUE(refused(std::string(size, 'a') + std::string(2, '\0') + type)) << size;
}

TEST(RowKey, NoKeyIsLongerThanTheLimit) {
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    const OwnedTuple tuple{testing::RandomName(random), RrType::kTxt,
                           std::string(random() % 700, static_cast<char>(random() % 3))};
    const std::size_t owner = OwnerKey(tuple.owner.wire()).size();
    ASSERT_LE(owner, record::kMaxOrderedName);
    ExpectRoundTrip(tuple, tuple.rdata.size() >= RestSize(owner));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace pdns::store
