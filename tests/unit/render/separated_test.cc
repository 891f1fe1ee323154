#include "render/separated.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/render/formatted.h"

namespace pdns::render {
namespace {

using record::RrType;

TEST(Csv, HasItsColumnsAndIsoTimes) {
  EXPECT_EQ(
      Formatted("csv")
          .Add("www.blah.org", RrType::kA, "\xcd\x96\x96\x8c", Seen(1795372876, 1795372931, 10, 2))
          .Finish(),
      "rrname,rrtype,rdata,time_first,time_last,count,bailiwick\r\n"
      "www.blah.org.,A,205.150.150.140,2026-11-22T18:41:16Z,2026-11-22T18:42:11Z,10,"
      "blah.org.\r\n");
}

TEST(Csv, QuotesWhatNeedsIt) {
  EXPECT_EQ(SplitLines(Formatted("csv")
                           .Add("a.org", RrType::kTxt, "\4a,\"b")
                           .Add("x,y.org", RrType::kA, "abcd")
                           .Add("=1+1.org", RrType::kMx, std::string("\0\1\0", 3))
                           .Finish()),
            (std::vector<std::string>{
                "rrname,rrtype,rdata,time_first,time_last,count,bailiwick\r",
                R"(a.org.,TXT,"""a,\""b""",1970-01-01T00:00:00Z,1970-01-01T00:00:00Z,1,.)"
                "\r",
                R"("x,y.org.",A,97.98.99.100,1970-01-01T00:00:00Z,1970-01-01T00:00:00Z,1,.)"
                "\r",
                "=1+1.org.,MX,1 .,1970-01-01T00:00:00Z,1970-01-01T00:00:00Z,1,.\r"}));
}

TEST(Csv, ReasonPathAskedAndLineOnRequest) {
  const query::Asked listed{" a.org", 12};
  const query::Asked argument{"b.org", 0};
  const auto tuple = MakeTuple("a.org", RrType::kA, "abcd");
  Formatted page("csv", {.reason = true, .asked = true, .path = true});
  page.Add(tuple, Seen(0, 0, 1, 0, 3), &listed, {"a.org.", "b,c."})
      .Add(tuple, Seen(0, 0, 1), &argument);
  page.Add(tuple, Seen(0, 0, 1));
  const std::string start = "a.org.,A,97.98.99.100,1970-01-01T00:00:00Z,1970-01-01T00:00:00Z,1,.,";
  EXPECT_EQ(SplitLines(page.Finish()),
            (std::vector<std::string>{
                "rrname,rrtype,rdata,time_first,time_last,count,bailiwick,reason,path,asked,line\r",
                start + R"("off_chain,out_of_bailiwick","a.org. > b,c."," a.org",12)" + "\r",
                start + ",,b.org,\r", start + ",,,\r"}));
}

TEST(Csv, NoBailiwickWhereItIsNotKnown) {
  record::History history = Seen(0, 0, 1);
  history.bailiwick = record::Bailiwick();
  EXPECT_EQ(SplitLines(Formatted("tsv").Add("a.org", RrType::kA, "abcd", history).Finish()).at(1),
            "a.org.\tA\t97.98.99.100\t1970-01-01T00:00:00Z\t1970-01-01T00:00:00Z\t1\t");
}

TEST(Csv, DaysOnRequest) {
  const auto lines =
      SplitLines(Formatted("csv", {.reason = true, .days = true, .sensors = {"ns1"}})
                     .Add("a.org", RrType::kA, "abcd", SeenOn({{20779, 20781}, {20787, 20787}}))
                     .Finish());
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "rrname,rrtype,rdata,time_first,time_last,count,bailiwick,days_active,days,"
                       "reason\r",
                       "a.org.,A,97.98.99.100,2026-11-22T00:00:00Z,2026-11-30T23:59:59Z,2,.,4,"
                       "2026-11-22/2026-11-24 2026-11-30,\r"}));
}

TEST(Csv, WhatIsNewAboutARowOfTheJournal) {
  Formatted page("csv", {.days = true, .fresh = true});
  const auto tuple = MakeTuple("a.org", RrType::kA, "abcd");
  page.AddNew(tuple, Seen(0, 0, 1), {41, At(60), store::NewKind::kRdata});
  page.Add(tuple, Seen(0, 0, 1));
  const std::string start = "a.org.,A,97.98.99.100,1970-01-01T00:00:00Z,1970-01-01T00:00:00Z,1,.";
  EXPECT_EQ(
      SplitLines(page.Finish()),
      (std::vector<std::string>{
          "rrname,rrtype,rdata,time_first,time_last,count,bailiwick,days_active,days,seq,"
          "time_committed,new\r",
          start + ",1,1970-01-01,41,1970-01-01T00:01:00Z,rdata\r", start + ",1,1970-01-01,,,\r"}));
}

TEST(Csv, ReadsBack) {
  std::string text(1, '\x5f');
  for (int byte = 0x20; byte < 0x7f; ++byte) text.push_back(static_cast<char>(byte));
  const std::string csv = Formatted("csv").Add("a.org", RrType::kTxt, text).Finish();
  const std::string tsv = Formatted("tsv").Add("a.org", RrType::kTxt, text).Finish();
  const std::string line = SplitLines(csv).at(1);
  std::string joined;
  for (const std::string& field : CsvFields(line.substr(0, line.size() - 1))) {
    joined += (joined.empty() ? "" : "\t") + field;
  }
  EXPECT_EQ(joined, SplitLines(tsv).at(1));
}

// Whatever stands in a name or in rdata, no field begins like a formula.
TEST(CsvSafe, NoFieldIsAFormula) {
  const std::vector<std::string> texts{"\x0d=cmd|'/C x'!A0", "\x04+1+1", "\x02-1",
                                       "\x04@SUM",           "\x02 =",   "\x01x"};
  Look safe;
  safe.csv_safe = true;
  for (const std::string_view kind : {"csv", "tsv"}) {
    const char between = kind == "csv" ? ',' : '\t';
    for (const char* owner : {"=1+1.org", "-x.org", "+.org", "a.org"}) {
      for (const std::string& text : texts) {
        const std::string line =
            SplitLines(Formatted(kind, safe).Add(owner, RrType::kTxt, text).Finish()).at(1);
        const bool formula = std::string("=+-@").find(owner[0]) != std::string::npos;
        EXPECT_EQ(line.starts_with(std::string("'") + owner), formula) << line;
        EXPECT_EQ(line.find(std::string(1, between) + '=') == std::string::npos, true) << line;
      }
    }
  }
  // In CSV the quotes of a TXT stand in the cell; TSV has none of its own, so they may be taken
  // away.
  const auto field = [&safe](std::string_view kind) {
    return SplitLines(Formatted(kind, safe).Add("a.org", RrType::kTxt, "\4=1+1").Finish()).at(1);
  };
  EXPECT_NE(field("csv").find(",\"\"\"=1+1\"\"\","), std::string::npos);
  EXPECT_NE(field("tsv").find("\t'\"=1+1\"\t"), std::string::npos);
  EXPECT_EQ(Formatted("csv").Add("=a.org", RrType::kA, "abcd").Finish().find('\''),
            std::string::npos);
}

TEST(Tsv, IsNotQuoted) {
  EXPECT_EQ(Formatted("tsv").Add("a.org", RrType::kTxt, "\4a,\t\"").Finish(),
            "rrname\trrtype\trdata\ttime_first\ttime_last\tcount\tbailiwick\n"
            "a.org.\tTXT\t\"a,\\009\\\"\"\t1970-01-01T00:00:00Z\t1970-01-01T00:00:00Z\t1\t.\n");
}

}  // namespace
}  // namespace pdns::render
