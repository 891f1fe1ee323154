// The command line of pdns-admin: a command, its options, its words.
#include "tools/admin/options.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "unit/tools/arguments.h"

namespace pdns::tools {
namespace {

Result<AdminOptions> Parse(std::initializer_list<std::string> arguments) {
  return ParseWith(ParseAdminOptions, arguments);
}

TEST(AdminOptions, ACommandWithOptionsAndWords) {
  const auto options = Parse({"ledger", "-d", "db", "one", "--json", "two"});
  ASSERT_TRUE(options.ok()) << options.status().message();
  EXPECT_EQ(options->command->name, "ledger");
  EXPECT_EQ(options->input.command, "ledger");
  EXPECT_EQ(options->input.Text("database"), "db");
  EXPECT_TRUE(options->input.Has("json"));
  EXPECT_EQ(options->input.words, (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(options->input.options.empty());
}

// What goes to the process that owns the database is the command's own, not where and how it is
// asked.
TEST(AdminOptions, OptionsOfTheCommandAloneGoOn) {
  const auto options = Parse({"compact", "--dry-run", "-d", "db", "-j", "--control", "s"});
  ASSERT_TRUE(options.ok()) << options.status().message();
  const std::vector<std::pair<std::string, std::string>> expected{{"dry-run", ""},
                                                                  {"control", "s"}};
  EXPECT_EQ(options->input.options, expected);
}

TEST(AdminOptions, WhatIsWrongIsUsage) {
  for (const auto& arguments : {std::vector<std::string>{},
                                {""},
                                {"Stats"},
                                {"stats", "word"},
                                {"stats", "--dry-run"},
                                {"--dry-run", "compact"},
                                {"compact", "--control", ""},
                                {"compact", "--dry-run=yes"},
                                {"ledger", "--nonsense"},
                                {"-d", "db", "stats"}}) {
    std::vector<const char*> argv{"pdns-admin"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    const int argc = static_cast<int>(argv.size());
    argv.push_back(nullptr);
    const auto options = ParseAdminOptions(argc, argv.data());
    EXPECT_EQ(options.status().code(), Code::kUsage) << (argc > 1 ? argv[1] : "");
    EXPECT_FALSE(options.status().message().empty());
  }
}

TEST(AdminOptions, HelpTellsOfAllCommands) {
  for (const char* flag : {"--help", "-h", "--help-all"}) {
    const auto options = Parse({flag});
    ASSERT_TRUE(options.ok());
    for (const Command& command : AdminCommands())
      EXPECT_NE(options->print_and_exit.find("\n  " + command.name), std::string::npos);
  }
  const auto own = Parse({"compact", "--help"});
  ASSERT_TRUE(own.ok());
  EXPECT_NE(own->print_and_exit.find("--dry-run"), std::string::npos);
  EXPECT_EQ(own->print_and_exit.find("--recount"), std::string::npos);
  EXPECT_EQ(Parse({"--version"})->print_and_exit.find("pdns-admin "), 0U);
  EXPECT_EQ(Parse({"stats", "--version"})->print_and_exit.find("pdns-admin "), 0U);
}

TEST(AdminOptions, CommandsHaveNamesThatTheControlSocketCarries) {
  std::set<std::string> names;
  for (const Command& command : AdminCommands()) {
    EXPECT_EQ(command.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string::npos);
    EXPECT_LE(command.name.size(), 32U);
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_NE(command.run, nullptr);
  }
}

}  // namespace
}  // namespace pdns::tools
