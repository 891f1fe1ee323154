#include "tools/admin/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <sstream>

#include "tools/common/options.h"
#include "tools/query/given_texts.h"

namespace pdns::tools {
namespace {

namespace po = boost::program_options;

constexpr const char* kWords = "word";

std::string Usage() {
  std::string text = R"(Usage: pdns-admin COMMAND [options] [words]
       pdns-admin COMMAND --help

Looks after the database of pdns-ingest, beside a live ingester or without one.

)";
  std::size_t width = 0;
  const auto called = [](const Command& command) {
    return command.words.empty() ? command.name : command.name + " " + command.words;
  };
  for (const Command& command : AdminCommands()) width = std::max(width, called(command).size());
  for (const Command& command : AdminCommands())
    text += fmt::format("  {:<{}}  {}\n", called(command), width, command.summary);
  text += R"(
The database is that of -d, else $PDNS_DATABASE, /var/lib/pdns or ~/.local/share/pdns. All options:
--help-all. Manual: man pdns-admin. Tasks of an operator: man 7 pdns.
)";
  return text;
}

std::string UsageOf(const Command& command) {
  const std::string words = command.words.empty() ? "" : " " + command.words;
  return fmt::format("Usage: pdns-admin {} [options]{}\n\n{}.\n", command.name, words,
                     command.summary);
}

std::string ListOf(const OptionTable& table) {
  std::ostringstream text;
  text << Describe(table);
  return text.str();
}

OptionTable TableOf(const Command& command) {
  OptionTable table;
  if (!command.options.rows.empty()) table.push_back(command.options);
  table.push_back(CommonAdminOptions());
  return table;
}

bool Has(const Command& command, std::string_view option) {
  const auto& rows = command.options.rows;
  return std::any_of(rows.begin(), rows.end(),
                     [option](const OptionRow& row) { return row.name == option; });
}

// What may stand in the file of --config: all of the command's own but what is for one run, and the
// database.
OptionTable InFile(const Command& command) {
  OptionTable table{command.options};
  std::erase_if(table[0].rows, [](const OptionRow& row) {
    return row.name == "config" || row.name == "dry-run" || row.name == "trust-clock";
  });
  for (OptionRow& row : CommonAdminOptions().rows)
    if (row.name.starts_with("database")) table[0].rows.push_back(std::move(row));
  return table;
}

std::string AllOptions() {
  std::string text = Usage();
  for (const Command& command : AdminCommands())
    if (!command.options.rows.empty()) text += ListOf({command.options});
  return text + ListOf({CommonAdminOptions()});
}

AdminOptions Printing(std::string text) {
  AdminOptions options;
  options.print_and_exit = std::move(text);
  return options;
}

// What may stand in place of a command.
Result<AdminOptions> WithoutCommand(std::string_view word) {
  if (word == "--help" || word == "-h") return Printing(Usage());
  if (word == "--help-all") return Printing(AllOptions());
  if (word == "--version") {
    const OptionTable common{CommonAdminOptions()};
    const po::options_description visible = Describe(common);
    const char* const argv[] = {"pdns-admin", "--version"};
    po::variables_map values;
    if (Status parsed = ParseCommandLine({2, argv, visible, {}}, values); !parsed.ok())
      return parsed;
    return Printing(HelpOrVersion(values, "pdns-admin", "", visible).value_or(""));
  }
  std::string names;
  for (const Command& command : AdminCommands())
    names += (names.empty() ? "" : ", ") + command.name;
  const std::string given = word.empty() ? "no command" : fmt::format("no such command: {}", word);
  return Status::Usage(fmt::format("{}; give one of {}, see --help", given, names));
}

Result<AdminOptions> Convert(const Command& command, const po::variables_map& values) {
  AdminOptions options;
  options.command = &command;
  options.input.command = command.name;
  options.input.texts = GivenTexts(values);
  options.input.words = options.input.texts.Of(kWords);
  if (options.input.words.size() > command.most_words) {
    return Status::Usage(fmt::format("{}: {} is too much; see pdns-admin {} --help", command.name,
                                     options.input.words.back(), command.name));
  }
  for (const OptionRow& row : command.options.rows) {
    const std::string name = row.name.substr(0, row.name.find(','));
    if (name == "config") continue;  // what it holds came with the others
    for (const std::string& text : options.input.texts.Of(name == "name" ? "q" : name))
      options.input.options.emplace_back(name, text);
  }
  return options;
}

}  // namespace

Result<AdminOptions> ParseAdminOptions(int argc, const char* const* argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  const auto& commands = AdminCommands();
  const auto command = std::find_if(commands.begin(), commands.end(),
                                    [word](const Command& one) { return one.name == word; });
  if (command == commands.end()) return WithoutCommand(word);
  const po::options_description visible = Describe(TableOf(*command));
  po::options_description all;
  all.add(visible).add_options()(kWords, po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add(kWords, -1);
  po::variables_map values;
  const po::options_description in_file = Describe(InFile(*command));
  CommandLine line{argc - 1, argv + 1, all, positional};
  if (Has(*command, "config")) line.config = &in_file;
  if (Status parsed = ParseCommandLine(line, values); !parsed.ok()) return parsed;
  if (values["help-all"].as<bool>()) return Printing(AllOptions());
  if (auto text = HelpOrVersion(values, "pdns-admin", UsageOf(*command), visible); text.has_value())
    return Printing(std::move(*text));
  return Convert(*command, values);
}

}  // namespace pdns::tools
