#include "render/hits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/bytes.h"
#include "render/text.h"

namespace pdns::render {

std::vector<std::string> HitHeading() {
  return {"asked", "line", "hit", "rows", "time_first", "time_last"};
}

std::vector<std::string> HitFields(const query::KnownIndicator& hit, bool local) {
  const bool any = hit.found.rows > 0;
  return {Printable(hit.text),
          hit.line > 0 ? std::to_string(hit.line) : "",
          any ? "yes" : "no",
          std::to_string(hit.found.rows),
          any ? TimeText(hit.found.first, local) : "",
          any ? TimeText(hit.found.last, local) : ""};
}

void AppendHit(json::Writer& json, const query::KnownIndicator& hit) {
  json.BeginObject();
  json.Text("asked", Printable(hit.text));
  if (hit.line > 0) json.Number("line", hit.line);
  json.Bool("hit", hit.found.rows > 0);
  json.Number("rows", hit.found.rows);
  if (hit.found.rows > 0) {
    json.Time("time_first", hit.found.first);
    json.Time("time_last", hit.found.last);
  }
  json.EndObject();
  json.EndLine();
}

void WriteHitsTable(const query::KnownList& hits, bool local, const TextSink& write) {
  std::vector<std::string> heading{"asked", "line", "hit", "rows", "first seen", "last seen"};
  std::size_t asked = heading[0].size();
  for (const query::KnownIndicator hit : hits) asked = std::max(asked, Printable(hit.text).size());
  constexpr std::string_view kLine = "{:<{}}  {:>7}  {:<3}  {:>9}  {:<25}  {}\n";
  const auto line = [&](const std::vector<std::string>& fields) {
    std::string text =
        fmt::format(kLine, fields[0], asked, fields[1], fields[2], fields[3], fields[4], fields[5]);
    text.erase(text.find_last_not_of(" \n") + 1);
    write(text + "\n");
  };
  line(heading);
  for (const query::KnownIndicator hit : hits) line(HitFields(hit, local));
}

}  // namespace pdns::render
