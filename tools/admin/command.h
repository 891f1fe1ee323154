// The commands of pdns-admin: what each is called, which options it has, and what runs it. A new
// command is a file of its own and a row of the table in tools/admin_commands.cc; the parser,
// --help and the tests of the manual page and of completion are made from the table.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/text/named_texts.h"
#include "tools/common/option_table.h"

namespace pdns::tools {

// What was given to a command. A value.
struct CommandInput {
  std::string command;
  query::NamedTexts texts;         // options by their long names; a flag has an empty text
  std::vector<std::string> words;  // what stands behind the command
  std::vector<std::pair<std::string, std::string>> options;  // the texts, one pair each

  bool Has(std::string_view option) const { return texts.Has(option); }
  std::string Text(std::string_view option) const {
    return std::string(texts.One(option).value_or(""));
  }
};

struct Command {
  std::string name;
  std::string words;    // what may stand behind it: "[FILE]..."; empty: nothing
  std::string summary;  // begins with a verb
  std::size_t most_words = 0;
  OptionGroup options;                            // beside those that all have
  Result<int> (*run)(const CommandInput& input);  // the exit code
};

// The table. Any thread.
const std::vector<Command>& AdminCommands();

// Those that every command has. Any thread.
OptionGroup CommonAdminOptions();

}  // namespace pdns::tools
