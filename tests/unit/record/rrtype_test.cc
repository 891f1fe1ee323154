#include "record/rrtype.h"

#include <gtest/gtest.h>

namespace pdns::record {
namespace {

TEST(RrType, MetaTypesAndNoOthers) {
  for (unsigned number = 0; number <= 0xffff; ++number) {
    const bool meta = number == 0 || number == 41 || (number >= 128 && number <= 255);
    EXPECT_EQ(IsMeta(static_cast<RrType>(number)), meta) << number;
  }
}

}  // namespace
}  // namespace pdns::record
