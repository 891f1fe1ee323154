#include "render/stats.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "dns/text.h"
#include "render/text.h"

namespace pdns::render {
namespace {

using record::FrameOutcome;
using record::RecordOutcome;
using record::Statistics;
using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

std::uint64_t Quarantined(const Statistics& statistics) {
  std::uint64_t sum = 0;
  for (const auto& [reasons, tuples] : statistics.quarantined) sum += tuples;
  return sum;
}

std::uint64_t Expired(const Statistics& statistics) {
  std::uint64_t sum = 0;
  for (const auto& [rule, months] : statistics.expired)
    for (const auto& [month, rows] : months) sum += rows;
  return sum;
}

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
  lines.Add("quarantined tuples", Quarantined(statistics));
  for (const auto& [reasons, tuples] : statistics.quarantined)
    lines.AddPart(ReasonText(reasons), tuples);
  lines.Add("expired rows", Expired(statistics));
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
    lines.AddName(name.empty() ? "(frames without an identity)" : SensorText(name));
}

// The most common first: there may be many.
void AddTypes(Lines& lines, const Statistics& statistics) {
  std::vector<std::pair<record::RrType, std::uint64_t>> types(statistics.types.begin(),
                                                              statistics.types.end());
  std::stable_sort(types.begin(), types.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  lines.Add("rrtypes", types.size());
  for (const auto& [type, tuples] : types) lines.AddPart(dns::TypeToText(type), tuples);
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

void Key(JsonWriter& json, std::string_view key) {
  json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
}

void Number(JsonWriter& json, std::string_view key, std::uint64_t value) {
  Key(json, key);
  json.Uint64(value);
}

void Bool(JsonWriter& json, std::string_view key, bool value) {
  Key(json, key);
  json.Bool(value);
}

void Time(JsonWriter& json, std::string_view key, std::chrono::sys_seconds time) {
  Key(json, key);
  json.Int64(time.time_since_epoch().count());
}

// "key":{...}, what `fill` writes inside.
template <class Fill>
void Object(JsonWriter& json, std::string_view key, const Fill& fill) {
  Key(json, key);
  json.StartObject();
  fill();
  json.EndObject();
}

void AppendRows(JsonWriter& json, const Statistics& statistics) {
  Number(json, "tuples", statistics.tuples);
  Number(json, "rrnames", statistics.rrnames);
  Number(json, "addresses", statistics.addresses);
  Bool(json, "estimated", statistics.estimated);
  if (statistics.tuples > 0) {
    Time(json, "time_first", statistics.first);
    Time(json, "time_last", statistics.last);
  }
  Object(json, "types", [&] {
    for (const auto& [type, tuples] : statistics.types) Number(json, dns::TypeToText(type), tuples);
  });
  Object(json, "quarantined", [&] {
    Number(json, "tuples", Quarantined(statistics));
    Object(json, "reasons", [&] {
      for (const auto& [reasons, tuples] : statistics.quarantined)
        Number(json, ReasonText(reasons), tuples);
    });
  });
}

void AppendExpired(JsonWriter& json, const Statistics& statistics) {
  Object(json, "expired", [&] {
    Number(json, "rows", Expired(statistics));
    Object(json, "rules", [&] {
      for (const auto& [rule, months] : statistics.expired) {
        Object(json, Printable(rule), [&json, &of = months] {
          for (const auto& [month, rows] : of) Number(json, Printable(month), rows);
        });
      }
    });
  });
}

void AppendSensors(JsonWriter& json, const Statistics& statistics) {
  Key(json, "sensors");
  json.StartArray();
  for (const std::string& name : statistics.sensors) {
    const std::string text = SensorText(name);
    json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  json.EndArray();
}

void AppendCounters(JsonWriter& json, const Statistics& statistics) {
  const auto counts = record::NonZero(statistics.counters);
  Object(json, "counters", [&] {
    Number(json, "frames", statistics.counters.frames);
    Number(json, "used", statistics.counters.Of(FrameOutcome::kUsed));
    for (const std::string_view group : record::kCounterGroups) {
      Object(json, group, [&] {
        for (const record::NamedCount& one : counts)
          if (one.name.group == group) Number(json, one.name.name, one.count);
      });
    }
    Number(json, "stored", statistics.counters.Of(RecordOutcome::kStored));
  });
}

void AppendDisk(JsonWriter& json, const Statistics& statistics) {
  Object(json, "disk", [&] {
    Number(json, "bytes", statistics.disk_bytes);
    Object(json, "families", [&] {
      for (const Statistics::Part& part : statistics.parts) Number(json, part.name, part.bytes);
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
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.StartObject();
  Bool(json, "complete", complete);
  AppendRows(json, statistics);
  AppendExpired(json, statistics);
  AppendSensors(json, statistics);
  Object(json, "captures", [&] {
    Number(json, "taken", statistics.captures);
    Number(json, "frames", statistics.capture_frames);
    Number(json, "bytes", statistics.capture_bytes);
  });
  AppendCounters(json, statistics);
  AppendDisk(json, statistics);
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace pdns::render
