#include "render/json.h"

#include "base/bytes.h"
#include "dns/presentation/rdata_text.h"
#include "dns/text.h"
#include "json/writer.h"
#include "render/hits.h"
#include "render/stats.h"
#include "render/summary.h"
#include "render/text.h"

namespace pdns::render {
namespace {

void Days(json::Writer& json, const record::History& history) {
  json.Number("days_active", record::CountDays(history));
  json.BeginArray("days");
  for (const record::DayRun& run : record::RunsOf(history)) {
    json.BeginArray();
    json.Text(DayText(run.first));
    json.Text(DayText(run.last));
    json.EndArray();
  }
  json.EndArray();
}

void Fresh(json::Writer& json, const query::Hit& hit) {
  if (!hit.new_mark.has_value()) return;
  json.Number("seq", hit.new_mark->sequence);
  json.Time("time_committed", hit.new_mark->committed);
  json.Text("new", NewText(hit.new_mark->kind));
}

void Asked(json::Writer& json, const query::Hit& hit) {
  if (hit.asked == nullptr) return;
  json.Text("asked", AskedText(hit));
  if (hit.asked->line == 0) return;
  json.Number("line", hit.asked->line);
}

void Path(json::Writer& json, const query::Hit& hit) {
  json.BeginArray("path");
  for (const std::string& step : hit.path) json.Text(Printable(step));
  json.EndArray();
}

void Row(json::Writer& json, const query::Hit& hit, const Look& look) {
  json.BeginObject();
  json.Text("rrname", dns::NameToText(hit.tuple.owner));
  json.Text("rrtype", dns::TypeToText(hit.tuple.type));
  json.Text("rdata", dns::RdataToText(hit.tuple.type, hit.tuple.rdata));
  json.Time("time_first", hit.history.first);
  json.Time("time_last", hit.history.last);
  json.Number("count", hit.history.count);
  if (hit.history.bailiwick.known()) json.Text("bailiwick", BailiwickText(hit));
  const std::string sensors = SensorsText(hit.history.sensors, look.sensors);
  if (!sensors.empty()) json.Text("sensor_id", sensors);
  if (look.days) Days(json, hit.history);
  if (look.wire) json.Text("rdata_wire", ToHex(hit.tuple.rdata));
  if (look.reason) json.Text("reason", ReasonText(hit.history.reasons));
  if (look.fresh) Fresh(json, hit);
  if (look.asked) Asked(json, hit);
  if (look.path) Path(json, hit);
  json.EndObject();
  json.EndLine();
}

}  // namespace

void JsonLines::WriteLine() {
  Write(json_.text());
  json_.Clear();
}

void JsonLines::Add(const query::Hit& hit) {
  Row(json_, hit, look());
  WriteLine();
}

void JsonLines::Hits(const query::KnownList& hits) {
  for (const query::KnownIndicator hit : hits) {
    AppendHit(json_, hit);
    WriteLine();
  }
}

void JsonLines::Summary(const query::Summary& summary) { Write(SummaryJson(summary) + "\n"); }

void JsonLines::Statistics(const record::Statistics& statistics, bool complete) {
  Write(StatsJson(statistics, complete) + "\n");
}

}  // namespace pdns::render
