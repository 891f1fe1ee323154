// Rdata of every type at its longest, through row key, reverse keys and value and back.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dns/targets.h"
#include "record/type_facts.h"
#include "store/reverse_key.h"
#include "store/value.h"
#include "unit/store/rows.h"
#include "unit/support/dns_message.h"

namespace pdns::store {
namespace {

using record::Name;
using record::OwnedTuple;
using record::RrType;
using testing::U16;
using testing::U32;

constexpr std::size_t kLongest = 65535;

// As long as rdata may be, and with its target where the type has one: for names the longest there
// is, so that everything else must be behind.
std::string LongestRdata(const record::TypeFacts& facts) {
  using record::TargetForm;
  const std::string name(AsText(LongestEscapes().wire()));
  std::string rdata(facts.layout.before, '\1');
  if (facts.target == TargetForm::kLastName) {
    rdata = U32(1);
    for (int i = 0; i < 3; ++i) rdata += '\xff' + std::string(255, '\0');
  }
  for (unsigned names = facts.layout.names; names > 0; --names) rdata += name;
  if (facts.target == TargetForm::kLastName) rdata += name;
  if (facts.target == TargetForm::kService) {
    std::string hints;
    for (std::uint32_t i = 0; i < 40; ++i) hints += U32(i);
    rdata += U16(4) + U16(static_cast<std::uint16_t>(hints.size())) + hints;
  }
  return rdata + std::string(kLongest - rdata.size(), '\0');
}

// As the engine does it: a row, and reverse rows that are cut where they are too long.
void ExpectThereAndBack(const OwnedTuple& tuple, std::size_t reverse_keys) {
  const record::History history = Seen(1, 2, 3, 1);
  const std::string key = RowKeyOf(tuple.view());
  ASSERT_LE(key.size(), kMaxRowKey);
  const auto parts = SplitRowKey(AsBytes(key));
  ASSERT_TRUE(parts.has_value());
  ASSERT_TRUE(parts->cut);
  const std::string value = Encoded(history, tuple.rdata);
  const auto read = DecodeValue(AsBytes(value));
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(read->history == history);
  const auto row = DecodeRow(*parts, read->rdata);
  ASSERT_TRUE(row.has_value());
  EXPECT_TRUE(row->view() == tuple.view());
  const auto keys = ReverseKeys(tuple.view());
  EXPECT_EQ(keys.size(), reverse_keys);
  for (const std::string& whole : keys) {
    ASSERT_LE(CutReverseKey(whole).size(), kMaxReverseKey);
    const auto reverse = SplitReverseKey(AsBytes(whole));
    ASSERT_TRUE(reverse.has_value());
    EXPECT_TRUE(reverse->row_key == key);
    EXPECT_TRUE(ReverseKeyAt(reverse->kind, reverse->at, *parts) == whole);
  }
}

std::size_t ReverseKeysOfType(const record::TypeFacts& facts) {
  using record::TargetForm;
  if (facts.no_reverse) return 0;
  // Rdata of that length is no address.
  if (facts.target == TargetForm::kIpv4 || facts.target == TargetForm::kIpv6) return 0;
  return facts.target == TargetForm::kService ? 1 + dns::kMaxHints : 1;
}

TEST(LongRdata, OfEveryTypeThereAndBack) {
  const std::vector<Name> owners{Name(), *dns::NameFromText("www.blah.org"), LongestEscapes()};
  for (unsigned number = 0; number < 65536; ++number) {
    const auto type = static_cast<RrType>(number);
    const record::TypeFacts& facts = record::FactsOf(type);
    // All that the project knows by name, and a sample of the others.
    if (facts.type != type && number % 1021 != 0) continue;
    for (const Name& owner : owners)
      ExpectThereAndBack({owner, type, LongestRdata(facts)}, ReverseKeysOfType(facts));
    if (HasFailure()) FAIL() << "type " << number;
  }
}

TEST(LongRdata, OfEveryLengthAboutTheLimit) {
  for (const Name& owner : {*dns::NameFromText("www.blah.org"), LongestEscapes()}) {
    const std::size_t limit = RestSize(OwnerKey(owner.wire()).size());
    for (std::size_t size = limit; size < 600; ++size)
      ExpectThereAndBack({owner, RrType::kTxt, std::string(size, '\1')}, 1);
  }
}

}  // namespace
}  // namespace pdns::store
