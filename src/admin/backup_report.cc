#include "admin/backup_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "admin/work.h"
#include "base/bytes.h"
#include "base/status.h"
#include "json/utf8.h"
#include "json/writer.h"
#include "render/text.h"

namespace pdns::admin {
namespace {

using store::Backup;

bool IsDamaged(const Backup& backup) { return !backup.fault.empty(); }

std::uint64_t CountDamaged(const store::BackupList& list) {
  return static_cast<std::uint64_t>(
      std::count_if(list.backups.begin(), list.backups.end(), &IsDamaged));
}

// Empty if nothing has to be done.
std::string WayOut(const store::BackupList& list, const std::string& folder) {
  if (CountDamaged(list) == 0) return "";
  return fmt::format(
      "remove the files that are named from {0}; then pdns-admin backup {0} copies anew those that "
      "the database still has, and every backup that has them is sound again",
      Printable(folder));
}

}  // namespace

int BackupsExitCode(const store::BackupList& list) {
  if (CountDamaged(list) > 0) return ExitCode(Code::kCorrupt);
  if (!list.complete) return kIncomplete;
  return list.backups.empty() ? 1 : 0;
}

std::string BackupsText(const store::BackupList& list, const std::string& folder) {
  std::string text =
      fmt::format("{:>6}  {:<20}  {:<7}  {:>12}  {:>14}  {:>14}  {:<20}  {}\n", "backup", "made",
                  "state", "tuples", "bytes", "own bytes", "last seen", "database");
  for (const Backup& backup : list.backups) {
    text += fmt::format("{:>6}  {:<20}  {:<7}  {:>12}  {:>14}  {:>14}  {:<20}  {}\n", backup.number,
                        render::TimeText(backup.made), IsDamaged(backup) ? "damaged" : "ok",
                        backup.note.tuples, backup.bytes, backup.own_bytes,
                        render::TimeText(backup.note.last_seen), Printable(backup.note.database));
    if (IsDamaged(backup)) text += fmt::format("        {}\n", Printable(backup.fault));
  }
  if (const std::string way_out = WayOut(list, folder); !way_out.empty()) text += way_out + "\n";
  if (!list.complete) text += "not all was read\n";
  return text;
}

std::string BackupsJson(const store::BackupList& list, const std::string& folder) {
  json::Writer json;
  json.BeginObject();
  json.Text("command", "backups");
  json.Text("directory", json::ValidUtf8(folder));
  json.Bool("complete", list.complete);
  json.Number("damaged", CountDamaged(list));
  json.BeginArray("backups");
  for (const Backup& backup : list.backups) {
    json.BeginObject();
    json.Number("backup", backup.number);
    json.Time("made", backup.made);
    json.Bool("ok", !IsDamaged(backup));
    json.Text("fault", json::ValidUtf8(backup.fault));
    json.Number("tuples", backup.note.tuples);
    json.Number("batches", backup.note.batches);
    json.Time("last_seen", backup.note.last_seen);
    json.Number("bytes", backup.bytes);
    json.Number("own_bytes", backup.own_bytes);
    json.Text("database", json::ValidUtf8(backup.note.database));
    json.EndObject();
  }
  json.EndArray();
  json.Text("way_out", json::ValidUtf8(WayOut(list, folder)));
  json.EndObject();
  json.EndLine();
  return std::string(json.text());
}

}  // namespace pdns::admin
