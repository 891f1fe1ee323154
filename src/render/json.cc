#include "render/json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/bytes.h"
#include "dns/rdata_text.h"
#include "dns/text.h"
#include "render/text.h"

namespace pdns::render {
namespace {

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void Text(JsonWriter& json, std::string_view value) {
  json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void Field(JsonWriter& json, std::string_view key, std::string_view value) {
  json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
  Text(json, value);
}

void Field(JsonWriter& json, std::string_view key, std::chrono::sys_seconds time) {
  json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
  json.Int64(time.time_since_epoch().count());
}

void Field(JsonWriter& json, std::string_view key, std::uint64_t number) {
  json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
  json.Uint64(number);
}

void Days(JsonWriter& json, const record::History& history) {
  Field(json, "days_active", record::CountDays(history));
  json.Key("days");
  json.StartArray();
  for (const record::DayRun& run : record::RunsOf(history)) {
    json.StartArray();
    Text(json, DayText(run.first));
    Text(json, DayText(run.last));
    json.EndArray();
  }
  json.EndArray();
}

void Fresh(JsonWriter& json, const query::Hit& hit) {
  if (!hit.new_mark.has_value()) return;
  Field(json, "seq", hit.new_mark->sequence);
  Field(json, "time_committed", hit.new_mark->committed);
  Field(json, "new", NewText(hit.new_mark->kind));
}

void Asked(JsonWriter& json, const query::Hit& hit) {
  if (hit.asked == nullptr) return;
  Field(json, "asked", AskedText(hit));
  if (hit.asked->line == 0) return;
  Field(json, "line", hit.asked->line);
}

void Path(JsonWriter& json, const query::Hit& hit) {
  json.Key("path");
  json.StartArray();
  for (const std::string& step : hit.path) Text(json, Printable(step));
  json.EndArray();
}

}  // namespace

std::string HitToJson(const query::Hit& hit, const FormatOptions& options) {
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.StartObject();
  Field(json, "rrname", dns::NameToText(hit.tuple.owner));
  Field(json, "rrtype", dns::TypeToText(hit.tuple.type));
  Field(json, "rdata", dns::RdataToText(hit.tuple.type, hit.tuple.rdata));
  Field(json, "time_first", hit.history.first);
  Field(json, "time_last", hit.history.last);
  Field(json, "count", hit.history.count);
  if (hit.history.bailiwick.known()) Field(json, "bailiwick", BailiwickText(hit));
  const std::string sensors = SensorsText(hit.history.sensors, options.sensors);
  if (!sensors.empty()) Field(json, "sensor_id", sensors);
  if (options.days) Days(json, hit.history);
  if (options.wire) Field(json, "rdata_wire", ToHex(hit.tuple.rdata));
  if (options.reason) Field(json, "reason", ReasonText(hit.history.reasons));
  if (options.fresh) Fresh(json, hit);
  if (options.asked) Asked(json, hit);
  if (options.path) Path(json, hit);
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace pdns::render
