// What a command tells: the same names and values as text and as JSON.
#include "admin/report.h"

#include <gtest/gtest.h>

#include "json/value.h"

namespace pdns::admin {
namespace {

TEST(AdminReport, TextIsAlignedAndJsonIsOneObject) {
  Report report;
  report.Flag("complete", true);
  report.Number("rows removed", 18446744073709551615U);
  report.Text("rule", "older-400d");
  report.Texts("files", {"a", "b"});
  report.Flag("dry run", false);
  EXPECT_EQ(report.text(),
            "complete      yes\n"
            "rows removed  18446744073709551615\n"
            "rule          older-400d\n"
            "files\n"
            "  a\n"
            "  b\n"
            "dry run       no\n");
  EXPECT_EQ(report.json("expire"),
            R"({"command":"expire","complete":true,"rows_removed":18446744073709551615,)"
            R"("rule":"older-400d","files":["a","b"],"dry_run":false})");
}

TEST(AdminReport, NothingToList) {
  Report report;
  report.Texts("files", {});
  EXPECT_EQ(report.text(), "");
  EXPECT_EQ(report.json("x"), R"({"command":"x","files":[]})");
}

// Names of files are bytes: neither a terminal nor a reader of JSON gets them as they are.
TEST(AdminReport, BytesThatAreNoText) {
  Report report;
  report.Text("path", "/\x1b[31m\xff\n");
  report.Texts("more", {"\xfe\""});
  EXPECT_EQ(report.text().find('\x1b'), std::string::npos);
  EXPECT_EQ(report.text().find('\n'), report.text().find("\nmore"));
  EXPECT_TRUE(json::Parse(report.json("x")).ok()) << report.json("x");
}

}  // namespace
}  // namespace pdns::admin
