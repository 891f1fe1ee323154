#include "admin/export.h"

#include <array>
#include <charconv>

#include "dns/presentation/rdata_text.h"
#include "dns/text.h"
#include "record/name.h"
#include "render/text.h"
#include "source/cof.h"

namespace pdns::admin {
namespace {

constexpr std::size_t kPiece = 64U << 10;

// All texts of a row are printable and 7-bit (render/text.h): of what JSON escapes there are quotes
// and backslashes alone.
void AppendQuoted(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;  // from here on
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '"' && text[at] != '\\') continue;
    out.append(text.substr(plain, at - plain));
    out.push_back('\\');
    plain = at;
  }
  out.append(text.substr(plain));
  out.push_back('"');
}

template <class Number>
void AppendNumber(std::string& out, Number number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void AppendHex(std::string& out, Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t start = out.size();
  out.resize(start + 2 * bytes.size());
  char* at = out.data() + start;
  for (const std::uint8_t byte : bytes) {
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 15U];
  }
}

void AppendDays(std::string& out, const record::History& history) {
  out += ",\"days_active\":";
  AppendNumber(out, record::CountDays(history));
  out += ",\"days\":[";
  bool first = true;
  for (const record::DayRun& run : record::RunsOf(history)) {
    out += first ? "[\"" : ",[\"";
    first = false;
    out += render::DayText(run.first);
    out += "\",\"";
    out += render::DayText(run.last);
    out += "\"]";
  }
  out += ']';
}

}  // namespace

void ExportLines::AppendName(std::string& out, Bytes name, Remembered& last) {
  if (last.text.empty() || last.wire != AsText(name)) {
    last.wire = AsText(name);
    last.text.clear();
    AppendQuoted(last.text, dns::NameToText(name));
  }
  out += last.text;
}

void ExportLines::Append(std::string& out, const record::Tuple& tuple,
                         const record::History& history) {
  out += "{\"rrname\":";
  AppendName(out, tuple.owner, owner_);
  out += R"(,"rrtype":")";
  out += dns::TypeToText(tuple.type);
  out += R"(","rdata":)";
  AppendQuoted(out, dns::RdataToText(tuple.type, tuple.rdata));
  out += ",\"time_first\":";
  AppendNumber(out, history.first.time_since_epoch().count());
  out += ",\"time_last\":";
  AppendNumber(out, history.last.time_since_epoch().count());
  out += ",\"count\":";
  AppendNumber(out, history.count);
  if (history.bailiwick.known()) {
    out += ",\"bailiwick\":";
    AppendName(out, record::Suffix(tuple.owner, history.bailiwick.labels()), zone_);
  }
  if (history.sensors != last_sensors_) {
    last_sensors_ = history.sensors;
    const std::string text = render::SensorsText(history.sensors, sensors_);
    sensors_text_ = text.empty() ? "" : ",\"sensor_id\":";
    if (!text.empty()) AppendQuoted(sensors_text_, text);
  }
  out += sensors_text_;
  AppendDays(out, history);
  out += R"(,"rdata_wire":")";
  AppendHex(out, tuple.rdata);
  out += '"';
  if (history.reasons != record::kTrusted) {
    out += ",\"reason\":";
    AppendQuoted(out, render::ReasonText(history.reasons));
  }
  out += "}\n";
}

Result<Exported> ExportRows(store::Snapshot& snapshot, const ExportOutput& output, const Stop& stop,
                            source::Progress& progress) {
  Exported exported;
  ExportLines lines(snapshot.sensors());
  std::string piece;
  Status failed;
  const auto hand_over = [&] {
    exported.bytes += piece.size();
    failed = output(piece);
    piece.clear();
    return failed.ok();
  };
  for (const store::Trust trust : {store::Trust::kTrusted, store::Trust::kQuarantined}) {
    std::uint64_t& rows = trust == store::Trust::kTrusted ? exported.trusted : exported.quarantined;
    store::Selection all;
    all.trust = trust;
    const auto scanned = snapshot.Scan(
        all,
        [&](const store::Row& row) {
          lines.Append(piece, row.tuple, row.history);
          ++rows;
          if (piece.size() < kPiece) return true;
          progress.frames = exported.trusted + exported.quarantined;
          return hand_over();
        },
        [&stop](std::uint64_t) { return !stop.requested(); });
    if (!failed.ok()) return failed;
    if (!scanned.status.ok()) return scanned.status;
    if (scanned.stopped) return exported;
  }
  piece += source::ExportEnd(exported.trusted + exported.quarantined);
  if (!hand_over()) return failed;
  exported.whole = true;
  return exported;
}

}  // namespace pdns::admin
