#include "store/meta_rows.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "store/sketch.h"
#include "store/value.h"
#include "unit/store/rows.h"
#include "unit/support/damage.h"

namespace pdns::store {
namespace {

using testing::At;
using testing::ExpectRefusedOrWritten;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

TEST(Schema, RoundTripAndRefusals) {
  const auto version = DecodeSchemaValue(AsBytes(SchemaValue({3, 300})));
  ASSERT_TRUE(version.has_value());
  EXPECT_EQ(version->major, 3U);
  EXPECT_EQ(version->minor, 300U);
  const std::string value = SchemaValue({2, 0});
  EXPECT_TRUE(DecodeSchemaValue(AsBytes(value + "more")).has_value());  // of a later version
  for (std::size_t size = 0; size < value.size(); ++size)
    EXPECT_FALSE(DecodeSchemaValue(AsBytes(value).first(size)).has_value()) << size;
  EXPECT_FALSE(DecodeSchemaValue(AsBytes(std::string("qdns\2\0", 6))).has_value());
  EXPECT_FALSE(DecodeSchemaValue(AsBytes(std::string("pdns\x82\0\0", 7))).has_value());
}

TEST(Ledger, KeysTellSourcesApart) {
  record::SourceId id;
  for (std::size_t i = 0; i < id.first_frame.size(); ++i)
    id.first_frame[i] = static_cast<std::uint8_t>(i);
  const std::string digest = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  EXPECT_EQ(ToHex(AsBytes(LedgerKey(id))), "7372632f" + digest + "00");
  id.variant = 300;
  EXPECT_EQ(ToHex(AsBytes(LedgerKey(id))), "7372632f" + digest + "ac02");
  EXPECT_EQ(DecodeLedgerKey(LedgerKey(id)), id);
  id.variant = 4294967295U;
  const std::string key = LedgerKey(id);
  EXPECT_EQ(DecodeLedgerKey(key), id);
  for (std::size_t size = 0; size < key.size(); ++size)
    EXPECT_EQ(DecodeLedgerKey(key.substr(0, size)), std::nullopt) << size;
  EXPECT_EQ(DecodeLedgerKey(key + "x"), std::nullopt);
  EXPECT_EQ(DecodeLedgerKey("SRC/" + key.substr(4)), std::nullopt);
  // 2^32, and a zero that has more bytes than it needs.
  EXPECT_EQ(DecodeLedgerKey(key.substr(0, 36) + "\x80\x80\x80\x80\x10"), std::nullopt);
  EXPECT_EQ(DecodeLedgerKey(key.substr(0, 36) + std::string("\x80\0", 2)), std::nullopt);
}

TEST(Ledger, RoundTripAndDamage) {
  record::Position position;
  for (int i = 0; i < 1661; ++i) record::Advance(position, AsBytes(std::to_string(i)));
  position.bytes = 1ULL << 63;
  position.last_length = 4294967295U;
  position.last_frame.fill(0xee);
  const auto again = [](Bytes bytes) {
    const auto decoded = DecodeLedgerValue(bytes);
    return decoded.has_value() ? std::optional(LedgerValue(*decoded)) : std::nullopt;
  };
  for (const bool broken : {false, true}) {
    position.broken = broken;
    const std::string value = LedgerValue(position);
    EXPECT_EQ(DecodeLedgerValue(AsBytes(value)), position);
    ExpectRefusedOrWritten(value, again);
    EXPECT_FALSE(DecodeLedgerValue(AsBytes(value + '\0')).has_value());
    EXPECT_FALSE(DecodeLedgerValue(AsBytes(value + '\2')).has_value());
  }
  std::string too_long;
  for (const std::uint64_t number : {1ULL, 1ULL, 4294967296ULL}) AppendVarint(too_long, number);
  EXPECT_FALSE(DecodeLedgerValue(AsBytes(too_long + std::string(32, 'x'))).has_value());
}

TEST(MetaNumber, RoundTripAndDamage) {
  const auto again = [](Bytes bytes) {
    const auto decoded = DecodeNumberValue(bytes);
    return decoded.has_value() ? std::optional(NumberValue(*decoded)) : std::nullopt;
  };
  for (const std::uint64_t number :
       {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{1} << 62, kMost}) {
    EXPECT_EQ(DecodeNumberValue(AsBytes(NumberValue(number))), number);
    ExpectRefusedOrWritten(NumberValue(number), again);
  }
  EXPECT_FALSE(DecodeNumberValue({}).has_value());
  EXPECT_FALSE(DecodeNumberValue(AsBytes(std::string("\0\0", 2))).has_value());
}

TEST(Times, RoundTripAndDamage) {
  const auto again = [](Bytes bytes) {
    const auto decoded = DecodeTimesValue(bytes);
    return decoded.has_value() ? std::optional(TimesValue(*decoded)) : std::nullopt;
  };
  const auto last = static_cast<std::int64_t>(kMaxSeconds);
  for (const Times& times : {Times{At(0), At(0)}, Times{At(1795372876), At(1795372931)},
                             Times{At(0), At(last)}, Times{At(last), At(last)}}) {
    const auto decoded = DecodeTimesValue(AsBytes(TimesValue(times)));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->first, times.first);
    EXPECT_EQ(decoded->last, times.last);
    ExpectRefusedOrWritten(TimesValue(times), again);
  }
  EXPECT_FALSE(DecodeTimesValue(AsBytes(NumberValue(kMaxSeconds) + NumberValue(1))).has_value());
  EXPECT_FALSE(DecodeTimesValue(AsBytes(NumberValue(1) + NumberValue(kMost))).has_value());
}

TEST(MetaKeys, EveryNumberThatThereIs) {
  for (unsigned number = 0; number < 256; ++number) {
    const bool sensor = number < record::kMostSensors;
    const bool part = number < Sketch::kParts;
    EXPECT_EQ(DecodeSensorKey(SensorKey(number)), sensor ? std::optional(number) : std::nullopt);
    EXPECT_EQ(DecodeAddressesKey(AddressesKey(number)),
              part ? std::optional(number) : std::nullopt);
    const auto reasons = static_cast<std::uint8_t>(number);
    EXPECT_EQ(DecodeQuarantineKey(QuarantineKey(reasons)), reasons);
  }
  std::string before;
  for (unsigned number = 0; number < 65536; ++number) {
    const auto type = static_cast<record::RrType>(number);
    ASSERT_EQ(DecodeTypeKey(TypeKey(type)), type);
    ASSERT_LT(before, TypeKey(type));
    before = TypeKey(type);
  }
}

// Each decoder refuses the keys of all other kinds, and its own where they are cut or go on.
TEST(MetaKeys, NoKindIsTakenForAnother) {
  const std::vector<std::string> keys{std::string(kSchemaKey),
                                      LedgerKey({}),
                                      std::string(kCounterPrefix) + "used",
                                      SensorKey(1),
                                      std::string(kOwnersKey),
                                      TypeKey(record::RrType::kA),
                                      QuarantineKey(1),
                                      std::string(kTimesKey),
                                      AddressesKey(1),
                                      std::string(kSketchSeedKey),
                                      std::string(kJournalFirstKey),
                                      std::string(kJournalNextKey),
                                      ExpiredKey("rule", At(0))};
  std::size_t taken = 0;
  for (const std::string& key : keys) {
    for (const std::string& form : {key, key.substr(0, key.size() - 1), key + "x"}) {
      const std::size_t kinds = (DecodeSensorKey(form).has_value() ? 1U : 0U) +
                                (DecodeTypeKey(form).has_value() ? 1U : 0U) +
                                (DecodeLedgerKey(form).has_value() ? 1U : 0U) +
                                (DecodeQuarantineKey(form).has_value() ? 1U : 0U) +
                                (DecodeAddressesKey(form).has_value() ? 1U : 0U) +
                                (DecodeExpiredKey(form).has_value() ? 1U : 0U);
      EXPECT_LE(kinds, form == key ? 1U : 0U) << form;
      taken += kinds;
    }
  }
  EXPECT_EQ(taken, 6U);
}

TEST(Expired, MonthsOfAllTime) {
  const auto group = [](std::int64_t last) {
    const auto decoded = DecodeExpiredKey(ExpiredKey("older-400d", At(last)));
    EXPECT_TRUE(decoded.has_value());
    return decoded.has_value() ? decoded->rule + " " + decoded->month : "";
  };
  EXPECT_EQ(group(0), "older-400d 1970-01");
  EXPECT_EQ(group(31 * 86400 - 1), "older-400d 1970-01");
  EXPECT_EQ(group(31 * 86400), "older-400d 1970-02");
  EXPECT_EQ(group(1709251199), "older-400d 2024-02");  // the last second of a leap day
  EXPECT_EQ(group(1709251200), "older-400d 2024-03");
  EXPECT_EQ(group(static_cast<std::int64_t>(kMaxSeconds)), "older-400d 9999-12");
  EXPECT_LT(ExpiredKey("rule", At(0)), ExpiredKey("rule", At(86400 * 400)));
}

TEST(Expired, RulesOfAnyTextAndWhatIsNoKey) {
  for (const std::string& rule :
       {std::string(), std::string("a"), std::string("older-400d"), std::string(300, '\xff')}) {
    const auto decoded = DecodeExpiredKey(ExpiredKey(rule, At(0)));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->rule, rule);
  }
  const std::string key = ExpiredKey("rule", At(0));
  for (std::size_t size = 0; size < key.size(); ++size)
    EXPECT_FALSE(DecodeExpiredKey(key.substr(0, size)).has_value()) << size;
  EXPECT_FALSE(DecodeExpiredKey(ExpiredKey(std::string("a\0b", 3), At(0))).has_value());
  std::string beyond(key, 0, key.size() - 4);
  AppendU32(beyond, (9999 - 1970 + 1) * 12);
  EXPECT_FALSE(DecodeExpiredKey(beyond).has_value());
}

}  // namespace
}  // namespace pdns::store
