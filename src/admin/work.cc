#include "admin/work.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "admin/backup_source.h"
#include "admin/checkpoint.h"
#include "admin/compact.h"
#include "admin/expire.h"
#include "store/backups.h"

namespace pdns::admin {
namespace {

struct Command {
  std::string_view name;
  std::vector<std::string_view> options;  // that it takes
  Result<control::Reply::Report> (*run)(const Job& job);
};

const std::vector<Command>& Commands() {
  static const std::vector<Command> kCommands{
      {"compact", {"dry-run"}, &Compact},
      {"expire",
       {"older", "last-before", "type", "name", "glob", "regex", "exclude", "bailiwick", "sensor",
        "first-before", "max-count", "quarantined", "trust-clock", "dry-run", "compact"},
       &Expire},
      {"checkpoint", {"dry-run", "directory"}, &Checkpoint},
      {store::kBackupSource, {}, &MakeBackupSource},
  };
  return kCommands;
}

}  // namespace

Result<control::Reply::Report> RunWork(const control::Request& request, WriterAccess& access,
                                       const Stop& stop, source::Progress& progress) {
  const auto& commands = Commands();
  const auto command = std::find_if(commands.begin(), commands.end(), [&](const Command& one) {
    return one.name == request.command;
  });
  if (command == commands.end())
    return Status::Usage("the program that owns the database has no command " + request.command);
  query::NamedTexts texts;
  for (const auto& [name, value] : request.options) {
    const auto& known = command->options;
    // It would be passed over, and a filter that is passed over removes more than was meant.
    if (std::find(known.begin(), known.end(), name) == known.end())
      return Status::Usage(request.command + " has no option " + name);
    texts.Add(name, value);
  }
  return command->run({texts, access, stop, progress});
}

}  // namespace pdns::admin
