#include "tools/admin/backup/backups.h"

#include "admin/backup_report.h"
#include "base/log.h"
#include "base/stop.h"
#include "store_rocks/backup/list.h"
#include "tools/admin/backup/shared.h"
#include "tools/common/signals.h"
#include "tools/common/step_line.h"

namespace pdns::tools {
namespace {

Result<int> Run(const CommandInput& input) {
  const auto folder =
      WholePath(input.words.empty() ? "" : input.words.front(), "the folder of the backups");
  if (!folder.ok()) return folder.status();
  Stop stop;
  StopOnSignals(stop);
  StepLine line;
  const auto list =
      store_rocks::ListBackups(*folder, input.Has("verify"),
                               [&](std::string_view what, std::uint64_t done, std::uint64_t total) {
                                 line.Show(what, done, total);
                                 return !stop.requested();
                               });
  line.Wipe();
  if (!list.ok()) return list.status();
  Status printed = PrintReport(input.Has("json") ? admin::BackupsJson(*list, *folder)
                                                 : admin::BackupsText(*list, *folder));
  if (!printed.ok()) return printed;
  if (!list->complete) LogWarning("interrupted: not all was read");
  return admin::BackupsExitCode(*list);
}

}  // namespace

Command BackupsCommand() {
  using enum OptionKind;
  return {"backups",
          "DIR",
          "List the backups in a folder, and whether they can be restored",
          1,
          {"backups",
           {
               {"verify", kFlag, "", OptionRow::kAbsent,
                "Read every file of the backups and compare its checksum"},
           }},
          &Run};
}

}  // namespace pdns::tools
