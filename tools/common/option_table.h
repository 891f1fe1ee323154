// The options of a program as a table, one row an option. Each program has one table
// (option_list.cc in ingest/, query/ and tap/), and nothing else declares an
// option: the parser and --help are made from it, and the tests of the manual pages, of completion
// and of the example configurations read --help.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace boost::program_options {
class options_description;
}

namespace pdns::tools {

enum class OptionKind : std::uint8_t {
  kFlag,    // no value: bool
  kText,    // std::string
  kTexts,   // may be repeated: std::vector<std::string>; help says so
  kNumber,  // std::int64_t, since Boost reads -1 as the largest unsigned number
  kReal,    // double
};

struct OptionRow {
  std::string name;  // the long name, then the letter if there is one: "limit,l"
  OptionKind kind;
  std::string value;    // what help calls the value: "N"; empty for a flag
  std::string initial;  // the default as help shows it; the constants below say that there is none
  // A sentence without a full stop that begins with a verb, gives the unit, and can be understood
  // without any other row.
  std::string help;

  static constexpr const char* kAbsent = "\x01";  // without the option there is no value
  static constexpr const char* kNone = "none";    // kNumber: 0; help shows "none"
  static constexpr const char* kEmpty = "";       // kText: an empty text; help shows nothing
};

struct OptionGroup {
  std::string title;
  std::vector<OptionRow> rows;
};

using OptionTable = std::vector<OptionGroup>;

// The table for Boost.Program_options; printed, it is the list of options in --help. Any thread.
boost::program_options::options_description Describe(const OptionTable& table);

}  // namespace pdns::tools
