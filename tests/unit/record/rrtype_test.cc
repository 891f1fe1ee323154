#include "record/rrtype.h"

#include <gtest/gtest.h>

#include <set>

namespace pdns::record {
namespace {

TEST(RrType, MetaTypesAndNoOthers) {
  for (unsigned number = 0; number <= 0xffff; ++number) {
    const bool meta = number == 0 || number == 41 || (number >= 128 && number <= 255);
    EXPECT_EQ(IsMeta(static_cast<RrType>(number)), meta) << number;
  }
}

// semantics.md: the types whose rdata holds names, by their IANA numbers; every other is opaque.
TEST(RrType, ExactlyTheTypesWithNamesHaveFields) {
  const std::set<unsigned> with_names{
      2,  3,  4,  5,  6,  7,  8,  9,  12,  // NS MD MF CNAME SOA MB MG MR PTR
      14, 15, 17, 18, 21, 24, 26, 30, 33,  // MINFO MX RP AFSDB RT SIG PX NXT SRV
      35, 36, 39, 46, 47, 64, 65, 107};    // NAPTR KX DNAME RRSIG NSEC SVCB HTTPS LP
  for (unsigned number = 0; number <= 0xffff; ++number) {
    EXPECT_EQ(RequiredFields(static_cast<RrType>(number)) > 0, with_names.count(number) > 0)
        << number;
  }
}

}  // namespace
}  // namespace pdns::record
