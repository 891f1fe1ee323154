// The cut by hand against the way through ldns; the fuzz target rdata_layout does the same further.
#include "dns/rdata_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "dns/rdata.h"
#include "unit/support/dns_message.h"

namespace pdns::dns {
namespace {

using record::RrType;
using testing::Pointer;
using testing::U16;
using testing::WireName;

std::vector<RrType> TypesWithLayout() {
  std::vector<RrType> types;
  for (unsigned number = 0; number < 65536; ++number) {
    const auto type = static_cast<RrType>(number);
    if (LayoutOf(type).names > 0) types.push_back(type);
  }
  return types;
}

TEST(RdataLayout, EveryTypeWithNamesInsideButNaptr) {
  for (unsigned number = 0; number < 65536; ++number) {
    const auto type = static_cast<RrType>(number);
    const bool expected = record::RequiredFields(type) > 0 && type != RrType::kNaptr;
    EXPECT_EQ(LayoutOf(type).names > 0, expected) << number;
  }
}

class Hostile {
 public:
  unsigned Below(unsigned n) { return static_cast<unsigned>(random_() % n); }

  // At the front names to point at; offset 0 among them.
  std::string Front() { return WireName("Org") + "\2Ns" + Pointer(0) + WireName("WWW.Blah.ORG"); }

  std::string Name() {
    std::string wire;
    for (unsigned labels = Below(4); labels > 0; --labels) {
      const unsigned size = 1 + Below(Below(9) == 0 ? 63 : 5);
      wire += static_cast<char>(size) + std::string(size, static_cast<char>('A' + Below(60)));
    }
    switch (Below(5)) {
      case 0:
        return wire + Pointer(Below(40));
      case 1:
      case 2:
        return wire + Pointer(10 + 4 * Below(2));
      default:
        return wire + '\0';
    }
  }

  std::string Rdata(const RdataLayout& layout) {
    std::string rdata(layout.before, static_cast<char>(Below(256)));
    for (unsigned i = 0; i < layout.names; ++i) rdata += Name();
    const unsigned tail = Below(40);
    rdata.append(layout.tail ? tail : layout.behind, static_cast<char>(Below(256)));
    if (Below(4) == 0) rdata.resize(Below(static_cast<unsigned>(rdata.size()) + 3));
    if (Below(4) == 0 && !rdata.empty()) {
      rdata[Below(static_cast<unsigned>(rdata.size()))] = static_cast<char>(Below(256));
    }
    return rdata;
  }

 private:
  std::mt19937 random_{20260301};
};

TEST(RdataLayout, TakesAndRefusesWhatTheWayThroughLdnsDoes) {
  Hostile hostile;
  Scratch scratch;
  for (const RrType type : TypesWithLayout()) {
    std::size_t taken = 0;
    std::size_t refused = 0;
    for (int round = 0; round < 2000; ++round) {
      const std::string front = hostile.Front();
      const std::string rdata = hostile.Rdata(LayoutOf(type));
      const std::string text = front + U16(static_cast<std::uint16_t>(rdata.size())) + rdata +
                               (round % 2 == 0 ? "" : "\1x\0next record");
      const std::vector<std::uint8_t> message(text.begin(), text.end());
      scratch.Clear();
      const auto ours = CutRdata(message, front.size(), LayoutOf(type), scratch);
      std::string theirs;
      const bool ok = AppendByLdns(message, front.size(), type, theirs);
      ASSERT_EQ(ours.has_value(), ok) << static_cast<int>(type) << " " << ToHex(message);
      if (ok) {
        ASSERT_EQ(ToHex(*ours), ToHex(AsBytes(theirs))) << ToHex(message);
      }
      ++(ok ? taken : refused);
    }
    EXPECT_GT(taken, 200U) << static_cast<int>(type);
    EXPECT_GT(refused, 200U) << static_cast<int>(type);
  }
}

TEST(Scratch, WhatIsKeptStaysWhereItIs) {
  Scratch scratch;
  for (int round = 0; round < 3; ++round) {
    std::vector<Bytes> kept;
    for (std::size_t i = 0; i < 3000; ++i) {
      const std::size_t size = i % 1000 == 999 ? 100'000 + i : i % 300;
      std::uint8_t* const room = scratch.Room(size + 16);
      std::fill_n(room, size + 16, static_cast<std::uint8_t>(i));
      kept.push_back(scratch.Keep(size));
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const auto as_written = [&](std::uint8_t byte) { return byte == (i & 0xff); };
      ASSERT_TRUE(std::all_of(kept[i].begin(), kept[i].end(), as_written)) << i;
    }
    scratch.Clear();
  }
}

}  // namespace
}  // namespace pdns::dns
