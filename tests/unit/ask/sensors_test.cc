#include "ask/sensors.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pdns::ask {
namespace {

const std::vector<std::string> kKnown{"", "ns1", "ns2"};

TEST(Sensors, ByName) {
  EXPECT_EQ(*SensorsNamed({}, kKnown), 0U);
  EXPECT_EQ(*SensorsNamed({"ns2"}, kKnown), record::SensorBit(2));
  EXPECT_EQ(*SensorsNamed({"ns1", "", "ns1"}, kKnown), record::SensorBit(0) | record::SensorBit(1));
}

TEST(Sensors, OthersAreAllWithoutANumber) {
  const record::SensorSet numbered = record::SensorBit(3) - 1;
  EXPECT_EQ(*SensorsNamed({"other"}, kKnown), record::kAllSensors & ~numbered);
  const std::vector<std::string> many(record::kMostSensors, "x");
  EXPECT_EQ(*SensorsNamed({"other"}, many), record::SensorBit(record::kOtherSensors));
  EXPECT_EQ(*SensorsNamed({"x"}, many), record::SensorBit(record::kMostSensors) - 1);
}

TEST(Sensors, AnUnknownOneIsRefusedAndTheKnownAreNamed) {
  const auto refused = SensorsNamed({"ns1", "ns\n3"}, kKnown);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::kUsage);
  const std::string& said = refused.status().message();
  EXPECT_NE(said.find("'ns\\x0a3'"), std::string::npos) << said;
  EXPECT_NE(said.find("ns1, ns2"), std::string::npos) << said;
  EXPECT_EQ(SensorsNamed({"ns1"}, {}).status().code(), Code::kUsage);
}

}  // namespace
}  // namespace pdns::ask
