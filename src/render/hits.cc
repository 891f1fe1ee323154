#include "render/hits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "json/writer.h"
#include "render/separated.h"
#include "render/text.h"

namespace pdns::render {
namespace {

constexpr std::size_t kColumns = 6;
constexpr std::array<std::string_view, kColumns> kHeading{"asked", "line",       "hit",
                                                          "rows",  "time_first", "time_last"};

std::vector<std::string> FieldsOf(const IndicatorHit& hit, bool local) {
  const bool any = hit.rows > 0;
  return {Printable(hit.text),
          hit.line > 0 ? std::to_string(hit.line) : "",
          any ? "yes" : "no",
          std::to_string(hit.rows),
          any ? TimeText(hit.first, local) : "",
          any ? TimeText(hit.last, local) : ""};
}

void AppendJson(json::Writer& json, const IndicatorHit& hit) {
  json.BeginObject();
  json.Text("asked", Printable(hit.text));
  if (hit.line > 0) json.Number("line", hit.line);
  json.Bool("hit", hit.rows > 0);
  json.Number("rows", hit.rows);
  if (hit.rows > 0) {
    json.Time("time_first", hit.first);
    json.Time("time_last", hit.last);
  }
  json.EndObject();
  json.EndLine();
}

void Json(std::span<const IndicatorHit> hits, const TextSink& write) {
  json::Writer json;
  for (const IndicatorHit& hit : hits) {
    AppendJson(json, hit);
    write(json.text());
    json.Clear();
  }
}

void Table(std::span<const IndicatorHit> hits, bool local, const TextSink& write) {
  std::size_t asked = kHeading[0].size();
  for (const IndicatorHit& hit : hits) asked = std::max(asked, Printable(hit.text).size());
  constexpr std::string_view kLine = "{:<{}}  {:>7}  {:<3}  {:>9}  {:<25}  {}\n";
  const auto line = [&](const auto& fields) {
    std::string text =
        fmt::format(kLine, fields[0], asked, fields[1], fields[2], fields[3], fields[4], fields[5]);
    text.erase(text.find_last_not_of(" \n") + 1);
    write(text + "\n");
  };
  line(
      std::array<std::string, kColumns>{"asked", "line", "hit", "rows", "first seen", "last seen"});
  for (const IndicatorHit& hit : hits) line(FieldsOf(hit, local));
}

}  // namespace

void IndicatorHit::Add(const record::History& history) {
  first = rows == 0 ? history.first : std::min(first, history.first);
  last = rows == 0 ? history.last : std::max(last, history.last);
  ++rows;
}

void RenderHits(std::span<const IndicatorHit> hits, FormatKind kind, const FormatOptions& look,
                const TextSink& write) {
  if (kind == FormatKind::kJson) {
    Json(hits, write);
  } else if (kind == FormatKind::kCsv || kind == FormatKind::kTsv) {
    const Separator separator = kind == FormatKind::kCsv ? Separator::kCsv : Separator::kTsv;
    write(SeparatedLine(separator, {kHeading.begin(), kHeading.end()}, false));
    for (const IndicatorHit& hit : hits)
      write(SeparatedLine(separator, FieldsOf(hit, look.local), look.csv_safe));
  } else {
    Table(hits, look.local, write);
  }
}

}  // namespace pdns::render
