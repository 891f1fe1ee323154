#include "ingest/report.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <string_view>

namespace pdns::ingest {
namespace {

using record::FrameOutcome;
using record::RecordOutcome;

std::string SourceLine(const source::Report& source, std::size_t width) {
  return fmt::format("  {:<{}}  {:<13}  {:>12} frames{}{}\n", Printable(source.name), width,
                     NameOf(source.state), source.counters.frames,
                     source.reason.empty() ? "" : "  ", Printable(source.reason));
}

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

void String(JsonWriter& json, std::string_view text) {
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void Number(JsonWriter& json, std::string_view key, std::uint64_t value) {
  String(json, key);
  json.Uint64(value);
}

// A path may hold any byte; JSON may not.
std::string ValidUtf8(std::string_view text) {
  std::string out;
  rapidjson::StringBuffer scrap;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    size = std::min(size, text.size() - at);
    const std::string one(text.substr(at, size));
    rapidjson::GenericStringStream<rapidjson::UTF8<>> in(one.c_str());
    scrap.Clear();
    const bool valid = rapidjson::UTF8<>::Validate(in, scrap) && in.Tell() == size;
    out += valid ? one : "\xEF\xBF\xBD";
    at += valid ? size : 1;
  }
  return out;
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
  line("tuples new", report.applied.tuples_new);
  line("tuples updated", report.applied.tuples_updated);
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
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.StartObject();
  Number(json, "frames", total.frames);
  Number(json, "used", total.Of(FrameOutcome::kUsed));
  const auto counts = record::NonZero(total);
  for (const std::string_view group : record::kCounterGroups) {
    String(json, group);
    json.StartObject();
    for (const record::NamedCount& one : counts)
      if (one.name.group == group) Number(json, one.name.name, one.count);
    json.EndObject();
  }
  Number(json, "stored", total.Of(RecordOutcome::kStored));
  Number(json, "tuples_new", report.applied.tuples_new);
  Number(json, "tuples_updated", report.applied.tuples_updated);
  const NotStored::Frames not_stored = report.not_stored.Sum();
  String(json, "not_stored");
  json.StartObject();
  Number(json, "kept", not_stored.kept);
  Number(json, "lost", not_stored.lost);
  json.EndObject();
  String(json, "sources");
  json.StartArray();
  for (const source::Report& source : report.sources) {
    json.StartObject();
    String(json, "name");
    String(json, ValidUtf8(source.name));
    String(json, "id");
    String(json, source.id);
    String(json, "state");
    String(json, NameOf(source.state));
    Number(json, "frames", source.counters.frames);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

control::Reply::Report ReplyOf(const RunReport& report) {
  return {report.exit_code(), ReportText(report), ReportJson(report), false};
}

}  // namespace pdns::ingest
