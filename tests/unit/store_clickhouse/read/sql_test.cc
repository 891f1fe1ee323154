#include "store_clickhouse/read/sql.h"

#include <gtest/gtest.h>

#include <random>

#include "unit/store_rocks/zone.h"

namespace pdns::store_clickhouse {
namespace {

using record::RrType;
using store::Selection;
using store::Side;

constexpr std::string_view kColumns =
    "SELECT key, rrtype, owner, rdata, finalizeAggregation(first), finalizeAggregation(last), "
    "finalizeAggregation(cnt), finalizeAggregation(zone), finalizeAggregation(reasons), "
    "finalizeAggregation(sensors), finalizeAggregation(days) FROM rows FINAL PREWHERE ";

record::Name Name(std::string_view text) { return *dns::NameFromText(text); }

// The statements of a first page, without what all begin with.
std::vector<std::string> SqlOf(const Selection& selection, const Bound& from = {}) {
  std::vector<std::string> all;
  for (const KeySet& set : KeySetsOf(selection)) {
    Page page;
    page.keys = &set;
    page.types = &selection.types;
    page.from = from;
    page.rows = 1000;
    const std::string sql = PageSql(page);
    EXPECT_TRUE(sql.starts_with(kColumns)) << sql;
    all.push_back(sql.substr(kColumns.size()));
  }
  return all;
}

using Lines = std::vector<std::string>;

TEST(PageSql, OneName) {
  Selection selection;
  selection.span = store::NameSpan(Name("www.blah.org").wire());
  selection.types = {RrType::kAaaa, RrType::kA, RrType::kA};
  EXPECT_EQ(SqlOf(selection),
            Lines{"kind = 0 AND key = unhex('6f726700626c6168007777770000') AND rrtype IN (1, 28) "
                  "LIMIT 1000 FORMAT RowBinary"});
}

TEST(PageSql, AllBelowAName) {
  Selection selection;
  selection.span = store::SubtreeSpan(Name("blah.org").wire());
  selection.types = {RrType::kNs};
  EXPECT_EQ(SqlOf(selection),
            Lines{"kind = 0 AND key >= unhex('6f726700626c616800') AND key < "
                  "unhex('6f726700626c616801') AND rrtype = 2 LIMIT 1000 FORMAT RowBinary"});
  selection = {};
  EXPECT_EQ(SqlOf(selection), Lines{"kind = 0 LIMIT 1000 FORMAT RowBinary"});
  selection.trust = store::Trust::kQuarantined;
  EXPECT_EQ(SqlOf(selection), Lines{"kind = 1 LIMIT 1000 FORMAT RowBinary"});
  // They have no index: all of them, whatever is asked for.
  selection.side = Side::kTarget;
  selection.span = store::SubtreeSpan(Name("net").wire());
  EXPECT_EQ(SqlOf(selection), Lines{"kind = 1 LIMIT 1000 FORMAT RowBinary"});
}

TEST(PageSql, WhatIsPointedAt) {
  Selection selection;
  selection.side = Side::kTarget;
  selection.span = store::SubtreeSpan(Name("ca-dns.net").wire());
  EXPECT_EQ(SqlOf(selection), Lines{"kind = 2 AND key >= unhex('6e65740063612d646e7300') AND key < "
                                    "unhex('6e65740063612d646e7301') LIMIT 1000 FORMAT RowBinary"});
  selection.side = Side::kAddress;
  selection.span = {"\xcd\x96\x96\x8c", "\xcd\x96\x96\x8c"};
  EXPECT_EQ(SqlOf(selection),
            Lines{"kind = 4 AND key = unhex('cd96968c') LIMIT 1000 FORMAT RowBinary"});
  selection.span.hi = "\xcd\x96\x96\xff";
  EXPECT_EQ(SqlOf(selection), Lines{"kind = 4 AND key >= unhex('cd96968c') AND key < "
                                    "unhex('cd9697') LIMIT 1000 FORMAT RowBinary"});
  // No key is behind the last address.
  selection.span = {std::string(16, '\xff'), std::string(16, '\xff')};
  selection.span.lo.back() = '\xfe';
  EXPECT_EQ(SqlOf(selection),
            Lines{"kind = 6 AND key >= unhex('fffffffffffffffffffffffffffffffe') LIMIT 1000 FORMAT "
                  "RowBinary"});
  selection.span = {};
  EXPECT_EQ(SqlOf(selection), (Lines{"kind = 4 LIMIT 1000 FORMAT RowBinary",
                                     "kind = 6 LIMIT 1000 FORMAT RowBinary"}));
  selection.side = Side::kText;
  EXPECT_EQ(SqlOf(selection), Lines{"kind = 9 LIMIT 1000 FORMAT RowBinary"});
}

TEST(PageSql, GoesOnBehindARow) {
  Selection selection;
  selection.after = store::Place{{}, Name("blah.org"), RrType::kA, "\x7f"};
  const After after = AfterOf(selection);
  EXPECT_EQ(after.kind, RowKind::kOwner);
  EXPECT_EQ(SqlOf(selection, after.bound),
            Lines{"kind = 0 AND key >= unhex('6f726700626c61680000') AND (key > "
                  "unhex('6f726700626c61680000') OR rrtype > 1 OR (rrtype = 1 AND (owner > "
                  "unhex('') OR (owner = unhex('') AND rdata > unhex('7f'))))) LIMIT 1000 FORMAT "
                  "RowBinary"});
}

TEST(PageSql, GoesOnBehindWhatWasFound) {
  Selection selection;
  selection.side = Side::kAddress;
  selection.after = store::Place{std::string(16, '\1'), Name("org"), RrType::kAaaa, "\7"};
  After after = AfterOf(selection);
  EXPECT_EQ(after.kind, RowKind::kIpv6);
  EXPECT_EQ(ToHex(AsBytes(after.bound.key)), "01010101010101010101010101010101");
  EXPECT_EQ(ToHex(AsBytes(after.bound.owner)), "6f72670000");
  selection.side = Side::kText;
  selection.after = store::Place{{}, Name("org"), RrType::kTxt, std::string("\1a\0", 3)};
  after = AfterOf(selection);
  EXPECT_EQ(after.kind, RowKind::kText);
  EXPECT_EQ(ToHex(AsBytes(after.bound.key)), "010261010100");
  // Of long rdata a place knows the beginning.
  selection.after->rdata_id = record::RdataId(AsBytes(std::string(300, 'x')));
  after = AfterOf(selection);
  EXPECT_EQ(after.bound.how, Bound::How::kAt);
  EXPECT_EQ(after.bound.rdata, std::string(223, 'x'));
  EXPECT_EQ(after.bound.key, std::string(223, 'x') + std::string(1, '\0'));
}

TEST(PageSql, OwnersAndOrder) {
  KeySet set;
  set.kind = RowKind::kName;
  set.keys = {"a", "b"};
  Page page;
  page.keys = &set;
  page.from = {Bound::How::kBehindOwner, "a", RrType::kNs, "o", ""};
  page.rows = 7;
  page.owners = true;
  page.order = true;
  EXPECT_EQ(PageSql(page),
            "SELECT key, rrtype, owner FROM rows FINAL PREWHERE kind = 2 AND key IN ('\\x61', "
            "'\\x62') AND key >= unhex('61') AND (key > unhex('61') OR rrtype > 2 OR (rrtype = "
            "2 AND (owner > unhex('6f')))) ORDER BY kind, key, rrtype, owner, rdata LIMIT 1 BY "
            "key, rrtype, owner LIMIT 7 FORMAT RowBinary");
}

TEST(PageSql, AGroupByItsIds) {
  IdPage page;
  page.kind = RowKind::kOwner;
  page.group = {Bound::How::kAt, "k", RrType::kTxt, "", std::string(223, 'x')};
  page.after_id = "i";
  page.rows = 5;
  const std::string begin = ToHex(AsBytes(page.group.rdata));
  const std::string id =
      "if(length(rdata) < 255, rdata, concat(substring(rdata, 1, 223), toString(SHA256(rdata))))";
  EXPECT_EQ(IdPageSql(page),
            std::string(kColumns) + "kind = 0 AND key = unhex('6b') AND rrtype = 16 AND owner = " +
                "unhex('') AND rdata >= unhex('" + begin + "') AND rdata < unhex('" +
                begin.substr(0, 444) + "79') WHERE " + id + " > unhex('69') ORDER BY " + id +
                " LIMIT 5 FORMAT RowBinary");
}

// Hexadecimal digits alone, or each byte as \x and two of them.
bool HoldsDigits(const std::string& inside) {
  if (!inside.starts_with("\\x")) return FromHex(inside).has_value();
  for (std::size_t at = 0; at < inside.size(); at += 4) {
    if (inside.compare(at, 2, "\\x") != 0) return false;
    if (FromHex(inside.substr(at + 2, 2)).value_or("").size() != 1) return false;
  }
  return true;
}

// Whatever stands in names and rdata: literals hold hexadecimal digits, and outside of them stands
// nothing that was not written here.
TEST(PageSql, NoForeignByteStandsInTheText) {
  std::mt19937 random(7);
  const auto bytes = [&random](std::size_t most) {
    static constexpr std::string_view kMean = "'\\\"`;-/*\0\n)";
    std::string some(random() % most, '\0');
    for (char& byte : some)
      byte = random() % 2 == 0 ? kMean[random() % kMean.size()] : static_cast<char>(random());
    return some;
  };
  for (int i = 0; i < 2000; ++i) {
    KeySet set;
    if (i % 3 == 0) set.range = {bytes(30), bytes(30)};
    if (i % 3 == 1) set.keys = {bytes(30), bytes(30)};
    Page page;
    page.keys = &set;
    page.from = {static_cast<Bound::How>(i % 5), bytes(30), static_cast<RrType>(random()),
                 bytes(30), bytes(300)};
    page.rows = 1000;
    const IdPage id_page{RowKind::kText, page.from, bytes(255), 10};
    for (const std::string& sql : {PageSql(page), IdPageSql(id_page)}) {
      std::string outside;
      for (std::size_t at = 0; at < sql.size();) {
        const std::size_t quote = std::min(sql.find('\'', at), sql.size());
        outside += sql.substr(at, quote - at);
        if (quote == sql.size()) break;
        const std::size_t end = sql.find('\'', quote + 1);
        ASSERT_NE(end, std::string::npos) << sql;
        ASSERT_TRUE(HoldsDigits(sql.substr(quote + 1, end - quote - 1))) << sql;
        at = end + 1;
      }
      ASSERT_EQ(outside.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789 =<>(),"),
                std::string::npos)
          << outside;
    }
  }
}

}  // namespace
}  // namespace pdns::store_clickhouse
