#include "admin/verify_report.h"

#include <fmt/format.h>

#include <string_view>

#include "admin/work.h"
#include "base/bytes.h"
#include "base/status.h"
#include "json/utf8.h"
#include "json/writer.h"

namespace pdns::admin {
namespace {

using store::Finding;
using store::Verification;

std::string_view NameOf(Finding::Kind kind) {
  return kind == Finding::Kind::kDamaged ? "damaged" : "disagrees";
}

// Empty if nothing has to be done.
std::string WayOut(const Verification& verification, const std::string& database) {
  const std::string path = Printable(database);
  if (verification.damaged > 0) {
    return fmt::format(
        "pdns-admin repair -d {} says what can be saved before it begins, and what the archive can "
        "give back",
        path);
  }
  if (verification.disagreeing > 0) {
    return fmt::format(
        "end the ingester, then pdns-admin repair -d {} makes the rest anew from "
        "the trusted rows",
        path);
  }
  return "";
}

std::string FindingLine(const Finding& finding) {
  std::string line = fmt::format("{:<9}  {}", NameOf(finding.kind), Printable(finding.what));
  if (!finding.name.empty()) line += ": " + Printable(finding.name);
  std::string where = finding.family;
  if (!finding.file.empty()) where += (where.empty() ? "" : ", ") + finding.file;
  return where.empty() ? line + "\n" : fmt::format("{} ({})\n", line, Printable(where));
}

}  // namespace

int VerifyExitCode(const Verification& verification) {
  if (verification.damaged > 0) return ExitCode(Code::kCorrupt);
  if (verification.disagreeing > 0) return 1;
  return verification.complete ? 0 : kIncomplete;
}

std::string VerifyText(const Verification& verification, const std::string& database) {
  std::string text;
  const auto line = [&text](std::string_view name, std::uint64_t number) {
    text += fmt::format("{:<18}{:>16}\n", name, number);
  };
  line("table files", verification.files);
  line("bytes", verification.bytes);
  if (!verification.quick) {
    line("tuples", verification.tuples);
    line("rrnames", verification.rrnames);
    line("reverse rows", verification.reverse_rows);
    line("quarantined tuples", verification.quarantined);
    line("journal entries", verification.journal_rows);
    line("captures taken", verification.captures);
  }
  for (const Finding& finding : verification.findings) text += FindingLine(finding);
  const std::uint64_t all = verification.damaged + verification.disagreeing;
  if (all > verification.findings.size())
    text += fmt::format("and {} more\n", all - verification.findings.size());
  if (all > 0) {
    text += fmt::format("{} damaged, {} disagree\n{}\n", verification.damaged,
                        verification.disagreeing, WayOut(verification, database));
  } else if (verification.complete) {
    text += verification.quick ? "files and checksums are sound\n" : "sound\n";
  }
  if (!verification.complete) text += "not all was read\n";
  return text;
}

std::string VerifyJson(const Verification& verification, const std::string& database) {
  json::Writer json;
  json.BeginObject();
  json.Text("command", "verify");
  json.Bool("quick", verification.quick);
  json.Bool("complete", verification.complete);
  json.Number("table_files", verification.files);
  json.Number("bytes", verification.bytes);
  json.Number("tuples", verification.tuples);
  json.Number("rrnames", verification.rrnames);
  json.Number("reverse_rows", verification.reverse_rows);
  json.Number("quarantined", verification.quarantined);
  json.Number("journal_entries", verification.journal_rows);
  json.Number("captures", verification.captures);
  json.Number("damaged", verification.damaged);
  json.Number("disagreeing", verification.disagreeing);
  json.BeginArray("findings");
  for (const Finding& finding : verification.findings) {
    json.BeginObject();
    json.Text("kind", NameOf(finding.kind));
    json.Text("what", json::ValidUtf8(finding.what));
    json.Text("family", finding.family);
    json.Text("file", json::ValidUtf8(finding.file));
    json.Text("name", json::ValidUtf8(finding.name));
    json.EndObject();
  }
  json.EndArray();
  json.Text("way_out", json::ValidUtf8(WayOut(verification, database)));
  json.EndObject();
  json.EndLine();
  return std::string(json.text());
}

}  // namespace pdns::admin
