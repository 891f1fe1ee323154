#include "query/render_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "dns/rdata_text.h"
#include "dns/text.h"
#include "record/fate.h"
#include "record/name.h"

namespace pdns::query {
namespace {

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void Field(JsonWriter& json, std::string_view key, std::string_view value) {
  json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
  json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void Field(JsonWriter& json, std::string_view key, std::chrono::sys_seconds time) {
  json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
  json.Int64(time.time_since_epoch().count());
}

}  // namespace

std::string ReasonText(std::uint8_t reasons) {
  std::string text;
  if ((reasons & record::kOffChain) != 0) text = record::NameOf(record::RecordFate::kOffChain).name;
  if ((reasons & record::kOutOfBailiwick) != 0) {
    if (!text.empty()) text.push_back(',');
    text += record::NameOf(record::RecordFate::kOutOfBailiwick).name;
  }
  return text;
}

std::string BailiwickText(const store::Row& row) {
  return dns::NameToText(record::Suffix(row.tuple.owner, row.sighting.zone_labels));
}

std::string RowToJson(const store::Row& row, const JsonOptions& options) {
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.StartObject();
  Field(json, "rrname", dns::NameToText(row.tuple.owner));
  Field(json, "rrtype", dns::TypeToText(row.tuple.type));
  Field(json, "rdata", dns::RdataToText(row.tuple.type, row.tuple.rdata));
  Field(json, "time_first", row.sighting.first);
  Field(json, "time_last", row.sighting.last);
  json.Key("count");
  json.Uint64(row.sighting.count);
  Field(json, "bailiwick", BailiwickText(row));
  if (options.wire) Field(json, "rdata_wire", ToHex(row.tuple.rdata));
  if (options.reason) Field(json, "reason", ReasonText(row.sighting.reasons));
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace pdns::query
