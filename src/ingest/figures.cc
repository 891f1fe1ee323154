#include "ingest/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "json/writer.h"

namespace pdns::ingest {
namespace {

using record::FrameOutcome;
using record::RecordOutcome;
using Labels = std::vector<std::pair<std::string, std::string>>;

// Collects figures; a family's help stands with its name, here and nowhere else.
class Sheet {
 public:
  void Count(std::string name, std::string help, std::uint64_t value, Labels labels = {}) {
    Put(std::move(name), std::move(help), Figure::Kind::kCounter, static_cast<double>(value),
        std::move(labels));
  }
  void Gauge(std::string name, std::string help, double value, Labels labels = {}) {
    Put(std::move(name), std::move(help), Figure::Kind::kGauge, value, std::move(labels));
  }
  void Put(std::string name, std::string help, Figure::Kind kind, double value, Labels labels) {
    figures_.push_back(
        {"pdns_" + std::move(name), std::move(help), kind, std::move(labels), value});
  }
  std::vector<Figure> Release() { return std::move(figures_); }

 private:
  std::vector<Figure> figures_;
};

void AddCounters(Sheet& sheet, const std::string& source, const record::Counters& counters) {
  constexpr auto kFrames = "Frames, each under the one outcome it had.";
  constexpr auto kRecords = "Answer records of used frames, each under the one outcome it had.";
  for (std::size_t i = 0; i < counters.frame.size(); ++i) {
    const auto outcome = static_cast<FrameOutcome>(i);
    if (outcome == FrameOutcome::kSkipped) continue;
    sheet.Count("frames_total", kFrames, counters.Of(outcome),
                {{"source", source}, {"outcome", record::FullName(record::NameOf(outcome))}});
  }
  for (std::size_t i = 0; i < counters.skipped.size(); ++i) {
    if (counters.skipped[i] == 0) continue;
    sheet.Count(
        "frames_total", kFrames, counters.skipped[i],
        {{"source", source}, {"outcome", fmt::format("skipped.{}", record::MessageTypeName(i))}});
  }
  for (std::size_t i = 0; i < counters.record.size(); ++i) {
    const auto outcome = static_cast<RecordOutcome>(i);
    sheet.Count("records_total", kRecords, counters.Of(outcome),
                {{"source", source}, {"outcome", record::FullName(record::NameOf(outcome))}});
  }
}

void AddLive(Sheet& sheet, const LiveFigures& live) {
  for (const LiveFigures::Socket& socket : live.sockets) {
    const Labels of{{"socket", socket.name}};
    const frame::ListenerFigures& peers = socket.listener;
    AddCounters(sheet, socket.name, socket.counters);
    sheet.Gauge("connections", "Connections that are open.", static_cast<double>(peers.open), of);
    sheet.Count("connections_accepted_total", "Connections that were accepted.", peers.accepted,
                of);
    sheet.Count("connections_refused_total", "Connections that could not be read.", peers.refused,
                of);
    sheet.Count("connections_over_memory_total", "Connections given up for the memory they held.",
                peers.over_memory, of);
    sheet.Count("connections_timed_out_total",
                "Silent connections that made room while others waited.", peers.timed_out, of);
    sheet.Count("socket_bytes_total", "Bytes read from connections.", peers.bytes, of);
  }
  sheet.Gauge("window_bytes", "Memory of the window that the sockets fill.",
              static_cast<double>(live.window_memory));
  if (live.newest == std::chrono::sys_seconds()) return;
  const std::chrono::duration<double> age = std::chrono::system_clock::now() - live.newest;
  sheet.Gauge("newest_frame_age_seconds", "Age of the newest frame from a socket.", age.count());
}

void AddDrains(Sheet& sheet, const DrainFigures& drain) {
  constexpr auto kTuples = "Tuples that drains wrote.";
  sheet.Count("drains_total", "Batches written to the database.", drain.drains);
  sheet.Put("drain_seconds_total", "Time spent in writing them.", Figure::Kind::kCounter,
            drain.seconds, {});
  sheet.Gauge("drains_waiting", "Batches handed over and not yet written.",
              static_cast<double>(drain.waiting));
  sheet.Count("tuples_total", kTuples, drain.applied.tuples_new, {{"kind", "new"}});
  sheet.Count("tuples_total", kTuples, drain.applied.tuples_updated, {{"kind", "updated"}});
}

void AddNotStored(Sheet& sheet, const NotStored& not_stored, bool storing) {
  sheet.Gauge("storing", "1 while the database takes batches.", storing ? 1 : 0);
  const std::initializer_list<std::pair<const char*, NotStored::Frames>> causes{
      {"unavailable", not_stored.unavailable},
      {"full", not_stored.full},
      {"failed", not_stored.failed}};
  for (const auto& [cause, frames] : causes) {
    for (const bool kept : {true, false}) {
      sheet.Count("not_stored_frames_total",
                  "Frames that no batch holds; kept: in the archive or in their file.",
                  kept ? frames.kept : frames.lost,
                  {{"cause", cause}, {"kept", kept ? "yes" : "no"}});
    }
  }
}

void AddArchive(Sheet& sheet, const archive::Figures& archive) {
  sheet.Count("archive_frames_total", "Frames written to the archive.", archive.frames);
  sheet.Count("archive_bytes_total", "Bytes written to the archive, uncompressed.", archive.bytes);
  sheet.Count("archive_left_out_total", "Frames that the archive did not take.", archive.left_out);
  sheet.Count("archive_files_total", "Files begun in the archive.", archive.files);
  sheet.Count("archive_removed_total", "Files removed from the archive by its limits.",
              archive.removed);
  sheet.Gauge("archive_paused", "1 while archiving pauses for want of disk space.",
              archive.paused ? 1 : 0);
  sheet.Gauge("disk_free_bytes", "Free space of a file system.",
              static_cast<double>(archive.disk_free), {{"of", "archive"}});
}

std::string Identity(const Figure& figure) {
  if (figure.labels.empty()) return figure.name;
  std::string labels;
  for (const auto& [name, value] : figure.labels)
    labels += fmt::format("{}{}=\"{}\"", labels.empty() ? "" : ",", name, value);
  return fmt::format("{}{{{}}}", figure.name, labels);
}

bool Has(const Figure& figure, std::string_view label, std::string_view begin) {
  return std::any_of(figure.labels.begin(), figure.labels.end(), [&](const auto& one) {
    return one.first == label && one.second.compare(0, begin.size(), begin) == 0;
  });
}

double Sum(const std::vector<Figure>& figures, std::string_view name, std::string_view label = {},
           std::string_view begin = {}) {
  double sum = 0;
  for (const Figure& figure : figures) {
    if (figure.name == name && (label.empty() || Has(figure, label, begin))) sum += figure.value;
  }
  return sum;
}

}  // namespace

std::vector<Figure> MakeFigures(const FigureSource& source) {
  Sheet sheet;
  if (source.live.has_value()) AddLive(sheet, *source.live);
  AddCounters(sheet, "files", source.of_files);
  AddDrains(sheet, source.drain);
  AddNotStored(sheet, source.not_stored, source.storing);
  if (source.archive.has_value()) AddArchive(sheet, *source.archive);
  sheet.Gauge("taps", "Taps at the control socket.", static_cast<double>(source.taps));
  sheet.Count("tap_left_out_total", "Frames that taps were too slow for.", source.taps_left_out);
  return sheet.Release();
}

std::string FiguresToJson(const std::vector<Figure>& figures) {
  json::Writer json;
  json.BeginObject();
  for (const Figure& figure : figures) json.Real(Printable(Identity(figure)), figure.value);
  json.EndObject();
  return std::string(json.text());
}

std::string FiguresToText(const std::vector<Figure>& figures) {
  std::string text;
  std::size_t width = 0;
  const auto shown = [](const Figure& figure) { return figure.value != 0; };
  for (const Figure& figure : figures)
    if (shown(figure)) width = std::max(width, Printable(Identity(figure)).size());
  for (const Figure& figure : figures) {
    if (!shown(figure)) continue;
    const bool whole = figure.value == static_cast<double>(static_cast<std::int64_t>(figure.value));
    text += fmt::format("{:<{}}  {:>15.{}f}\n", Printable(Identity(figure)), width, figure.value,
                        whole ? 0 : 3);
  }
  return text;
}

std::string StatisticsLine(const std::vector<Figure>& before, const std::vector<Figure>& now,
                           std::chrono::duration<double> elapsed) {
  const auto since = [&](std::string_view name, std::string_view label = {},
                         std::string_view begin = {}) {
    return Sum(now, name, label, begin) - Sum(before, name, label, begin);
  };
  const double frames = since("pdns_frames_total");
  const double rate = elapsed.count() > 0 ? frames / elapsed.count() : 0;
  std::string line = fmt::format(
      "{:.0f} frames ({:.0f} a second), {:.0f} used, {:.0f} skipped, {:.0f} malformed, {:.0f} "
      "refused; {:.0f} tuples new, {:.0f} updated; {:.0f} quarantined; {:.0f} connections",
      frames, rate, since("pdns_frames_total", "outcome", "used"),
      since("pdns_frames_total", "outcome", "skipped."),
      since("pdns_frames_total", "outcome", "malformed."),
      since("pdns_frames_total", "outcome", "refused."), since("pdns_tuples_total", "kind", "new"),
      since("pdns_tuples_total", "kind", "updated"),
      since("pdns_records_total", "outcome", "quarantine."), Sum(now, "pdns_connections"));
  const double left_out = since("pdns_archive_left_out_total");
  if (left_out > 0) line += fmt::format("; {:.0f} frames not archived", left_out);
  const double kept = since("pdns_not_stored_frames_total", "kept", "yes");
  const double lost = since("pdns_not_stored_frames_total", "kept", "no");
  if (kept + lost > 0)
    line += fmt::format("; {:.0f} frames not stored but kept, {:.0f} lost", kept, lost);
  return line;
}

}  // namespace pdns::ingest
