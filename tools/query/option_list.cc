#include "tools/query/option_list.h"

#include "query/sort_key.h"
#include "render/format.h"

namespace pdns::tools {
namespace {

using enum OptionKind;

constexpr const char* kNo = OptionRow::kAbsent;
constexpr const char* kNone = OptionRow::kNone;
constexpr const char* kEmpty = OptionRow::kEmpty;

OptionGroup Questions() {
  return {"Questions",
          {
              {"rdata", kTexts, "WHAT", kNo,
               "Ask for records that point at an address, a block, a range of addresses or a name"},
              {"text", kTexts, "TEXT", kNo,
               "Ask for records of text (TXT, CAA, ...) that contain TEXT, whatever its case"},
              {"raw", kTexts, "HEX", kNo, "Ask for records whose rdata is exactly these bytes"},
              {"ptr", kTexts, "ADDRESS", kNo,
               "Ask for the reverse-lookup name of an address or a block"},
              {"glob", kFlag, "", kNo,
               "Read names as patterns: * is any run, ? one character, [a-z] one of a class"},
              {"regex", kFlag, "", kNo,
               "Read names as regular expressions (RE2) that match anywhere in a name"},
              {"file,f", kText, "FILE", kEmpty,
               "Ask for each line of FILE, or for the values of its CSV or JSON (also MISP, STIX); "
               "- is "
               "standard input"},
              {"quarantined", kFlag, "", kNo,
               "Print records that were not trusted, with the reason, instead of trusted ones"},
              {"database,d", kText, "PATH", kEmpty,
               "Read the database in directory PATH, or the cluster at clickhouse://HOST; without "
               "it: $PDNS_DATABASE, /var/lib/pdns if it can be read, ~/.local/share/pdns"},
          }};
}

OptionGroup Filters() {
  return {"Filters (TIME: 2026-11-22, 2026-11-22T19:00, @1795372876, or 12h, 7d ago)",
          {
              {"type,t", kTexts, "TYPES", kNo,
               "Keep these rrtypes: names, numbers, TYPE65280, ANY (all but DNSSEC), ANY-DNSSEC"},
              {"since", kText, "TIME", kNo, "Keep rows last seen at TIME or later"},
              {"until", kText, "TIME", kNo, "Keep rows first seen at TIME or earlier"},
              {"within", kFlag, "", kNo,
               "With --since and --until: keep rows first and last seen between them"},
              {"at", kText, "TIME", kNo,
               "Keep rows first seen at TIME or earlier and last seen at TIME or later"},
              {"active-on", kText, "DATE", kNo,
               "Keep rows seen on this UTC day, not only before and after it"},
              {"active-between", kText, "A,B", kNo,
               "Keep rows seen on at least one UTC day from A to B, both included"},
              {"first-after", kText, "TIME", kNo, "Keep rows first seen at TIME or later"},
              {"first-before", kText, "TIME", kNo, "Keep rows first seen at TIME or earlier"},
              {"last-after", kText, "TIME", kNo, "Keep rows last seen at TIME or later"},
              {"last-before", kText, "TIME", kNo, "Keep rows last seen at TIME or earlier"},
              {"new-since", kText, "TIME", kNo,
               "Print rows stored for the first time at TIME or later, in the order of storing"},
              {"min-count", kNumber, "N", kNo, "Keep rows seen in at least N responses"},
              {"max-count", kNumber, "N", kNo, "Keep rows seen in at most N responses"},
              {"bailiwick", kTexts, "ZONE", kNo,
               "Keep rows accepted under ZONE, which may have wildcards"},
              {"sensor", kTexts, "NAME", kNo,
               "Keep rows seen by the resolver with this dnstap identity"},
              {"exclude", kTexts, "WHAT", kNo,
               "Leave out rows of these rrnames, or with an address of this block"},
          }};
}

OptionGroup Pivot() {
  return {"Pivot around one name or one address",
          {
              {"pivot", kNumber, "DEPTH", kNone,
               "Follow addresses, the names on them, name servers and aliases for DEPTH steps, 1 "
               "to 10; 2 if DEPTH is left out"},
              {"max-fanout", kNumber, "N", "100",
               "With --pivot: do not follow an address that more than N names share, nor more than "
               "N addresses or servers of a name; print their number instead"},
              {"slack", kText, "TIME", "0",
               "With --pivot: also follow rows whose times do not overlap but are at most TIME "
               "apart, such as 1d"},
              {"dot", kFlag, "", kNo, "With --pivot: print the graph for Graphviz instead of rows"},
          }};
}

OptionGroup Rows() {
  return {"Output of rows",
          {
              {"format,p", kText, "FORMAT", kNo,
               "Print rows in this format: " + render::FormatNames(", ") +
                   " (default: " + std::string(render::Formats().front().name) + ")"},
              {"json,j", kFlag, "", kNo,
               "Print one JSON object a line (Passive DNS Common Output Format), as -p json does"},
              {"wire", kFlag, "", kNo, "With JSON: add rdata_wire, the rdata in hex"},
              {"csv-safe", kFlag, "", kNo,
               "With CSV or TSV: put ' before a field that a spreadsheet would run as a formula"},
              {"days", kFlag, "", kNo,
               "Add the UTC days on which a row was seen: their number, and which"},
              {"limit,l", kNumber, "N", kNone, "Print at most N rows"},
              {"offset", kNumber, "N", "0", "Skip the first N rows"},
              {"cursor", kText, "CURSOR", kEmpty,
               "Continue an answer where a limit cut it, with the CURSOR that was printed then"},
              {"sort", kText, "KEY", kNo, "Sort rows by this key: " + query::SortNames(", ")},
              {"reverse,r", kFlag, "", kNo, "With --sort: print the last row first"},
              {"local", kFlag, "", kNo, "Print times in local time; days stay UTC"},
              {"color", kText, "WHEN", "auto",
               "Colour a table: auto (on a terminal, unless NO_COLOR is set), always, never"},
          }};
}

OptionGroup Others() {
  return {
      "Output instead of rows",
      {
          {"summarize", kFlag, "", kNo,
           "Print the number of rows, first-seen, last-seen and count of each rrtype"},
          {"count-only", kFlag, "", kNo, "Print the number of rows"},
          {"timeline", kFlag, "", kNo, "Draw each row as a bar from first-seen to last-seen"},
          {"hits", kFlag, "", kNo,
           "Print for each thing asked whether it is known, its rows, first-seen and last-seen"},
          {"stats", kFlag, "", kNo,
           "Print totals of the whole database and of everything that was refused; asks nothing"},
          {"recount", kFlag, "", kNo,
           "With --stats: count every row, so that no number is an estimate"},
          {"version", kFlag, "", kNo, "Print the version and exit"},
          {"help,h", kFlag, "", kNo, "Print the most used questions and exit"},
          {"help-all", kFlag, "", kNo, "Print all options and exit"},
      }};
}

}  // namespace

std::string QueryUsage() {
  return
      R"(Usage: pdns-query [options] NAME | ADDRESS | CIDR ...
       pdns-query [options] --rdata WHAT

Prints what resolvers were told: rrname, rrtype and rdata with first-seen, last-seen and count.

  pdns-query www.blah.org                  the records of a name
  pdns-query '*.blah.org'                  the records of a name and of all names below it
  pdns-query 205.150.150.0/24              the names that had an address of this block
  pdns-query --rdata '*.ca-dns.net'        the records that point at such a name (NS, MX, CNAME, ...)
  pdns-query --since 7d -t A,AAAA NAME     the addresses of a name that were seen in the last week
  pdns-query -f indicators.txt --hits      which names, addresses and URLs of a list are known
  pdns-query --new-since 1h '*.blah.org'   the records that were seen for the first time in the last hour

Most used: -t TYPES, -l ROWS, -p FORMAT ()" +
      render::FormatNames(" ") + R"(), --since TIME,
--until TIME, --quarantined, -d DATABASE. All options: --help-all. Manual: man pdns-query.
Tasks of an operator (set-up, upgrade, full disk, damage, wrong counts): man 7 pdns.
)";
}

OptionTable QueryOptionTable() { return {Questions(), Filters(), Pivot(), Rows(), Others()}; }

}  // namespace pdns::tools
