// The table against what the RFCs say, each said here once more by hand.
#include "record/type_facts.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace pdns::record {
namespace {

using Numbers = std::set<unsigned>;

// The numbers of the types for which `holds`, of all 65536.
template <typename Holds>
Numbers NumbersWhere(const Holds& holds) {
  Numbers numbers;
  for (unsigned number = 0; number <= 0xffff; ++number) {
    if (holds(FactsOf(static_cast<RrType>(number)))) numbers.insert(number);
  }
  return numbers;
}

Numbers Pointing(TargetForm form) {
  return NumbersWhere([form](const TypeFacts& facts) { return facts.target == form; });
}

TEST(TypeFacts, EachRowIsFoundAndNoOther) {
  std::map<unsigned, const TypeFacts*> rows;
  for (const TypeFacts& row : kTypeFacts) rows[static_cast<unsigned>(row.type)] = &row;
  EXPECT_EQ(rows.size(), kTypeFacts.size());
  for (unsigned number = 0; number <= 0xffff; ++number) {
    const auto row = rows.find(number);
    const TypeFacts* const expected = row == rows.end() ? kTypeFacts.data() : row->second;
    ASSERT_EQ(&FactsOf(static_cast<RrType>(number)), expected) << number;
  }
}

// Types whose rdata holds names that are cut out of a message, by their IANA numbers; every other
// is opaque (RFC 3597 4). The number of fields before their tails is counted from the RFCs.
TEST(TypeFacts, ExactlyTheTypesWithNamesHaveFields) {
  const std::map<unsigned, unsigned> fields{
      {2, 1},  {3, 1},  {4, 1},  {5, 1},  {6, 7},
      {7, 1},  {8, 1},  // NS MD MF CNAME SOA MB MG
      {9, 1},  {12, 1}, {14, 2}, {15, 2}, {17, 2},
      {18, 2}, {21, 2},  // MR PTR MINFO MX RP AFSDB RT
      {24, 8}, {26, 3}, {30, 1}, {33, 4}, {35, 6},
      {36, 2}, {39, 1},                               // SIG PX NXT SRV NAPTR KX DNAME
      {46, 8}, {47, 1}, {64, 2}, {65, 2}, {107, 2}};  // RRSIG NSEC SVCB HTTPS LP
  for (unsigned number = 0; number <= 0xffff; ++number) {
    const auto known = fields.find(number);
    EXPECT_EQ(RequiredFields(static_cast<RrType>(number)),
              known == fields.end() ? 0 : known->second)
        << number;
  }
}

// A byte in front of the names, a name, a byte behind them, a tail: '.', 'n', '.', '*'.
std::string Shape(const RdataLayout& layout) {
  return std::string(layout.before, '.') + std::string(layout.names, 'n') +
         std::string(layout.behind, '.') + (layout.tail ? "*" : "");
}

TEST(TypeFacts, LayoutsAreThoseOfTheRfcs) {
  const std::string signature(18, '.');
  std::map<unsigned, std::string> shapes{{6, "nn" + std::string(20, '.')},  // RFC 1035 3.3.13
                                         {24, signature + "n*"},            // RFC 2535 4.1
                                         {26, "..nn"},                      // RFC 2163 4
                                         {30, "n*"},                        // RFC 2535 5.2
                                         {33, "......n"},                   // RFC 2782
                                         {46, signature + "n*"},            // RFC 4034 3.1
                                         {47, "n*"},                        // RFC 4034 4.1
                                         {64, "..n*"},                      // RFC 9460 2.2
                                         {65, "..n*"}};
  for (const unsigned number : {2U, 3U, 4U, 5U, 7U, 8U, 9U, 12U, 39U}) shapes[number] = "n";
  for (const unsigned number : {14U, 17U}) shapes[number] = "nn";
  for (const unsigned number : {15U, 18U, 21U, 36U, 107U}) shapes[number] = "..n";
  for (unsigned number = 0; number <= 0xffff; ++number) {
    const auto shape = shapes.find(number);
    EXPECT_EQ(Shape(FactsOf(static_cast<RrType>(number)).layout),
              shape == shapes.end() ? "" : shape->second)
        << number;
  }
}

TEST(TypeFacts, WhatPointsSomewhere) {
  EXPECT_EQ(Pointing(TargetForm::kIpv4), Numbers{1});
  EXPECT_EQ(Pointing(TargetForm::kIpv6), Numbers{28});
  EXPECT_EQ(Pointing(TargetForm::kLastName), Numbers{35});
  EXPECT_EQ(Pointing(TargetForm::kService), (Numbers{64, 65}));
  EXPECT_EQ(Pointing(TargetForm::kName),
            (Numbers{2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 17, 18, 21, 26, 33, 36, 39, 107}));
}

// As the manual of DNSDB has ANY-DNSSEC, in its order.
TEST(TypeFacts, DnssecIsWhatDnsdbCallsSo) {
  const Numbers dnssec{43, 46, 47, 48, 50, 51, 59, 60, 32768, 32769};
  EXPECT_EQ(NumbersWhere([](const TypeFacts& facts) { return facts.dnssec; }), dnssec);
}

// schema/keys.md: SIG KEY NXT RRSIG NSEC DNSKEY NSEC3 NSEC3PARAM CDNSKEY.
TEST(TypeFacts, WhatTheReverseIndexLeavesOut) {
  const Numbers left_out{24, 25, 30, 46, 47, 48, 50, 51, 60};
  EXPECT_EQ(NumbersWhere([](const TypeFacts& facts) { return facts.no_reverse; }), left_out);
}

TEST(TypeFacts, OtherFlags) {
  EXPECT_EQ(NumbersWhere([](const TypeFacts& facts) { return facts.any_class; }),
            (Numbers{2, 5, 6, 12, 15, 16}));
  EXPECT_EQ(NumbersWhere([](const TypeFacts& facts) { return facts.text; }), (Numbers{16, 99}));
  EXPECT_EQ(NumbersWhere([](const TypeFacts& facts) { return facts.rare; }),
            (Numbers{31, 32, 34, 40, 57, 58, 66, 67, 68, 100, 101, 102, 259, 261, 262}));
}

TEST(TypeFacts, EachMnemonicOnceAndInUpperCase) {
  std::set<std::string_view> mnemonics;
  for (const TypeFacts& row : kTypeFacts) {
    EXPECT_TRUE(mnemonics.insert(row.mnemonic).second) << row.mnemonic;
    EXPECT_EQ(row.mnemonic.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ3"), row.mnemonic.npos);
  }
}

}  // namespace
}  // namespace pdns::record
