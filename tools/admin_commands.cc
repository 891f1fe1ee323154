#include "tools/admin/backup/backup.h"
#include "tools/admin/backup/backups.h"
#include "tools/admin/backup/restore.h"
#include "tools/admin/checkpoint.h"
#include "tools/admin/command.h"
#include "tools/admin/compact.h"
#include "tools/admin/expire.h"
#include "tools/admin/export.h"
#include "tools/admin/init_cluster.h"
#include "tools/admin/ledger.h"
#include "tools/admin/repair.h"
#include "tools/admin/stats.h"
#include "tools/admin/transfer/copy.h"
#include "tools/admin/transfer/import.h"
#include "tools/admin/transfer/merge.h"
#include "tools/admin/transfer/split.h"
#include "tools/admin/verify.h"

namespace pdns::tools {

const std::vector<Command>& AdminCommands() {
  static const std::vector<Command> kCommands{
      StatsCommand(),      LedgerCommand(), VerifyCommand(),  RepairCommand(),
      MergeCommand(),      CopyCommand(),   SplitCommand(),   ExpireCommand(),
      CompactCommand(),    BackupCommand(), BackupsCommand(), RestoreCommand(),
      CheckpointCommand(), ExportCommand(), ImportCommand(),  InitClusterCommand(),
  };
  return kCommands;
}

OptionGroup CommonAdminOptions() {
  using enum OptionKind;
  return {
      "Of every command",
      {
          {"database,d", kText, "PATH", OptionRow::kAbsent,
           "Use the database in directory PATH; without it: $PDNS_DATABASE, /var/lib/pdns if "
           "it can be used, ~/.local/share/pdns"},
          {"json,j", kFlag, "", OptionRow::kAbsent, "Print the report as one JSON object"},
          {"version", kFlag, "", OptionRow::kAbsent, "Print the version and exit"},
          {"help,h", kFlag, "", OptionRow::kAbsent,
           "Print the commands, or behind a command its options, and exit"},
          {"help-all", kFlag, "", OptionRow::kAbsent, "Print the options of all commands and exit"},
      }};
}

}  // namespace pdns::tools
