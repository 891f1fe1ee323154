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

void Asked(JsonWriter& json, const query::Hit& hit) {
  if (hit.asked == nullptr) return;
  Field(json, "asked", AskedText(hit));
  if (hit.asked->line == 0) return;
  json.Key("line");
  json.Uint64(hit.asked->line);
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
  Field(json, "time_first", hit.sighting.first);
  Field(json, "time_last", hit.sighting.last);
  json.Key("count");
  json.Uint64(hit.sighting.count);
  Field(json, "bailiwick", BailiwickText(hit));
  if (options.wire) Field(json, "rdata_wire", ToHex(hit.tuple.rdata));
  if (options.reason) Field(json, "reason", ReasonText(hit.sighting.reasons));
  if (options.asked) Asked(json, hit);
  if (options.path) Path(json, hit);
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace pdns::render
