#include "serve/api/end.h"

#include <fmt/format.h>

#include <vector>

#include "base/bytes.h"
#include "json/utf8.h"
#include "json/writer.h"
#include "render/notes.h"
#include "serve/api/answer.h"
#include "serve/common/answering.h"

namespace pdns::serve {
namespace {

using End = query::Outcome::End;

// At most kMostNotices of them, the last of which counts the others.
std::vector<std::string> NoticesOf(const ApiRequest& request, const query::Outcome& outcome) {
  std::vector<std::string> notices = request.notices;
  if (!request.request.pivot.has_value()) {  // which asks none of them
    for (const query::Asking& asking : request.request.questions)
      if (!asking.question.notice.empty()) notices.push_back(asking.question.notice);
  }
  for (std::string& note : render::CutNotes(request.request, outcome, ""))
    notices.push_back(std::move(note));
  for (std::string& note : render::ScanNotes(outcome)) notices.push_back(std::move(note));
  if (notices.size() <= kMostNotices) return notices;
  const std::size_t more = notices.size() - (kMostNotices - 1);
  notices.resize(kMostNotices - 1);
  notices.push_back(fmt::format("{} more notices", more));
  return notices;
}

// What is missing, and why; empty where nothing is.
std::string WhyNotWhole(const ApiRequest& request, const query::Outcome& outcome,
                        std::string_view why_ended) {
  if (!outcome.status.ok()) return outcome.status.message();
  if (!why_ended.empty()) return std::string(why_ended);
  if (outcome.end == End::kLimit && request.key_limits) return kNoRowsLeft;
  if (outcome.end == End::kLimit)
    return fmt::format("there is more: cut at limit {}", request.request.limit);
  if (outcome.end != End::kWhole) return "it was interrupted";
  return render::GapNote(outcome, false).value_or("");
}

void AppendAsked(json::Writer& json, const ApiRequest& request) {
  json.BeginArray("asked");
  for (const ApiAsked& one : request.asked) {
    json.BeginObject();
    json.Text("text", Printable(one.text));
    json.Text("as", Printable(one.as));
    json.Text("kind", one.kind);
    json.EndObject();
  }
  json.EndArray();
}

void AppendPassedOver(json::Writer& json, const ApiPassedOver& passed_over) {
  json.Number("bad", passed_over.bad);
  json.BeginArray("bad_lines");
  for (const ApiPassedOver::BadLine& line : passed_over.bad_lines) {
    json.BeginObject();
    json.Text("place", json::ValidUtf8(line.place));
    json.Text("text", line.text);
    json.Text("why", json::ValidUtf8(line.why));
    json.EndObject();
  }
  json.EndArray();
  json.Number("passed_over", passed_over.others);
}

}  // namespace

std::string ApiEndLine(const ApiRequest& request, const query::Outcome& outcome,
                       const ApiEnd& end) {
  const std::string why = WhyNotWhole(request, outcome, end.why_ended);
  json::Writer json;
  json.BeginObject();
  json.BeginObject("end");
  json.Bool("whole", why.empty());
  json.Bool("limited", outcome.end == End::kLimit);
  if (!why.empty()) json.Text("why", json::ValidUtf8(why));
  if (!outcome.cursor.empty()) json.Text("cursor", outcome.cursor);
  json.Number("rows", end.rows);
  json.Number("scanned", outcome.keys);
  AppendAsked(json, request);
  json.BeginArray("notices");
  for (const std::string& notice : NoticesOf(request, outcome)) json.Text(json::ValidUtf8(notice));
  json.EndArray();
  if (request.passed_over.has_value()) AppendPassedOver(json, *request.passed_over);
  json.EndObject();
  json.EndObject();
  json.EndLine();
  return std::string(json.text());
}

}  // namespace pdns::serve
