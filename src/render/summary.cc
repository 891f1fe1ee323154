#include "render/summary.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <vector>

#include "dns/text.h"
#include "render/text.h"

namespace pdns::render {
namespace {

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;
using Line = std::array<std::string, 5>;

// Not record::Merge: it would unite the days of all rows as well.
void AddTo(Summary::Part& part, const record::History& history) {
  part.first = part.rows == 0 ? history.first : std::min(part.first, history.first);
  part.last = part.rows == 0 ? history.last : std::max(part.last, history.last);
  part.count += std::min(history.count, record::kMaxCount - part.count);
  ++part.rows;
}

void AppendPart(JsonWriter& json, const Summary::Part& part) {
  json.Key("num_results");
  json.Uint64(part.rows);
  if (part.rows > 0) {
    json.Key("time_first");
    json.Int64(part.first.time_since_epoch().count());
    json.Key("time_last");
    json.Int64(part.last.time_since_epoch().count());
  }
  json.Key("count");
  json.Uint64(part.count);
}

Line LineOf(std::string name, const Summary::Part& part, bool local) {
  return {std::move(name), std::to_string(part.rows), TimeText(part.first, local),
          TimeText(part.last, local), std::to_string(part.count)};
}

}  // namespace

void Summary::Add(const query::Hit& hit) {
  AddTo(total_, hit.history);
  AddTo(types_[hit.tuple.type], hit.history);
}

std::string Summary::Text(bool local) const {
  if (total_.rows == 0) return "no rows\n";
  std::vector<Line> lines{{"rrtype", "rows", "first seen", "last seen", "count"}};
  for (const auto& [type, part] : types_) {
    lines.push_back(LineOf(dns::TypeToText(type), part, local));
  }
  if (types_.size() > 1) lines.push_back(LineOf("total", total_, local));
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

std::string Summary::Json() const {
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.StartObject();
  AppendPart(json, total_);
  json.Key("types");
  json.StartObject();
  for (const auto& [type, part] : types_) {
    json.Key(dns::TypeToText(type).c_str());
    json.StartObject();
    AppendPart(json, part);
    json.EndObject();
  }
  json.EndObject();
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace pdns::render
