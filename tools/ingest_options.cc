#include "ingest_options.h"

#include <boost/program_options.hpp>
#include <cmath>
#include <sstream>

#include "options.h"
#include "record/fate.h"

namespace pdns::tools {
namespace {

namespace po = boost::program_options;

constexpr const char* kUsageText =
    R"(Usage: pdns-ingest [options] [FILE | DIR | -]...
       pdns-ingest [options] -u SOCKET

Stores the answers of RESOLVER_RESPONSE dnstap frames as rrname/rrtype/rdata with
first-seen, last-seen and count. Files may be compressed (gzip, bzip2, xz, zstd, lz4);
a directory means every file in it; what was taken before is not taken again.

)";

constexpr unsigned kHelpWidth = 100;
constexpr std::uint64_t kLeastMemory = 16U << 20;

po::options_description MakeOptions() {
  po::options_description options("Options", kHelpWidth);
  options.add_options()(
      "unix,u", po::value<std::string>()->value_name("SOCKET"),
      "make this Unix socket and take what resolvers write to it, until a signal")(
      "database,d", po::value<std::string>()->value_name("PATH"),
      "the database; else $PDNS_DATABASE, /var/lib/pdns if usable, ~/.local/share/pdns")(
      "message-type",
      po::value<std::string>()->value_name("TYPES")->default_value("RESOLVER_RESPONSE"),
      "dnstap message types to take, e.g. RESOLVER_RESPONSE,FORWARDER_RESPONSE")(
      "untrusted", po::value<std::string>()->value_name("WHAT")->default_value("quarantine"),
      "records outside the answer's CNAME chain or the server's zone: quarantine, store or drop")(
      "flush-interval", po::value<double>()->value_name("SECONDS")->default_value(10, "10"),
      "how old an observation may get before it is on disk; fractions allowed")(
      "memory", po::value<std::string>()->value_name("SIZE")->default_value("512M"),
      "budget of windows and caches")(
      "report", po::value<std::string>()->value_name("FORMAT")->default_value("text"),
      "the report at the end: text (on stderr) or json (one object on stdout)")(
      "compact", po::bool_switch(),
      "at the end, rewrite the database into its smallest form; may stand alone")(
      "verbose,v", po::bool_switch(), "say more");
  return options;
}

Result<dnstap::TypeSet> ParseMessageTypes(const std::string& text) {
  dnstap::TypeSet set = 0;
  std::istringstream names(text);
  for (std::string name; std::getline(names, name, ',');) {
    std::size_t type = 1;
    while (type < record::kMessageTypes && record::MessageTypeName(type) != name) ++type;
    if (type == record::kMessageTypes) {
      return Status::Usage("--message-type: '" + name +
                           "' is no dnstap message type such as RESOLVER_RESPONSE");
    }
    set |= dnstap::SetOf(type);
  }
  if (set == 0) return Status::Usage("--message-type: name at least one type");
  return set;
}

Result<ingest::Untrusted> ParseUntrusted(const std::string& text) {
  if (text == "quarantine") return ingest::Untrusted::kQuarantine;
  if (text == "store") return ingest::Untrusted::kStore;
  if (text == "drop") return ingest::Untrusted::kDrop;
  return Status::Usage("--untrusted: '" + text + "' is neither quarantine, store nor drop");
}

std::string Text(const po::variables_map& values, const char* name) {
  return values.count(name) > 0 ? values[name].as<std::string>() : std::string();
}

Result<std::chrono::nanoseconds> ParseInterval(double seconds) {
  constexpr double kLongest = 86400;
  if (!std::isfinite(seconds) || seconds <= 0 || seconds > kLongest) {
    return Status::Usage("--flush-interval: give seconds above 0, at most 86400");
  }
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

Result<IngestOptions> Convert(const po::variables_map& values) {
  IngestOptions options;
  if (values.count("path") > 0) options.paths = values["path"].as<std::vector<std::string>>();
  options.socket = Text(values, "unix");
  options.database = Text(values, "database");
  options.verbose = values["verbose"].as<bool>();
  const auto types = ParseMessageTypes(Text(values, "message-type"));
  if (!types.ok()) return types.status();
  options.policy.accepted = *types;
  const auto untrusted = ParseUntrusted(Text(values, "untrusted"));
  if (!untrusted.ok()) return untrusted.status();
  options.policy.untrusted = *untrusted;
  const auto interval = ParseInterval(values["flush-interval"].as<double>());
  if (!interval.ok()) return interval.status();
  options.flush_interval = *interval;
  const auto memory = ParseSize(Text(values, "memory"));
  if (!memory.ok()) return Status::Usage("--memory: " + memory.status().message());
  if (*memory < kLeastMemory) return Status::Usage("--memory: at least 16M");
  options.memory = *memory;
  const std::string report = Text(values, "report");
  if (report != "text" && report != "json") {
    return Status::Usage("--report: '" + report + "' is neither text nor json");
  }
  options.report_json = report == "json";
  options.compact = values["compact"].as<bool>();
  if (options.paths.empty() && options.socket.empty() && !options.compact) {
    return Status::Usage(
        "nothing to take: name a file, a directory, - for standard input, or -u SOCKET");
  }
  return options;
}

}  // namespace

Result<IngestOptions> ParseIngestOptions(int argc, const char* const* argv) {
  const po::options_description config = MakeOptions();
  po::options_description visible = config;
  visible.add_options()("config", po::value<std::string>()->value_name("FILE"),
                        "read options from FILE: name = value lines")(
      "version", po::bool_switch(), "print the version and exit")("help,h", po::bool_switch(),
                                                                  "print this and exit");
  po::options_description all = visible;
  all.add_options()("path", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("path", -1);

  po::variables_map values;
  if (Status parsed = ParseCommandLine({argc, argv, all, positional, &config}, values);
      !parsed.ok()) {
    return parsed;
  }
  if (auto text = HelpOrVersion(values, "pdns-ingest", kUsageText, visible); text.has_value()) {
    IngestOptions only_print;
    only_print.print_and_exit = std::move(*text);
    return only_print;
  }
  return Convert(values);
}

}  // namespace pdns::tools
