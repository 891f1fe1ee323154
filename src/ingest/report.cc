#include "ingest/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "json/utf8.h"
#include "json/writer.h"

namespace pdns::ingest {
namespace {

using record::FrameOutcome;
using record::RecordOutcome;

std::string SourceLine(const source::Report& source, std::size_t width) {
  std::string text = fmt::format("  {:<{}}  {:<13}  {:>12} frames{}{}\n", Printable(source.name),
                                 width, NameOf(source.state), source.counters.frames,
                                 source.reason.empty() ? "" : "  ", Printable(source.reason));
  for (const source::Remark& remark : source.remarks)
    text += fmt::format("    line {}: {}\n", remark.record, remark.text);
  return text;
}

void Remarks(json::Writer& json, const source::Report& source) {
  if (source.remarks.empty()) return;
  json.BeginArray("remarks");
  for (const source::Remark& remark : source.remarks) {
    json.BeginObject();
    json.Number("line", remark.record);
    json.Text("text", remark.text);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

record::Counters RunReport::Total() const {
  record::Counters total;
  for (const source::Report& source : sources) total.Add(source.counters);
  return total;
}

bool RunReport::NeedsAttention() const {
  if (not_stored.Sum().lost > 0) return true;
  return std::any_of(sources.begin(), sources.end(), [](const source::Report& source) {
    return source.state == source::State::kCorrupt || source.state == source::State::kUnreadable;
  });
}

bool RunReport::LeftFiles() const {
  return std::any_of(sources.begin(), sources.end(),
                     [](const source::Report& source) { return !source.stores; });
}

int RunReport::exit_code() const {
  if (LeftFiles()) return ExitCode(Code::kDisk);
  return NeedsAttention() ? 1 : 0;
}

std::string ReportText(const RunReport& report) {
  const record::Counters total = report.Total();
  std::size_t width = 0;
  for (const source::Report& source : report.sources) {
    width = std::max(width, Printable(source.name).size());
  }
  std::string text =
      fmt::format("{} source{}\n", report.sources.size(), report.sources.size() == 1 ? "" : "s");
  for (const source::Report& source : report.sources) {
    text += SourceLine(source, std::min<std::size_t>(width, 60));
  }
  const auto line = [&text](std::string_view name, std::uint64_t count) {
    text += fmt::format("{:<32}{:>14}\n", name, count);
  };
  line("frames", total.frames);
  line("  used", total.Of(FrameOutcome::kUsed));
  const auto counts = record::NonZero(total);
  for (const std::string_view group : record::kCounterGroups) {
    if (group == "record") line("records stored", total.Of(RecordOutcome::kStored));
    for (const record::NamedCount& one : counts)
      if (one.name.group == group) line("  " + record::FullName(one.name), one.count);
  }
  if (report.dry_run) {
    text += "dry run: nothing was stored\n";
  } else {
    line("tuples new", report.applied.tuples_new);
    line("tuples updated", report.applied.tuples_updated);
  }
  const NotStored::Frames not_stored = report.not_stored.Sum();
  if (not_stored.kept > 0) line("frames not stored, kept", not_stored.kept);
  if (not_stored.lost > 0) line("frames not stored, lost", not_stored.lost);
  const double rate = report.seconds > 0 ? static_cast<double>(total.frames) / report.seconds : 0;
  text += fmt::format("{:<32}{:>14.2f}\n{:<32}{:>14.0f}\n", "seconds", report.seconds,
                      "frames per second", rate);
  return text;
}

std::string ReportJson(const RunReport& report) {
  const record::Counters total = report.Total();
  json::Writer json;
  json.BeginObject();
  json.Number("frames", total.frames);
  json.Number("used", total.Of(FrameOutcome::kUsed));
  const auto counts = record::NonZero(total);
  for (const std::string_view group : record::kCounterGroups) {
    json.BeginObject(group);
    for (const record::NamedCount& one : counts)
      if (one.name.group == group) json.Number(one.name.name, one.count);
    json.EndObject();
  }
  json.Number("stored", total.Of(RecordOutcome::kStored));
  if (report.dry_run) {
    json.Bool("dry_run", true);
  } else {
    json.Number("tuples_new", report.applied.tuples_new);
    json.Number("tuples_updated", report.applied.tuples_updated);
  }
  const NotStored::Frames not_stored = report.not_stored.Sum();
  json.BeginObject("not_stored");
  json.Number("kept", not_stored.kept);
  json.Number("lost", not_stored.lost);
  json.EndObject();
  json.BeginArray("sources");
  for (const source::Report& source : report.sources) {
    json.BeginObject();
    json.Text("name", json::ValidUtf8(source.name));
    json.Text("id", source.id);
    json.Text("state", NameOf(source.state));
    json.Number("frames", source.counters.frames);
    Remarks(json, source);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return std::string(json.text());
}

control::Reply::Report ReplyOf(const RunReport& report) {
  return {report.exit_code(), ReportText(report), ReportJson(report), false};
}

}  // namespace pdns::ingest
