#include "render/hits.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/render/formatted.h"

namespace pdns::render {
namespace {

std::string Rendered(std::string_view kind) {
  ask::List list;
  list.Add("\x1b[1m,\"x", 3, store::Side::kOwner, "");
  list.Add("www.blah.org", 2, store::Side::kOwner, "");
  query::KnownList hits;
  hits.Expect({}, &list);
  hits.Begin();
  hits.Begin();
  hits.Found(1, Seen(1795372876, 1795372931, 10, 2));
  hits.Found(1, Seen(1795372900, 1795372999, 1, 2));
  hits.Finish(true);
  Formatted page(kind);
  page.writer().Hits(hits);
  return page.text();
}

TEST(Hits, Table) {
  EXPECT_EQ(
      Rendered("table"),
      "asked            line  hit       rows  first seen                 last seen\n"
      "www.blah.org        2  yes          2  2026-11-22T18:41:16Z       2026-11-22T18:43:19Z\n"
      "\\x1b[1m,\"x          3  no           0\n");
}

TEST(Hits, Csv) {
  EXPECT_EQ(Rendered("csv"),
            "asked,line,hit,rows,time_first,time_last\r\n"
            "www.blah.org,2,yes,2,2026-11-22T18:41:16Z,2026-11-22T18:43:19Z\r\n"
            "\"\\x1b[1m,\"\"x\",3,no,0,,\r\n");
}

TEST(Hits, Json) {
  EXPECT_EQ(Rendered("json"),
            "{\"asked\":\"www.blah.org\",\"line\":2,\"hit\":true,\"rows\":2,"
            "\"time_first\":1795372876,\"time_last\":1795372999}\n"
            "{\"asked\":\"\\\\x1b[1m,\\\"x\",\"line\":3,\"hit\":false,\"rows\":0}\n");
}

TEST(Hits, OtherFormatsShowThemToAPerson) {
  for (const char* format : {"dig", "names", "values", "timeline"})
    EXPECT_EQ(Rendered(format), Rendered("table")) << format;
}

}  // namespace
}  // namespace pdns::render
