#include "query_options.h"

#include <boost/program_options.hpp>

#include "options.h"

namespace pdns::tools {
namespace {

namespace po = boost::program_options;

constexpr const char* kUsageText =
    R"(Usage: pdns-query [options] NAME
       pdns-query [options] --rdata ADDRESS | CIDR | NAME

  pdns-query www.blah.org                  what that name held, and when
  pdns-query '*.blah.org'                  the name and all below it; '*.' is everything
  pdns-query --rdata 205.150.150.140       which names had that address
  pdns-query --rdata 205.150.150.0/24      which names had an address of that block
  pdns-query --rdata auth01.ca-dns.net     which records point at that name (NS, MX, CNAME, ...)
  pdns-query --rdata '*.ca-dns.net'        ... or at any name below it

)";

constexpr unsigned kHelpWidth = 100;

po::options_description MakeOptions() {
  po::options_description options("Options", kHelpWidth);
  options.add_options()("rdata", po::value<std::string>()->value_name("WHAT"),
                        "ask for what records point at")(
      "database,d", po::value<std::string>()->value_name("PATH"),
      "the database; else $PDNS_DATABASE, /var/lib/pdns if usable, ~/.local/share/pdns")(
      "type,t", po::value<std::string>()->value_name("TYPES"),
      "only these rrtypes: names, numbers or TYPE65280, separated by commas")(
      "limit,l", po::value<std::int64_t>()->value_name("N")->default_value(0, "none"),
      "at most N rows")("quarantined", po::bool_switch(),
                        "the records that were not trusted, with the reason")(
      "json,j", po::bool_switch(), "one JSON object a line (Passive DNS Common Output Format)")(
      "wire", po::bool_switch(), "with --json: add rdata_wire, the rdata in hex")(
      "version", po::bool_switch(), "print the version and exit")("help,h", po::bool_switch(),
                                                                  "print this and exit");
  return options;
}

Result<query::Question> ParseQuestion(const po::variables_map& values, std::string& notice) {
  const bool by_rdata = values.count("rdata") > 0;
  const std::size_t names =
      values.count("name") > 0 ? values["name"].as<std::vector<std::string>>().size() : 0;
  if (by_rdata && names == 0) return query::ParseRdataQuestion(values["rdata"].as<std::string>());
  if (by_rdata || names != 1) {
    return Status::Usage(
        "ask one question: a name, or --rdata with an address, a block or a name; see --help");
  }
  const std::string& name = values["name"].as<std::vector<std::string>>().front();
  if (!query::IsAddress(name)) return query::ParseNameQuestion(name);
  notice = "'" + name + "' is an address: asking for records that hold it (--rdata)";
  return query::ParseRdataQuestion(name);
}

Result<QueryOptions> Convert(const po::variables_map& values) {
  QueryOptions options;
  if (values.count("database") > 0) options.database = values["database"].as<std::string>();
  const auto question = ParseQuestion(values, options.notice);
  if (!question.ok()) return question.status();
  options.request.question = *question;
  if (values.count("type") > 0) {
    const auto types = query::ParseTypes(values["type"].as<std::string>());
    if (!types.ok()) return types.status();
    options.request.types = *types;
  }
  // Read as signed: Boost takes -1 for the largest unsigned number.
  const auto limit = values["limit"].as<std::int64_t>();
  if (limit < 0) return Status::Usage("--limit: give a number of rows, or 0 for all");
  options.request.limit = static_cast<std::uint64_t>(limit);
  options.request.quarantined = values["quarantined"].as<bool>();
  options.json = values["json"].as<bool>();
  options.wire = values["wire"].as<bool>();
  if (options.wire && !options.json) return Status::Usage("--wire goes with --json");
  return options;
}

}  // namespace

Result<QueryOptions> ParseQueryOptions(int argc, const char* const* argv) {
  const po::options_description visible = MakeOptions();
  po::options_description all = visible;
  all.add_options()("name", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("name", -1);

  po::variables_map values;
  if (Status parsed = ParseCommandLine({argc, argv, all, positional}, values); !parsed.ok())
    return parsed;
  if (auto text = HelpOrVersion(values, "pdns-query", kUsageText, visible); text.has_value()) {
    QueryOptions only_print;
    only_print.print_and_exit = std::move(*text);
    return only_print;
  }
  return Convert(values);
}

}  // namespace pdns::tools
