#include "tools/admin/verify.h"

#include <fmt/format.h>

#include <cstdio>

#include "admin/verify_report.h"
#include "base/log.h"
#include "base/stop.h"
#include "store_rocks/verify/verify.h"
#include "tools/common/database_path.h"
#include "tools/common/open_database.h"
#include "tools/common/signals.h"
#include "tools/common/step_line.h"

namespace pdns::tools {
namespace {

Result<int> Run(const CommandInput& input) {
  Stop stop;
  StopOnSignals(stop);
  const auto path = DatabasePath(input.Text("database"), Access::kRead);
  if (!path.ok()) return path.status();
  if (IsCluster(*path)) {
    return Status::Usage(
        "verify: of a directory only; a cluster is checked by its servers: CHECK TABLE pdns.rows");
  }
  StepLine line;
  const auto verification =
      store_rocks::Verify(*path, input.Has("quick"),
                          [&](std::string_view what, std::uint64_t done, std::uint64_t total) {
                            line.Show(what, done, total);
                            return !stop.requested();
                          });
  line.Wipe();
  if (!verification.ok()) return verification.status();
  const std::string text = input.Has("json") ? admin::VerifyJson(*verification, *path)
                                             : admin::VerifyText(*verification, *path);
  const bool written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!written) return Status::Io("the report cannot be written to standard output");
  if (stop.requested()) LogWarning("interrupted: not all was read");
  return admin::VerifyExitCode(*verification);
}

}  // namespace

Command VerifyCommand() {
  using enum OptionKind;
  return {"verify",
          "",
          "Check that every block, every row and every total of the database is sound",
          0,
          {"verify",
           {
               {"quick", kFlag, "", OptionRow::kAbsent,
                "Check files and their checksums only, and no rows"},
           }},
          &Run};
}

}  // namespace pdns::tools
