#include "render/format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "unit/render/formatted.h"
#include "unit/support/dns_message.h"

namespace pdns::render {
namespace {

using record::OwnedTuple;
using record::RrType;

constexpr std::array<FormatKind, 7> kKinds{
    FormatKind::kTable, FormatKind::kJson,  FormatKind::kCsv,   FormatKind::kTsv,
    FormatKind::kDig,   FormatKind::kNames, FormatKind::kValues};

bool Allowed(FormatKind kind, char c) {
  if (c == '\r') return kind == FormatKind::kCsv;
  if (c == '\t') return kind == FormatKind::kTsv;
  return c == '\n' || (c >= 0x20 && c <= 0x7e);
}

// Of 299 types with three rdata each, all of one owner.
void CheckLines(FormatKind kind, const std::vector<std::string>& lines) {
  constexpr std::size_t kRows = std::size_t{299} * 3;
  const bool csv = kind == FormatKind::kCsv;
  const bool tsv = kind == FormatKind::kTsv;
  if (kind == FormatKind::kJson) {
    EXPECT_EQ(lines.size(), kRows);
  } else if (csv || tsv || kind == FormatKind::kDig) {
    EXPECT_EQ(lines.size(), kRows + 1);
  } else if (kind == FormatKind::kNames) {
    EXPECT_EQ(lines.size(), 1U);
  }
  for (const std::string& line : lines) {
    if (csv) {
      ASSERT_EQ(CsvFields(line).size(), 16U) << line;
    } else if (tsv) {
      ASSERT_EQ(std::count(line.begin(), line.end(), '\t'), 15) << line;
    }
  }
}

TEST(FormatFromText, KnowsEachAndNoOther) {
  EXPECT_EQ(FormatFromText("table"), FormatKind::kTable);
  EXPECT_EQ(FormatFromText("json"), FormatKind::kJson);
  EXPECT_EQ(FormatFromText("csv"), FormatKind::kCsv);
  EXPECT_EQ(FormatFromText("tsv"), FormatKind::kTsv);
  EXPECT_EQ(FormatFromText("dig"), FormatKind::kDig);
  EXPECT_EQ(FormatFromText("names"), FormatKind::kNames);
  EXPECT_EQ(FormatFromText("values"), FormatKind::kValues);
  for (const char* text : {"", "JSON", "json ", "xml"}) {
    EXPECT_EQ(FormatFromText(text), std::nullopt) << text;
  }
}

// Every byte in name, rdata, what was asked, the path and sensors' names; the same row for each
// type, so that a format that takes something for its own shows by a line more or less.
TEST(MakeFormat, HostileBytesStayInertInEveryFormat) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  const std::string mean = "\x1b]0;\a\",\";\r\n\t$INCLUDE /etc/passwd\n\\";
  const query::Asked asked{all, 7};
  const std::vector<std::string> path{all, mean};
  const std::string owner = testing::Labels({mean, all.substr(0, 63), all.substr(200)});
  record::History history = Seen(1, 2, 3, 1, 3);
  history.sensors = record::kAllSensors;
  for (const FormatKind kind : kKinds) {
    for (const unsigned width : {0U, 80U, 200U}) {
      Formatted page(kind, {.width = width,
                            .wire = true,
                            .reason = true,
                            .asked = true,
                            .path = true,
                            .days = true,
                            .fresh = true,
                            .sensors = {mean, all.substr(0, 255), all.substr(1), ","}});
      for (unsigned type = 1; type < 300; ++type) {
        for (const std::string& rdata : {all, '\x20' + mean.substr(0, 32), std::string()}) {
          page.Add({record::Name::FromWire(AsBytes(owner)).value_or(record::Name()),
                    static_cast<RrType>(type), rdata},
                   history, &asked, path);
        }
      }
      const std::string text = page.Finish();
      EXPECT_TRUE(std::all_of(text.begin(), text.end(), [&](char c) { return Allowed(kind, c); }));
      EXPECT_TRUE(text.ends_with('\n'));
      CheckLines(kind, SplitLines(text));
    }
  }
}

TEST(MakeFormat, NoRows) {
  EXPECT_EQ(Formatted(FormatKind::kTable).Finish(), "");
  EXPECT_EQ(Formatted(FormatKind::kJson).Finish(), "");
  EXPECT_EQ(Formatted(FormatKind::kDig).Finish(), "");
  EXPECT_EQ(Formatted(FormatKind::kNames).Finish(), "");
  EXPECT_EQ(Formatted(FormatKind::kCsv).Finish(),
            "rrname,rrtype,rdata,time_first,time_last,count,bailiwick\r\n");
  EXPECT_EQ(Formatted(FormatKind::kTsv).Finish(),
            "rrname\trrtype\trdata\ttime_first\ttime_last\tcount\tbailiwick\n");
}

TEST(Lists, DropWhatEqualsTheLineBefore) {
  std::string names;
  std::string values;
  for (const auto& [kind, text] :
       {std::pair{FormatKind::kNames, &names}, std::pair{FormatKind::kValues, &values}}) {
    Formatted page(kind);
    page.Add("a.org", RrType::kA, "abcd").Add("a.org", RrType::kA, "efgh");
    page.Add("b.org", RrType::kA, "efgh").Add("a.org", RrType::kTxt, "\2hi");
    *text = page.Finish();
  }
  EXPECT_EQ(names, "a.org.\nb.org.\na.org.\n");
  EXPECT_EQ(values, "97.98.99.100\n101.102.103.104\n\"hi\"\n");
}

}  // namespace
}  // namespace pdns::render
