#include "record/sensors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace pdns::record {
namespace {

std::string Sensor(unsigned number) { return "resolver" + std::to_string(number); }

TEST(SensorTable, NumbersInTheOrderTheyCome) {
  SensorTable table;
  EXPECT_TRUE(table.names().empty());
  EXPECT_EQ(table.BitOf("b"), SensorBit(0));
  EXPECT_EQ(table.BitOf(""), SensorBit(1));  // a frame without an identity is of a sensor as well
  EXPECT_EQ(table.BitOf("a"), SensorBit(2));
  EXPECT_EQ(table.BitOf(""), SensorBit(1));
  EXPECT_EQ(table.BitOf("b"), SensorBit(0));
  EXPECT_EQ(table.names(), (std::vector<std::string>{"b", "", "a"}));
}

TEST(SensorTable, AnyBytesTellThemApart) {
  SensorTable table;
  EXPECT_EQ(table.BitOf(std::string_view("a\0b", 3)), SensorBit(0));
  EXPECT_EQ(table.BitOf(std::string_view("a\0c", 3)), SensorBit(1));
  EXPECT_EQ(table.BitOf("a"), SensorBit(2));
  EXPECT_EQ(table.BitOf("A"), SensorBit(3));
}

TEST(SensorTable, WhatIsTooManyOrTooLongIsAmongTheOthers) {
  SensorTable table;
  const std::string longest(kMaxSensorName, 'x');
  EXPECT_EQ(table.BitOf(longest + "x"), SensorBit(kOtherSensors));
  EXPECT_EQ(table.BitOf(longest), SensorBit(0));
  for (unsigned i = 1; i < 10'000; ++i)
    ASSERT_EQ(table.BitOf(Sensor(i)), SensorBit(i < kMostSensors ? i : kOtherSensors)) << i;
  EXPECT_EQ(table.names().size(), kMostSensors);
  EXPECT_EQ(table.BitOf(longest), SensorBit(0));
  EXPECT_EQ(table.BitOf(Sensor(kMostSensors - 1)), SensorBit(kMostSensors - 1));
  EXPECT_EQ(kAllSensors, ~SensorSet{0} >> 1);
}

TEST(SensorTable, ManyThreadsAgree) {
  constexpr unsigned kThreads = 4;
  constexpr unsigned kNames = 40;
  SensorTable table;
  std::vector<std::vector<SensorSet>> bits(kThreads, std::vector<SensorSet>(kNames));
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < kThreads; ++t) {
    threads.emplace_back([&table, &mine = bits[t], t] {
      for (unsigned i = 0; i < kNames; ++i) {
        const unsigned name = (i + t * 10) % kNames;
        mine[name] = table.BitOf(Sensor(name));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto names = table.names();
  ASSERT_EQ(names.size(), kNames);
  for (unsigned i = 0; i < kNames; ++i) {
    for (const auto& of_thread : bits) EXPECT_EQ(of_thread[i], bits[0][i]);
    EXPECT_EQ(table.BitOf(names[i]), SensorBit(i));
  }
}

TEST(SensorOfFrame, IsWhatTheTableSays) {
  SensorTable table;
  SensorOfFrame frames(table);
  SensorOfFrame others(table);
  const std::string longest(kMaxSensorName, 'x');
  // Those that begin alike, and the empty one first: nothing is known of it before.
  const std::vector<std::string> identities = {"",
                                               "a",
                                               "a",
                                               "ab",
                                               "",
                                               "",
                                               longest,
                                               longest + "x",
                                               "a",
                                               "b",
                                               "",
                                               "a",
                                               longest + "y",
                                               longest + "yz",
                                               longest + "y",
                                               longest};
  for (const std::string& identity : identities) {
    const SensorSet bit = frames.BitOf(AsBytes(identity));
    EXPECT_EQ(bit, table.BitOf(identity)) << identity;
    EXPECT_EQ(bit, others.BitOf(AsBytes(identity))) << identity;
  }
  EXPECT_EQ(table.names(), (std::vector<std::string>{"", "a", "ab", longest, "b"}));
}

TEST(SensorOfFrame, TenThousandIdentitiesAreBounded) {
  SensorTable table;
  SensorOfFrame frames(table);
  SensorSet all = 0;
  for (unsigned i = 0; i < 10'000; ++i) all |= frames.BitOf(AsBytes(Sensor(i)));
  EXPECT_EQ(all, kAllSensors);
  EXPECT_EQ(table.names().size(), kMostSensors);
}

TEST(SensorText, ReadsBackWhateverItsBytes) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  for (const std::string& name : {std::string(), std::string("ns1.blah.org"), all.substr(0, 255),
                                  all.substr(1), std::string("\\x41"), std::string("\\\\x4")}) {
    const std::string text = SensorText(name);
    EXPECT_EQ(SensorFromText(text), name);
    EXPECT_EQ(text.find(','), std::string::npos);
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; }))
        << text;
  }
  EXPECT_EQ(SensorText("a,b\\c\n\"d"), R"(a\x2cb\x5cc\x0a"d)");
}

TEST(SensorFromText, WhatIsNoEscapeStandsForItself) {
  EXPECT_EQ(SensorFromText("\\x4"), "\\x4");
  EXPECT_EQ(SensorFromText("\\xzz\\"), "\\xzz\\");
  EXPECT_EQ(SensorFromText("\\x4A\\x4a\\y"), "JJ\\y");
}

}  // namespace
}  // namespace pdns::record
