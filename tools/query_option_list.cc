#include "query_option_list.h"

#include <boost/program_options.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace pdns::tools {
namespace {

namespace po = boost::program_options;

constexpr unsigned kHelpWidth = 100;

using Texts = std::vector<std::string>;

// An option that takes a text, or a list of them when it is given more than once.
auto Text(const char* value) { return po::value<std::string>()->value_name(value); }
auto List(const char* value) { return po::value<Texts>()->value_name(value); }
auto Number(const char* value) { return po::value<std::int64_t>()->value_name(value); }
auto Flag() { return po::bool_switch(); }

po::options_description QuestionOptions() {
  po::options_description options("Questions", kHelpWidth);
  auto add = options.add_options();
  add("rdata", List("WHAT"),
      "Ask for records that point at an address, a block, a range or a name");
  add("text", List("TEXT"), "Ask for records of text (TXT, CAA, ...) that contain TEXT");
  add("raw", List("HEX"), "Ask for records whose rdata is exactly these bytes");
  add("ptr", List("ADDRESS"), "Ask for the reverse-lookup name of an address or a block");
  add("glob", Flag(), "Read names as patterns: * any run, ? one character, [a-z] a class");
  add("regex", Flag(), "Read names as regular expressions (RE2), found anywhere in a name");
  add("file,f", Text("FILE")->default_value("", ""),
      "Ask for each line of FILE, or each value of MISP or STIX JSON; - is standard input");
  add("quarantined", Flag(), "Print the records that were not trusted, with the reason");
  add("database,d", Text("PATH")->default_value("", ""),
      "Read this database; default: $PDNS_DATABASE, /var/lib/pdns if usable, ~/.local/share/pdns");
  return options;
}

po::options_description FilterOptions() {
  po::options_description options("Filters (times: 2026-11-22, 2026-11-22T19:00, epoch, 7d, 12h)",
                                  kHelpWidth);
  auto add = options.add_options();
  add("type,t", List("TYPES"),
      "Keep these rrtypes: names, numbers, TYPE65280, ANY (no DNSSEC), ANY-DNSSEC");
  add("since", Text("TIME"), "Keep rows last seen at TIME or later");
  add("until", Text("TIME"), "Keep rows first seen at TIME or earlier");
  add("within", Flag(), "With --since and --until: keep rows first and last seen between them");
  add("at", Text("TIME"), "Keep rows first seen by TIME, last seen at TIME or later");
  add("active-on", Text("DATE"), "Keep rows seen on that UTC day, not only before and after it");
  add("active-between", Text("A,B"),
      "Keep rows seen on at least one UTC day from A to B, both included");
  add("first-after", Text("TIME"), "Keep rows first seen at TIME or later");
  add("first-before", Text("TIME"), "Keep rows first seen at TIME or earlier");
  add("last-after", Text("TIME"), "Keep rows last seen at TIME or later");
  add("last-before", Text("TIME"), "Keep rows last seen at TIME or earlier");
  add("new-since", Text("TIME"),
      "Keep rows stored for the first time at TIME or later, and print them in that order");
  add("min-count", Number("N"), "Keep rows seen in at least N responses");
  add("max-count", Number("N"), "Keep rows seen in at most N responses");
  add("bailiwick", List("ZONE"), "Keep rows accepted under ZONE, which may have wildcards");
  add("sensor", List("NAME"),
      "Keep rows seen by this sensor (a dnstap identity), or by one of several");
  add("exclude", List("WHAT"), "Leave out these rrnames, or records with these addresses");
  return options;
}

po::options_description PivotOptions() {
  po::options_description options("Around a name or an address", kHelpWidth);
  auto add = options.add_options();
  add("pivot", Number("DEPTH")->default_value(0, "none"),
      "Follow addresses, names on them, name servers and aliases for DEPTH steps, 2 if not given");
  add("max-fanout", Number("N")->default_value(100, "100"),
      "Do not follow an address that more than N names share; print its name count instead");
  add("slack", Text("TIME")->default_value("0"),
      "Also follow rows whose times do not overlap but are at most TIME apart, such as 1d");
  add("dot", Flag(), "Print the graph for Graphviz instead of rows");
  return options;
}

// What is printed of rows.
void AddRowOptions(po::options_description& options) {
  auto add = options.add_options();
  add("format,p", Text("FORMAT"),
      "Print rows as table (default), json, csv, tsv, dig, names or values");
  add("json,j", Flag(), "Print one JSON object a line (Common Output Format), as -p json does");
  add("wire", Flag(), "With JSON: add rdata_wire, the rdata in hex");
  add("csv-safe", Flag(),
      "With CSV or TSV: put ' before what a spreadsheet would run as a formula");
  add("days", Flag(), "Add the UTC days on which a row was seen: how many, and which");
  add("limit,l", Number("N")->default_value(0, "none"), "Print at most N rows");
  add("offset", Number("N")->default_value(0, "0"), "Skip the first N rows");
  add("cursor", Text("CURSOR")->default_value("", ""),
      "Continue the same question where a limit cut it; the cut printed CURSOR");
  add("sort", Text("KEY"), "Sort rows by first, last, count, name, type or rdata");
  add("reverse,r", Flag(), "With --sort: print the last row first");
}

po::options_description AnswerOptions() {
  po::options_description options("Answers", kHelpWidth);
  AddRowOptions(options);
  auto add = options.add_options();
  add("summarize", Flag(), "Print rows, first and last seen and counts by rrtype instead of rows");
  add("count-only", Flag(), "Print the number of rows instead of rows");
  add("timeline", Flag(), "Draw each row as a bar from first to last seen");
  add("hits", Flag(), "Print for each thing asked if it is known, its rows, first and last seen");
  add("stats", Flag(), "Print the whole database in numbers, with what was refused; asks nothing");
  add("recount", Flag(), "With --stats: count every row, so that no number is an estimate");
  add("local", Flag(), "Print times in local time; days stay UTC");
  add("color", Text("WHEN")->default_value("auto"),
      "Colour a table: auto (on a terminal), always, never; NO_COLOR is respected");
  add("version", Flag(), "Print the version and exit");
  add("help,h", Flag(), "Print the usual questions and exit");
  add("help-all", Flag(), "Print all options and exit");
  return options;
}

}  // namespace

const char* QueryUsage() {
  return
      R"(Usage: pdns-query [options] NAME | ADDRESS | CIDR ...
       pdns-query [options] --rdata WHAT

  pdns-query www.blah.org                  what that name held, and when
  pdns-query '*.blah.org'                  the name and all below it
  pdns-query 205.150.150.0/24              which names had an address of that block
  pdns-query --rdata '*.ca-dns.net'        which records point at a name there (NS, MX, CNAME, ...)
  pdns-query --since 7d -t A,AAAA NAME     only these types, only what was seen in the last week
  pdns-query -f indicators.txt --hits      which of a list of names, addresses, URLs are known
  pdns-query --new-since 1h '*.blah.org'   what was seen there for the first time in the last hour

Most used: -t TYPES, -l ROWS, -p FORMAT (table json csv tsv dig names values), --since TIME,
--until TIME, --quarantined, -d DATABASE. All options: --help-all; the manual: man pdns-query.
)";
}

po::options_description QueryOptionList() {
  po::options_description list;
  list.add(QuestionOptions()).add(FilterOptions()).add(PivotOptions()).add(AnswerOptions());
  return list;
}

}  // namespace pdns::tools
