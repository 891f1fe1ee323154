#include "frame/control.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "unit/support/frame_stream.h"

namespace pdns::frame {
namespace {

using pdns::testing::ControlFrame;
using pdns::testing::DataFrame;
using pdns::testing::kDnstapType;
using pdns::testing::U32;

constexpr std::size_t kHeader = 8;  // escape and length

std::optional<Control> Decode(const std::string& frame) {
  return DecodeControl(AsBytes(frame).subspan(kHeader));
}

TEST(Control, WrittenAsTheSpecificationSays) {
  EXPECT_EQ(EncodeControl(ControlType::kReady), ControlFrame(4, {kDnstapType}));
  EXPECT_EQ(EncodeControl(ControlType::kAccept), ControlFrame(1, {kDnstapType}));
  EXPECT_EQ(EncodeControl(ControlType::kStart), ControlFrame(2, {kDnstapType}));
  EXPECT_EQ(EncodeControl(ControlType::kStop), ControlFrame(3));
  EXPECT_EQ(EncodeControl(ControlType::kFinish), ControlFrame(5));
}

TEST(Control, EveryTypeIsRead) {
  for (std::uint32_t type = 1; type <= 5; ++type) {
    const auto control = Decode(ControlFrame(type));
    ASSERT_TRUE(control.has_value()) << type;
    EXPECT_EQ(static_cast<std::uint32_t>(control->type), type);
  }
}

TEST(Control, ContentTypes) {
  for (const std::uint32_t type : {1U, 2U, 4U}) {
    EXPECT_TRUE(Decode(ControlFrame(type))->suits) << type;  // none at all suits everybody
    EXPECT_TRUE(Decode(ControlFrame(type, {kDnstapType}))->suits) << type;
  }
  EXPECT_FALSE(Decode(ControlFrame(2, {"protobuf:dnstap.dnstap"}))->suits);
  EXPECT_FALSE(Decode(ControlFrame(2, {"protobuf:dnstap.Dnstap2"}))->suits);
  EXPECT_FALSE(Decode(ControlFrame(2, {"protobuf:dnstap.Dnsta"}))->suits);
  EXPECT_FALSE(Decode(ControlFrame(2, {""}))->suits);
  // READY and ACCEPT may offer several.
  EXPECT_TRUE(Decode(ControlFrame(4, {"text/plain", kDnstapType}))->suits);
  EXPECT_FALSE(Decode(ControlFrame(4, {"text/plain", "other"}))->suits);
}

TEST(Control, WhatCannotBeRead) {
  EXPECT_FALSE(DecodeControl({}).has_value());
  for (std::uint32_t type : {0U, 6U, 0xffffffffU}) {
    EXPECT_FALSE(Decode(ControlFrame(type)).has_value()) << type;
  }
  const std::string whole = ControlFrame(2, {kDnstapType}).substr(kHeader);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    if (cut == 4) continue;  // START without a field
    EXPECT_FALSE(DecodeControl(AsBytes(whole).first(cut)).has_value()) << cut;
  }
  EXPECT_FALSE(DecodeControl(AsBytes(whole + "x")).has_value());
  EXPECT_FALSE(Decode(ControlFrame(2, {kDnstapType, kDnstapType})).has_value());  // one in START
  EXPECT_FALSE(Decode(ControlFrame(3, {kDnstapType})).has_value());               // none in STOP
  EXPECT_FALSE(Decode(ControlFrame(2, {std::string(300, 'x')})).has_value());     // 256 at most
  EXPECT_FALSE(DecodeControl(AsBytes(U32(2) + U32(7) + DataFrame("x"))).has_value());
}

TEST(Control, AnyBytesUpToTheLimit) {
  std::mt19937 random(8);
  for (unsigned trial = 0; trial < 20'000; ++trial) {
    std::string bytes = ControlFrame(1 + trial % 5, {kDnstapType}).substr(kHeader);
    bytes.resize(random() % 513);
    for (int i = 0; i < 3 && !bytes.empty(); ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random() % 8);
    }
    const auto control = DecodeControl(AsBytes(bytes));
    if (!control.has_value()) continue;
    ASSERT_GE(static_cast<unsigned>(control->type), 1U);
    ASSERT_LE(static_cast<unsigned>(control->type), 5U);
  }
}

}  // namespace
}  // namespace pdns::frame
