#include "tools/common/option_table.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/program_options.hpp>
#include <cctype>
#include <set>
#include <sstream>

#include "tools/admin/command.h"
#include "tools/ingest/option_list.h"
#include "tools/query/option_list.h"
#include "tools/tap/option_list.h"

namespace pdns::tools {
namespace {

namespace po = boost::program_options;

using enum OptionKind;

std::vector<OptionRow> RowsOf(const OptionTable& table) {
  std::vector<OptionRow> rows;
  for (const OptionGroup& group : table)
    rows.insert(rows.end(), group.rows.begin(), group.rows.end());
  return rows;
}

std::vector<std::vector<OptionRow>> AllPrograms() {
  std::vector<std::vector<OptionRow>> all{RowsOf(IngestTable()), RowsOf(QueryOptionTable()),
                                          RowsOf(TapOptionTable())};
  for (const Command& command : AdminCommands())
    all.push_back(RowsOf({command.options, CommonAdminOptions()}));
  return all;
}

OptionTable OneOfEachKind() {
  return {{"Kinds",
           {{"flag,f", kFlag, "", OptionRow::kAbsent, "Set a flag"},
            {"text", kText, "WORD", "some", "Set a text"},
            {"empty", kText, "WORD", OptionRow::kEmpty, "Set a text that may be empty"},
            {"absent", kText, "WORD", OptionRow::kAbsent, "Set a text that may be absent"},
            {"texts", kTexts, "WORD", OptionRow::kAbsent, "Add a text"},
            {"number,n", kNumber, "N", "-7", "Set a number"},
            {"none", kNumber, "N", OptionRow::kNone, "Set a number that may be none"},
            {"real", kReal, "X", "0.5", "Set a real number"}}}};
}

po::variables_map Parse(const std::vector<const char*>& arguments) {
  const po::options_description options = Describe(OneOfEachKind());
  po::variables_map values;
  std::vector<std::string> texts(arguments.begin(), arguments.end());
  po::store(po::command_line_parser(texts).options(options).run(), values);
  return values;
}

TEST(OptionTable, DefaultsAreThoseOfTheRows) {
  const po::variables_map values = Parse({});
  EXPECT_FALSE(values["flag"].as<bool>());
  EXPECT_EQ(values["text"].as<std::string>(), "some");
  EXPECT_EQ(values["empty"].as<std::string>(), "");
  EXPECT_EQ(values.count("absent"), 0U);
  EXPECT_EQ(values.count("texts"), 0U);
  EXPECT_EQ(values["number"].as<std::int64_t>(), -7);
  EXPECT_EQ(values["none"].as<std::int64_t>(), 0);
  EXPECT_EQ(values["real"].as<double>(), 0.5);
}

TEST(OptionTable, ValuesAreOfTheKindOfTheRow) {
  const po::variables_map values = Parse({"-f", "--text=a", "--absent=b", "--texts=c", "--texts=d",
                                          "-n", "3", "--none", "4", "--real", "1.25"});
  EXPECT_TRUE(values["flag"].as<bool>());
  EXPECT_EQ(values["text"].as<std::string>(), "a");
  EXPECT_EQ(values["absent"].as<std::string>(), "b");
  EXPECT_EQ(values["texts"].as<std::vector<std::string>>(), (std::vector<std::string>{"c", "d"}));
  EXPECT_EQ(values["number"].as<std::int64_t>(), 3);
  EXPECT_EQ(values["none"].as<std::int64_t>(), 4);
  EXPECT_EQ(values["real"].as<double>(), 1.25);
}

TEST(OptionTable, HelpShowsDefaultsAndWhatMayBeRepeated) {
  std::ostringstream text;
  text << Describe(OneOfEachKind());
  const std::string help = text.str();
  for (const char* part : {"Kinds:", "-f [ --flag ] ", "--text WORD (=some)", "--empty WORD  ",
                           "--absent WORD  ", "Add a text; may be repeated",
                           "-n [ --number ] N (=-7)", "--none N (=none)", "--real X (=0.5)"})
    EXPECT_NE(help.find(part), std::string::npos) << part << "\n" << help;
}

TEST(OptionTable, EachHelpIsASentenceOfItsOwn) {
  static constexpr std::array kOfANeighbour{"the same", "its ", "of them", "... ", "likewise"};
  for (const auto& program : AllPrograms()) {
    for (const OptionRow& row : program) {
      SCOPED_TRACE(row.name + ": " + row.help);
      ASSERT_GT(row.help.size(), 10U);
      EXPECT_TRUE(std::isupper(static_cast<unsigned char>(row.help.front())) != 0);
      EXPECT_NE(row.help.back(), '.');
      EXPECT_GE(row.help.find(' '), 2U);
      for (const char* words : kOfANeighbour) EXPECT_NE(row.help.rfind(words, 0), 0U) << words;
      EXPECT_EQ(row.kind == kFlag, row.value.empty());
    }
  }
}

TEST(OptionTable, NamesAndLettersAreThereOnce) {
  for (const auto& program : AllPrograms()) {
    std::set<std::string> seen;
    for (const OptionRow& row : program) {
      const std::size_t comma = row.name.find(',');
      EXPECT_TRUE(seen.insert(row.name.substr(0, comma)).second) << row.name;
      if (comma == std::string::npos) continue;
      const std::string letter = row.name.substr(comma + 1);
      EXPECT_EQ(letter.size(), 1U) << row.name;
      EXPECT_TRUE(seen.insert(letter).second) << row.name;
    }
  }
}

// A configuration may not name another configuration, nor what ends the program at once.
TEST(OptionTable, ConfigurationGivesAllButWhatBelongsToTheCommandLine) {
  std::set<std::string> names;
  for (const OptionRow& row : RowsOf(IngestTable())) names.insert(row.name);
  for (const OptionRow& row : RowsOf(IngestConfigTable())) names.erase(row.name);
  EXPECT_EQ(names, (std::set<std::string>{"check", "config", "help,h", "repair", "version"}));
}

}  // namespace
}  // namespace pdns::tools
