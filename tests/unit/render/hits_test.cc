#include "render/hits.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/render/rows.h"

namespace pdns::render {
namespace {

std::string Rendered(FormatKind kind) {
  IndicatorHit known{"www.blah.org", 2, 0, {}, {}};
  known.Add(Seen(1795372876, 1795372931, 10, 2));
  known.Add(Seen(1795372900, 1795372999, 1, 2));
  const std::array<IndicatorHit, 2> hits{known, {"\x1b[1m,\"x", 3, 0, {}, {}}};
  std::string text;
  RenderHits(hits, kind, {}, [&text](std::string_view piece) { text += piece; });
  return text;
}

TEST(RenderHits, Table) {
  EXPECT_EQ(
      Rendered(FormatKind::kTable),
      "asked            line  hit       rows  first seen                 last seen\n"
      "www.blah.org        2  yes          2  2026-11-22T18:41:16Z       2026-11-22T18:43:19Z\n"
      "\\x1b[1m,\"x          3  no           0\n");
}

TEST(RenderHits, Csv) {
  EXPECT_EQ(Rendered(FormatKind::kCsv),
            "asked,line,hit,rows,time_first,time_last\r\n"
            "www.blah.org,2,yes,2,2026-11-22T18:41:16Z,2026-11-22T18:43:19Z\r\n"
            "\"\\x1b[1m,\"\"x\",3,no,0,,\r\n");
}

TEST(RenderHits, Json) {
  EXPECT_EQ(Rendered(FormatKind::kJson),
            "{\"asked\":\"www.blah.org\",\"line\":2,\"hit\":true,\"rows\":2,"
            "\"time_first\":1795372876,\"time_last\":1795372999}\n"
            "{\"asked\":\"\\\\x1b[1m,\\\"x\",\"line\":3,\"hit\":false,\"rows\":0}\n");
}

}  // namespace
}  // namespace pdns::render
