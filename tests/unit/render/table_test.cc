#include "render/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "unit/render/formatted.h"
#include "unit/support/dns_message.h"

namespace pdns::render {
namespace {

using record::OwnedTuple;
using record::RrType;
using testing::Labels;

class Page {
 public:
  explicit Page(const Look& options = {})
      : table_(options, [this](std::string_view text) { text_ += text; }) {}

  Page& Add(const OwnedTuple& tuple, const record::History& history) {
    table_.Add({tuple.view(), history, nullptr, {}});
    return *this;
  }
  std::string Finish() {
    table_.Finish();
    return text_;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  Table table_;
};

TEST(Table, ColumnsAreAligned) {
  EXPECT_EQ(Page()
                .Add(MakeTuple("blah.org", RrType::kA, "\xcd\x96\x96\x8c"),
                     Seen(1795372876, 1795372931, 10, 2))
                .Add(MakeTuple("www.blah.org", RrType::kTxt, "\2hi"), Seen(0, 59, 1234567))
                .Finish(),
            "first seen            last seen               count  rrname         rrtype"
            "  rdata            bailiwick\n"
            "2026-11-22T18:41:16Z  2026-11-22T18:42:11Z       10  blah.org.      A     "
            "  205.150.150.140  blah.org.\n"
            "1970-01-01T00:00:00Z  1970-01-01T00:00:59Z  1234567  www.blah.org.  TXT   "
            "  \"hi\"             .\n");
}

TEST(Table, ReasonIsOneColumnMore) {
  EXPECT_EQ(Page({.reason = true})
                .Add(MakeTuple("a.org", RrType::kA, "abcd"), Seen(0, 0, 1, 0, 1))
                .Add(MakeTuple("b.org", RrType::kA, "abcd"), Seen(0, 0, 1, 0, 3))
                .Finish(),
            "first seen            last seen             count  rrname  rrtype  rdata       "
            "  bailiwick  reason\n"
            "1970-01-01T00:00:00Z  1970-01-01T00:00:00Z      1  a.org.  A       97.98.99.100"
            "  .          off_chain\n"
            "1970-01-01T00:00:00Z  1970-01-01T00:00:00Z      1  b.org.  A       97.98.99.100"
            "  .          off_chain,out_of_bailiwick\n");
}

TEST(Table, DaysAreOneColumnMoreAndAnUnknownBailiwickIsADash) {
  record::History history = SeenOn({{20779, 20781}, {20787, 20787}});
  history.bailiwick = record::Bailiwick();
  EXPECT_EQ(Page({.days = true, .sensors = {"ns1"}})
                .Add(MakeTuple("a.org", RrType::kA, "abcd"), history)
                .Add(MakeTuple("b.org", RrType::kA, "abcd"), SeenOn({{20779, 20779}}))
                .Finish(),
            "first seen            last seen             count  rrname  rrtype  rdata       "
            "  bailiwick  days\n"
            "2026-11-22T00:00:00Z  2026-11-30T23:59:59Z      2  a.org.  A       97.98.99.100"
            "  -          4: 11-22..11-24, 11-30\n"
            "2026-11-22T00:00:00Z  2026-11-22T23:59:59Z      1  b.org.  A       97.98.99.100"
            "  .          1: 11-22\n");
}

TEST(Table, WhatIsNewAboutARowOfTheJournal) {
  EXPECT_EQ(
      Formatted("table", {.fresh = true})
          .AddNew(MakeTuple("a.org", RrType::kA, "abcd"), Seen(0, 0, 1),
                  {9, At(1795372900), store::NewKind::kName})
          .AddNew(MakeTuple("a.org", RrType::kA, "abce"), Seen(0, 0, 1),
                  {10, At(1795372900), store::NewKind::kRdata})
          .Finish(),
      "first seen            last seen             count  rrname  rrtype  rdata         bailiwick"
      "  seq  committed             new\n"
      "1970-01-01T00:00:00Z  1970-01-01T00:00:00Z      1  a.org.  A       97.98.99.100  .        "
      "    9  2026-11-22T18:41:40Z  rrname\n"
      "1970-01-01T00:00:00Z  1970-01-01T00:00:00Z      1  a.org.  A       97.98.99.101  .        "
      "   10  2026-11-22T18:41:40Z  rdata\n");
}

TEST(Table, HeadingBoldTimesDimTypeCyan) {
  const std::string text =
      Page({.colour = true}).Add(MakeTuple("a.org", RrType::kA, "abcd"), Seen(0, 0, 1)).Finish();
  EXPECT_EQ(text,
            "\x1b[1mfirst seen            last seen             count  rrname  rrtype  rdata       "
            "  bailiwick\x1b[0m\n"
            "\x1b[2m1970-01-01T00:00:00Z\x1b[0m  \x1b[2m1970-01-01T00:00:00Z\x1b[0m      1  a.org."
            "  \x1b[36mA\x1b[0m       97.98.99.100  .\n");
}

TEST(Table, NoRowsNoHeading) { EXPECT_EQ(Page().Finish(), ""); }

TEST(Table, RowsAreHeldUntilTheWidthsAreKnown) {
  Page page;
  const OwnedTuple tuple = MakeTuple("a.org", RrType::kA, "abcd");
  for (int i = 0; i < 999; ++i) page.Add(tuple, Seen(0, 0, 1));
  EXPECT_EQ(page.text(), "");
  page.Add(tuple, Seen(0, 0, 1));
  EXPECT_EQ(std::count(page.text().begin(), page.text().end(), '\n'), 1001);
  page.Add(MakeTuple("a.much.longer.name.org", RrType::kA, "abcd"), Seen(0, 0, 1));
  EXPECT_EQ(std::count(page.text().begin(), page.text().end(), '\n'), 1002);
  EXPECT_NE(page.text().find("  a.much.longer.name.org.  A       97.98.99.100  .\n"),
            std::string::npos);
  const std::string before = page.text();
  EXPECT_EQ(page.Finish(), before);  // nothing was left
}

TEST(Table, LongTextIsNotCutAndPushesNobodyElse) {
  const std::string long_text(250, 'x');
  const std::string text =
      Page()
          .Add(MakeTuple("a.org", RrType::kTxt, '\xfa' + long_text), Seen(0, 0, 1))
          .Add(MakeTuple("b.org", RrType::kTxt, "\1y"), Seen(0, 0, 1))
          .Finish();
  EXPECT_NE(text.find("TXT     \"" + long_text + "\"  .\n"), std::string::npos);
  EXPECT_NE(text.find("TXT     \"y\"" + std::string(57, ' ') + "  .\n"), std::string::npos);
}

TEST(Table, HostileBytesStayInert) {
  std::string rdata;
  for (int byte = 0; byte < 256; ++byte) rdata.push_back(static_cast<char>(byte));
  const std::string label("\x1b]0;\a\"\\\r\n\0\xff", 11);
  Page page({.reason = true});
  for (unsigned type = 1; type < 300; ++type) {
    const OwnedTuple tuple{
        record::Name::FromWire(AsBytes(Labels({label}))).value_or(record::Name()),
        static_cast<RrType>(type), rdata};
    page.Add(tuple, Seen(1, 2, 3, 1, 3));
  }
  const std::string text = page.Finish();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 300);
  EXPECT_TRUE(std::all_of(text.begin(), text.end(),
                          [](char c) { return (c >= 0x20 && c <= 0x7e) || c == '\n'; }));
}

}  // namespace
}  // namespace pdns::render
