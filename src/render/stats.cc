#include "render/stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "dns/text.h"
#include "json/writer.h"
#include "record/sensors.h"
#include "render/text.h"

namespace pdns::render {
namespace {

using record::FrameOutcome;
using record::RecordOutcome;
using record::Statistics;

// Names to the left, values to the right. A line without a value does not widen the columns: a
// sensor's name may be long.
class Lines {
 public:
  void Add(std::string name, std::string value) {
    lines_.emplace_back(std::move(name), std::move(value));
  }
  void Add(std::string name, std::uint64_t value) { Add(std::move(name), std::to_string(value)); }
  void AddPart(const std::string& name, std::uint64_t value) {
    if (value > 0) Add("  " + name, value);
  }
  void AddName(const std::string& name) { Add("  " + name, std::string()); }

  std::string Text() const {
    std::size_t names = 0;
    std::size_t values = 0;
    for (const auto& [name, value] : lines_) {
      if (!value.empty()) names = std::max(names, name.size());
      values = std::max(values, value.size());
    }
    std::string text;
    for (const auto& [name, value] : lines_) {
      text +=
          value.empty() ? name + "\n" : fmt::format("{:<{}}  {:>{}}\n", name, names, value, values);
    }
    return text;
  }

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

void AddRows(Lines& lines, const Statistics& statistics, bool local) {
  lines.Add("tuples", statistics.tuples);
  lines.Add("rrnames", statistics.rrnames);
  const std::string about = statistics.estimated ? "about " : "";
  lines.Add("addresses", about + std::to_string(statistics.addresses));
  if (statistics.tuples > 0) {
    lines.Add("first seen", TimeText(statistics.first, local));
    lines.Add("last seen", TimeText(statistics.last, local));
  }
  lines.Add("quarantined tuples", statistics.AllQuarantined());
  for (const auto& [reasons, tuples] : statistics.quarantined)
    lines.AddPart(ReasonText(reasons), tuples);
  lines.Add("expired rows", statistics.AllExpired());
  for (const auto& [rule, months] : statistics.expired) {
    for (const auto& [month, rows] : months)
      lines.AddPart(Printable(rule) + ", " + Printable(month), rows);
  }
}

void AddCounters(Lines& lines, const Statistics& statistics) {
  lines.Add("captures taken", statistics.captures);
  lines.AddPart("frames", statistics.capture_frames);
  lines.AddPart("bytes", statistics.capture_bytes);
  lines.Add("frames counted", statistics.counters.frames);
  const auto counts = record::NonZero(statistics.counters);
  lines.AddPart("used", statistics.counters.Of(FrameOutcome::kUsed));
  for (const std::string_view group : record::kCounterGroups) {
    if (group == "record")
      lines.Add("records stored", statistics.counters.Of(RecordOutcome::kStored));
    for (const record::NamedCount& one : counts)
      if (one.name.group == group) lines.AddPart(record::FullName(one.name), one.count);
  }
}

void AddSensors(Lines& lines, const Statistics& statistics) {
  lines.Add("sensors", statistics.sensors.size());
  for (const std::string& name : statistics.sensors)
    lines.AddName(name.empty() ? "(frames without an identity)" : record::SensorText(name));
}

// The most common first. A resolver passes on every rrtype that a stranger makes up: the rest is
// one line.
void AddTypes(Lines& lines, const Statistics& statistics) {
  std::vector<std::pair<record::RrType, std::uint64_t>> types(statistics.types.begin(),
                                                              statistics.types.end());
  std::stable_sort(types.begin(), types.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  lines.Add("rrtypes", types.size());
  const std::size_t shown = std::min(types.size(), kMostTypesShown);
  for (std::size_t i = 0; i < shown; ++i)
    lines.AddPart(dns::TypeToText(types[i].first), types[i].second);
  if (shown == types.size()) return;
  std::uint64_t rest = 0;
  for (std::size_t i = shown; i < types.size(); ++i) rest += types[i].second;
  lines.AddPart(fmt::format("{} more", types.size() - shown), rest);
}

void AddDisk(Lines& lines, const Statistics& statistics) {
  lines.Add("bytes on disk", statistics.disk_bytes);
  std::uint64_t rest = statistics.disk_bytes;
  for (const Statistics::Part& part : statistics.parts) {
    lines.AddPart(part.name, part.bytes);
    rest -= std::min(rest, part.bytes);
  }
  lines.AddPart("logs", rest);
}

// "key":{...}, what `fill` writes inside.
template <class Fill>
void Object(json::Writer& json, std::string_view key, const Fill& fill) {
  json.BeginObject(key);
  fill();
  json.EndObject();
}

void AppendRows(json::Writer& json, const Statistics& statistics) {
  json.Number("tuples", statistics.tuples);
  json.Number("rrnames", statistics.rrnames);
  json.Number("addresses", statistics.addresses);
  json.Bool("estimated", statistics.estimated);
  if (statistics.tuples > 0) {
    json.Time("time_first", statistics.first);
    json.Time("time_last", statistics.last);
  }
  Object(json, "types", [&] {
    for (const auto& [type, tuples] : statistics.types) json.Number(dns::TypeToText(type), tuples);
  });
  Object(json, "quarantined", [&] {
    json.Number("tuples", statistics.AllQuarantined());
    Object(json, "reasons", [&] {
      for (const auto& [reasons, tuples] : statistics.quarantined)
        json.Number(ReasonText(reasons), tuples);
    });
  });
}

void AppendExpired(json::Writer& json, const Statistics& statistics) {
  Object(json, "expired", [&] {
    json.Number("rows", statistics.AllExpired());
    Object(json, "rules", [&] {
      for (const auto& [rule, months] : statistics.expired) {
        Object(json, Printable(rule), [&json, &of = months] {
          for (const auto& [month, rows] : of) json.Number(Printable(month), rows);
        });
      }
    });
  });
}

void AppendSensors(json::Writer& json, const Statistics& statistics) {
  json.BeginArray("sensors");
  for (const std::string& name : statistics.sensors) json.Text(record::SensorText(name));
  json.EndArray();
}

void AppendCounters(json::Writer& json, const Statistics& statistics) {
  const auto counts = record::NonZero(statistics.counters);
  Object(json, "counters", [&] {
    json.Number("frames", statistics.counters.frames);
    json.Number("used", statistics.counters.Of(FrameOutcome::kUsed));
    for (const std::string_view group : record::kCounterGroups) {
      Object(json, group, [&] {
        for (const record::NamedCount& one : counts)
          if (one.name.group == group) json.Number(one.name.name, one.count);
      });
    }
    json.Number("stored", statistics.counters.Of(RecordOutcome::kStored));
  });
}

void AppendDisk(json::Writer& json, const Statistics& statistics) {
  Object(json, "disk", [&] {
    json.Number("bytes", statistics.disk_bytes);
    Object(json, "families", [&] {
      for (const Statistics::Part& part : statistics.parts) json.Number(part.name, part.bytes);
    });
  });
}

}  // namespace

std::string StatsText(const Statistics& statistics, bool local) {
  Lines lines;
  AddRows(lines, statistics, local);
  AddCounters(lines, statistics);
  AddDisk(lines, statistics);
  AddSensors(lines, statistics);
  AddTypes(lines, statistics);
  return lines.Text();
}

std::string StatsJson(const Statistics& statistics, bool complete) {
  json::Writer json;
  json.BeginObject();
  json.Bool("complete", complete);
  AppendRows(json, statistics);
  AppendExpired(json, statistics);
  AppendSensors(json, statistics);
  Object(json, "captures", [&] {
    json.Number("taken", statistics.captures);
    json.Number("frames", statistics.capture_frames);
    json.Number("bytes", statistics.capture_bytes);
  });
  AppendCounters(json, statistics);
  AppendDisk(json, statistics);
  json.EndObject();
  return std::string(json.text());
}

}  // namespace pdns::render
