#include "serve/api/coverage.h"

#include <string>

#include "json/writer.h"
#include "record/sensors.h"
#include "record/statistics.h"
#include "serve/common/answering.h"

namespace pdns::serve {
namespace {

using record::FrameOutcome;

void AppendFrames(json::Writer& json, const record::Counters& counters) {
  const std::uint64_t lost = counters.Of(FrameOutcome::kNotStored);
  std::uint64_t malformed = 0;
  std::uint64_t refused = 0;
  for (const record::NamedCount& one : record::NonZero(counters)) {
    if (one.name.group == "malformed") malformed += one.count;
    if (one.name.group == "refused") refused += one.count;
  }
  json.BeginObject("frames");
  json.Number("seen", counters.frames);
  json.Number("used", counters.Of(FrameOutcome::kUsed));
  json.Number("skipped", counters.Of(FrameOutcome::kSkipped));
  json.Number("malformed", malformed);
  json.Number("refused", refused - lost);
  json.Number("lost", lost);
  json.EndObject();
}

std::string Coverage(const record::Statistics& statistics, const store::JournalSpan& journal,
                     std::chrono::sys_seconds now) {
  json::Writer json;
  json.BeginObject();
  if (statistics.tuples > 0) {
    json.Time("time_first", statistics.first);
    json.Time("time_last", statistics.last);
  }
  json.Number("tuples", statistics.tuples);
  json.Number("rrnames", statistics.rrnames);
  json.Number("quarantined", statistics.AllQuarantined());
  json.BeginArray("sensors");
  for (const std::string& name : statistics.sensors) json.Text(record::SensorText(name));
  json.EndArray();
  AppendFrames(json, statistics.counters);
  json.Number("expired", statistics.AllExpired());
  if (journal.oldest.has_value()) json.Time("journal_from", *journal.oldest);
  json.Number("captures", statistics.captures);
  json.Time("now", now);
  json.EndObject();
  json.EndLine();
  return std::string(json.text());
}

}  // namespace

std::uint64_t AnswerCoverage(store::Snapshot& snapshot, std::chrono::sys_seconds now, Body& body) {
  record::Statistics statistics;
  Status status = snapshot.Totals(statistics);
  auto journal = snapshot.Journal();
  // An engine that keeps none says so by kUsage; the rest can be told all the same.
  if (!journal.ok() && journal.status().code() == Code::kUsage) journal = store::JournalSpan();
  if (status.ok() && !journal.ok()) status = journal.status();
  if (!status.ok()) {
    body.Refuse(HttpStatus(status.code()), status.message());
  } else {
    body.Append(Coverage(statistics, *journal, now));
    body.Finish();
  }
  return 0;
}

}  // namespace pdns::serve
