#include "tools/admin/stats.h"

#include "tools/query/stats.h"

namespace pdns::tools {
namespace {

Result<int> Run(const CommandInput& input) {
  QueryOptions options;
  options.stats = true;
  options.recount = input.Has("recount");
  options.local = input.Has("local");
  options.database = input.Text("database");
  if (input.Has("json")) options.format = render::FindFormat("json");
  return RunQueryStats(options);
}

}  // namespace

Command StatsCommand() {
  using enum OptionKind;
  return {"stats",
          "",
          "Print totals of the database and of everything that was refused",
          0,
          {"stats",
           {
               {"recount", kFlag, "", OptionRow::kAbsent,
                "Count every row, so that no number is an estimate"},
               {"local", kFlag, "", OptionRow::kAbsent, "Print times in local time"},
           }},
          &Run};
}

}  // namespace pdns::tools
