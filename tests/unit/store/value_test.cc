#include "store/value.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/store/rows.h"

namespace pdns::store {
namespace {

constexpr std::int64_t kLastSecond = 253402300799;  // 9999-12-31T23:59:59Z

std::string Encoded(const record::Sighting& sighting) {
  std::string value;
  AppendValue(value, sighting);
  return value;
}

std::string Varints(const std::vector<std::uint64_t>& numbers) {
  std::string value;
  for (const std::uint64_t number : numbers) AppendVarint(value, number);
  return value;
}

std::string Show(const std::optional<record::Sighting>& sighting) {
  if (!sighting.has_value()) return "none";
  return fmt::format("{} {} {} {} {}", Number(sighting->first), Number(sighting->last),
                     sighting->count, sighting->zone_labels, sighting->reasons);
}

std::string Decoded(std::string_view value) {
  const std::vector<std::uint8_t> exact(value.begin(), value.end());
  return Show(DecodeValue(exact));
}

TEST(Value, RoundTripAtTheLimits) {
  for (const auto& sighting :
       {Seen(0, 0, 1), Seen(0, kLastSecond, record::kMaxCount, 127, 3),
        Seen(kLastSecond, kLastSecond, 0), Seen(1795372876, 1795372931, 10, 2), Seen(1, 2, 3, 0, 1),
        Seen(1, 2, 3, 255, 255)}) {
    EXPECT_EQ(Decoded(Encoded(sighting)), Show(sighting));
  }
}

TEST(Value, IsSmallForWhatIsCommon) {
  EXPECT_EQ(Encoded(Seen(1795372876, 1795372876, 1, 2)).size(), 8U);
  EXPECT_EQ(Encoded(Seen(0, 0, 1, 2)), std::string("\0\0\1\2", 4));
  EXPECT_EQ(Encoded(Seen(0, 0, 1, 2, 1)), std::string("\0\0\1\2\1", 5));
}

TEST(Value, RefusesNumbersBeyondTheLimits) {
  constexpr auto kLast = static_cast<std::uint64_t>(kLastSecond);
  EXPECT_EQ(Decoded(Varints({kLast, 0, 1, 0})), "253402300799 253402300799 1 0 0");
  EXPECT_EQ(Decoded(Varints({kLast + 1, 0, 1, 0})), "none");
  EXPECT_EQ(Decoded(Varints({kLast, 1, 1, 0})), "none");
  EXPECT_EQ(Decoded(Varints({1, ~std::uint64_t{0}, 1, 0})), "none");
  EXPECT_EQ(Decoded(Varints({~std::uint64_t{0}, 1, 1, 0})), "none");
  EXPECT_EQ(Decoded(Varints({1, 1, record::kMaxCount, 0})), "1 2 9223372036854775807 0 0");
  EXPECT_EQ(Decoded(Varints({1, 1, record::kMaxCount + 1, 0})), "none");
  EXPECT_EQ(Decoded(Varints({1, 1, 1, 256})), "none");
  EXPECT_EQ(Decoded(Varints({1, 1, 1, 1, 256})), "none");
}

TEST(Value, CutAnywhereItIsRefused) {
  const std::string value = Encoded(Seen(1795372876, 1795372931, 300, 2));
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_EQ(Decoded(value.substr(0, size)), "none") << size;
  }
}

TEST(Value, RefusesVarintsThatAreLongerThanNeeded) {
  EXPECT_EQ(Decoded(std::string("\1\1\1\1", 4)), "1 2 1 1 0");
  EXPECT_EQ(Decoded(std::string("\x81\0\1\1\1", 5)), "none");
  EXPECT_EQ(Decoded(std::string("\1\1\1\x81\0", 5)), "none");
  EXPECT_EQ(Decoded(std::string(11, '\xff')), "none");
}

TEST(Value, PassesOverWhatANewerMinorVersionAdds) {
  EXPECT_EQ(Decoded(Varints({1, 1, 1, 1, 2}) + "something"), "1 2 1 1 2");
  EXPECT_EQ(Decoded(Varints({1, 1, 1, 1, 0, 77})), "1 2 1 1 0");
}

}  // namespace
}  // namespace pdns::store
