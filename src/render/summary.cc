#include "render/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "dns/text.h"
#include "json/writer.h"
#include "render/text.h"

namespace pdns::render {
namespace {

using Line = std::array<std::string, 5>;

void AppendPart(json::Writer& json, const query::RowCount& part) {
  json.Number("num_results", part.rows);
  if (part.rows > 0) {
    json.Time("time_first", part.first);
    json.Time("time_last", part.last);
  }
  json.Number("count", part.count);
}

Line LineOf(std::string name, const query::RowCount& part, bool local) {
  return {std::move(name), std::to_string(part.rows), TimeText(part.first, local),
          TimeText(part.last, local), std::to_string(part.count)};
}

}  // namespace

std::string SummaryText(const query::Summary& summary, bool local) {
  if (summary.total.rows == 0) return "no rows\n";
  std::vector<Line> lines{{"rrtype", "rows", "first seen", "last seen", "count"}};
  for (const auto& [type, part] : summary.types) {
    lines.push_back(LineOf(dns::TypeToText(type), part, local));
  }
  if (summary.types.size() > 1) lines.push_back(LineOf("total", summary.total, local));
  std::array<std::size_t, 5> widths{};
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const Line& line : lines) {
    text += fmt::format("{:<{}}  {:>{}}  {:<{}}  {:<{}}  {:>{}}\n", line[0], widths[0], line[1],
                        widths[1], line[2], widths[2], line[3], widths[3], line[4], widths[4]);
  }
  return text;
}

std::string SummaryJson(const query::Summary& summary) {
  json::Writer json;
  json.BeginObject();
  AppendPart(json, summary.total);
  json.BeginObject("types");
  for (const auto& [type, part] : summary.types) {
    json.BeginObject(dns::TypeToText(type));
    AppendPart(json, part);
    json.EndObject();
  }
  json.EndObject();
  json.EndObject();
  return std::string(json.text());
}

}  // namespace pdns::render
