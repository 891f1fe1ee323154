#include "admin/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "json/utf8.h"
#include "json/writer.h"

namespace pdns::admin {
namespace {

std::string KeyOf(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

}  // namespace

void Report::Number(std::string_view name, std::uint64_t number) {
  lines_.push_back({std::string(name), Line::Kind::kNumber, number});
}

void Report::Flag(std::string_view name, bool truth) {
  lines_.push_back({std::string(name), Line::Kind::kFlag, truth ? 1U : 0U});
}

void Report::Text(std::string_view name, std::string_view text) {
  lines_.push_back({std::string(name), Line::Kind::kText, 0, {std::string(text)}});
}

void Report::Texts(std::string_view name, std::vector<std::string> texts) {
  lines_.push_back({std::string(name), Line::Kind::kTexts, 0, std::move(texts)});
}

std::string Report::text() const {
  std::size_t width = 0;
  for (const Line& line : lines_) width = std::max(width, line.name.size());
  std::string text;
  for (const Line& line : lines_) {
    if (line.kind == Line::Kind::kTexts) {
      if (!line.texts.empty()) text += line.name + "\n";
      for (const std::string& one : line.texts) text += fmt::format("  {}\n", Printable(one));
      continue;
    }
    const std::string value = line.kind == Line::Kind::kNumber ? std::to_string(line.number)
                              : line.kind == Line::Kind::kText ? Printable(line.texts.front())
                              : line.number == 1               ? "yes"
                                                               : "no";
    text += fmt::format("{:<{}}  {}\n", line.name, width, value);
  }
  return text;
}

std::string Report::json(std::string_view command) const {
  json::Writer json;
  json.BeginObject();
  json.Text("command", command);
  for (const Line& line : lines_) {
    const std::string key = KeyOf(line.name);
    if (line.kind == Line::Kind::kNumber) json.Number(key, line.number);
    if (line.kind == Line::Kind::kFlag) json.Bool(key, line.number == 1);
    if (line.kind == Line::Kind::kText) json.Text(key, json::ValidUtf8(line.texts.front()));
    if (line.kind != Line::Kind::kTexts) continue;
    json.BeginArray(key);
    for (const std::string& one : line.texts) json.Text(json::ValidUtf8(one));
    json.EndArray();
  }
  json.EndObject();
  return std::string(json.text());
}

}  // namespace pdns::admin
