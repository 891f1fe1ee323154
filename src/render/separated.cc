#include "render/separated.h"

#include <algorithm>
#include <utility>

#include "dns/presentation/rdata_text.h"
#include "dns/text.h"
#include "render/hits.h"
#include "render/text.h"

namespace pdns::render {
namespace {

bool NeedsQuotes(std::string_view field) {
  const auto special = [](char c) { return c == ',' || c == '"' || c == '\r' || c == '\n'; };
  return std::any_of(field.begin(), field.end(), special) || field.starts_with(' ') ||
         field.ends_with(' ');
}

void AppendCsv(std::string& out, std::string_view field) {
  if (!NeedsQuotes(field)) {
    out += field;
    return;
  }
  out.push_back('"');
  for (const char c : field) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

// Also behind what spreadsheets take away: in TSV, where nothing is quoted, the quotes of a TXT,
// too.
bool IsFormula(Separator kind, std::string_view field) {
  const std::size_t begin = field.find_first_not_of(kind == Separator::kTsv ? " \"" : " ");
  return begin != std::string_view::npos &&
         std::string_view("=+-@").find(field[begin]) != std::string_view::npos;
}

void AddDays(std::vector<std::string>& fields, const record::History& history) {
  fields.push_back(std::to_string(record::CountDays(history)));
  fields.push_back(DaysText(history));
}

}  // namespace

std::string SeparatedLine(Separator kind, const std::vector<std::string>& fields, bool safe) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line.push_back(kind == Separator::kCsv ? ',' : '\t');
    const std::string field = safe && IsFormula(kind, fields[i]) ? '\'' + fields[i] : fields[i];
    if (kind == Separator::kCsv) {
      AppendCsv(line, field);
    } else {
      line += field;
    }
  }
  line += kind == Separator::kCsv ? "\r\n" : "\n";
  return line;
}

void Separated::Add(const query::Hit& hit) {
  WriteHeading();
  std::vector<std::string> fields{dns::NameToText(hit.tuple.owner),
                                  dns::TypeToText(hit.tuple.type),
                                  dns::RdataToText(hit.tuple.type, hit.tuple.rdata),
                                  TimeText(hit.history.first, look().local),
                                  TimeText(hit.history.last, look().local),
                                  std::to_string(hit.history.count),
                                  BailiwickText(hit)};
  if (look().days) AddDays(fields, hit.history);
  if (look().fresh) {
    for (std::string& text : FreshTexts(hit, look().local)) fields.push_back(std::move(text));
  }
  if (look().reason) fields.push_back(ReasonText(hit.history.reasons));
  if (look().path) fields.push_back(PathText(hit));
  if (look().asked) {
    const bool of_list = hit.asked != nullptr && hit.asked->line != 0;
    fields.push_back(AskedText(hit));
    fields.push_back(of_list ? std::to_string(hit.asked->line) : std::string());
  }
  Write(SeparatedLine(kind_, fields, look().csv_safe));
}

void Separated::Hits(const query::KnownList& hits) {
  Write(SeparatedLine(kind_, HitHeading(), false));
  for (const query::KnownIndicator hit : hits)
    Write(SeparatedLine(kind_, HitFields(hit, look().local), look().csv_safe));
}

void Separated::Finish() { WriteHeading(); }

void Separated::WriteHeading() {
  if (std::exchange(heading_written_, true)) return;
  std::vector<std::string> fields{"rrname",    "rrtype", "rdata",    "time_first",
                                  "time_last", "count",  "bailiwick"};
  if (look().days) fields.insert(fields.end(), {"days_active", "days"});
  if (look().fresh) fields.insert(fields.end(), {"seq", "time_committed", "new"});
  if (look().reason) fields.emplace_back("reason");
  if (look().path) fields.emplace_back("path");
  if (look().asked) fields.insert(fields.end(), {"asked", "line"});
  Write(SeparatedLine(kind_, fields, look().csv_safe));
}

}  // namespace pdns::render
