#include "tools/ingest/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <cmath>
#include <initializer_list>
#include <sstream>
#include <string_view>

#include "base/whole_number.h"
#include "http/host_list.h"
#include "record/outcome.h"
#include "tools/common/options.h"
#include "tools/ingest/option_list.h"

namespace pdns::tools {
namespace {

namespace po = boost::program_options;

constexpr std::uint64_t kLeastMemory = 16U << 20;
constexpr std::uint64_t kLeastConnectionMemory = 1U << 20;

using Texts = std::vector<std::string>;

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

Result<source::Untrusted> ParseUntrusted(const std::string& text) {
  if (text == "quarantine") return source::Untrusted::kQuarantine;
  if (text == "store") return source::Untrusted::kStore;
  if (text == "drop") return source::Untrusted::kDrop;
  return Status::Usage("--untrusted: '" + text + "' is neither quarantine, store nor drop");
}

// The values given, by name; each failure names its option.
class Values {
 public:
  explicit Values(const po::variables_map& map) : map_(map) {}

  bool Flag(const char* name) const { return map_[name].as<bool>(); }
  bool Has(const char* name) const { return map_.count(name) > 0; }
  bool Given(const char* name) const { return Has(name) && !map_[name].defaulted(); }
  std::string Text(const char* name) const {
    return Has(name) ? map_[name].as<std::string>() : std::string();
  }
  Texts All(const char* name) const { return Has(name) ? map_[name].as<Texts>() : Texts(); }

  // Into `into`, by `parse`.
  template <class T, class Parse>
  Status Read(const char* name, T& into, Parse parse) const {
    auto parsed = parse(Text(name));
    if (!parsed.ok())
      return Status::Usage(std::string("--") + name + ": " + parsed.status().message());
    into = static_cast<T>(*parsed);
    return {};
  }

 private:
  const po::variables_map& map_;
};

Result<std::chrono::nanoseconds> ParseInterval(double seconds) {
  constexpr double kLongest = 86400;
  if (!std::isfinite(seconds) || seconds <= 0 || seconds > kLongest) {
    return Status::Usage("--flush-interval: give seconds above 0, at most 86400");
  }
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

// "7d", "100000000", "7d,100000000".
Result<JournalKeep> ParseJournalKeep(std::string_view text) {
  const auto refused = [text] {
    return Status::Usage(fmt::format(
        "'{}' is no time of at least 1h, number of tuples or both, such as 7d,100000000", text));
  };
  std::optional<std::chrono::seconds> age;
  std::optional<std::uint64_t> rows;
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view one = rest.substr(0, comma);
    const auto number = WholeNumber<std::uint64_t>(one);
    const auto time = ParseDuration(one);
    if (number.has_value() && *number > 0 && !rows) {
      rows = number;
    } else if (time.ok() && *time >= std::chrono::hours(1) && !age) {
      age = *time;
    } else {
      return refused();
    }
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  JournalKeep keep;
  keep.age = age.value_or(keep.age);
  keep.rows = rows.value_or(keep.rows);
  return keep;
}

Result<mode_t> ParseMode(const std::string& text) {
  constexpr int kOctal = 8;
  constexpr unsigned kMost = 0777;
  const auto mode = WholeNumber<unsigned>(text, kOctal);
  if (!mode.has_value() || *mode > kMost || *mode == 0)
    return Status::Usage("'" + text + "' is no mode such as 0660");
  return static_cast<mode_t>(*mode);
}

Result<std::size_t> ParseCount(const std::string& text) {
  const auto count = WholeNumber<std::size_t>(text);
  if (!count.has_value() || *count == 0)
    return Status::Usage("'" + text + "' is no number above 0");
  return *count;
}

// The first failure, if any.
Status All(std::initializer_list<Status> all) {
  const auto failed =
      std::find_if(all.begin(), all.end(), [](const auto& one) { return !one.ok(); });
  return failed == all.end() ? Status() : *failed;
}

Status ConvertSockets(const Values& values, IngestOptions& options) {
  options.activated = values.Flag("activated");
  options.tls_certificate = values.Text("tls-cert");
  options.tls_key = values.Text("tls-key");
  options.tls_client_authorities = values.Text("tls-client-ca");
  options.access.owner = values.Text("socket-owner");
  options.access.group = values.Text("socket-group");
  const bool tls = !options.tls_certificate.empty();
  if (tls == options.tls_key.empty() || (!tls && !options.tls_client_authorities.empty()))
    return Status::Usage("TLS needs both --tls-cert and --tls-key");
  for (const std::string& path : values.All("unix"))
    options.endpoints.push_back({net::Endpoint::Kind::kUnix, path, false});
  for (const std::string& address : values.All("listen")) {
    auto endpoint = net::ParseTcp(address);
    if (!endpoint.ok()) return Status::Usage("--listen: " + endpoint.status().message());
    endpoint->tls = tls;
    options.endpoints.push_back(*endpoint);
  }
  if (tls && values.All("listen").empty() && !options.activated)
    return Status::Usage("--tls-cert is for TCP: give --listen ADDRESS:PORT as well");
  Status read = All({values.Read("socket-mode", options.access.mode, ParseMode),
                     values.Read("max-connections", options.limits.connections, ParseCount),
                     values.Read("connection-memory", options.limits.memory, ParseSize)});
  if (read.ok() && options.limits.memory < kLeastConnectionMemory)
    return Status::Usage("--connection-memory: at least 1M, the longest frame");
  return read;
}

// Less than a batch makes at once would end every run.
Status ConvertDatabaseLimits(const Values& values, DatabaseLimits& limits) {
  constexpr std::uint64_t kLeast = 1U << 20;
  Status read = values.Read("min-free-database", limits.least_free, ParseSize);
  if (!read.ok() || !values.Has("max-database")) return read;
  read = values.Read("max-database", limits.most, ParseSize);
  if (read.ok() && limits.most < kLeast) return Status::Usage("--max-database: at least 1M");
  return read;
}

constexpr std::array<const char*, 4> kOfArchive{"archive-name", "archive-rotate", "archive-keep",
                                                "min-free"};

Status ConvertArchive(const Values& values, IngestOptions& options) {
  if (!values.Has("archive")) {
    const bool meant = values.Flag("archive-all") || values.Flag("no-archive-compress") ||
                       std::any_of(kOfArchive.begin(), kOfArchive.end(),
                                   [&values](const char* name) { return values.Given(name); });
    return meant ? Status::Usage("the options of an archive need --archive DIR") : Status();
  }
  if (options.endpoints.empty() && !options.activated)
    return Status::Usage("--archive is for what sockets take: give -u SOCKET as well");
  archive::Options archive;
  archive.directory = values.Text("archive");
  archive.name = values.Text("archive-name");
  archive.all = values.Flag("archive-all");
  archive.compress = !values.Flag("no-archive-compress");
  Bounds rotate;
  Bounds keep;
  Status read =
      All({values.Read("archive-rotate", rotate, ParseBounds),
           values.Read("min-free", archive.min_free, ParseSize),
           values.Has("archive-keep") ? values.Read("archive-keep", keep, ParseBounds) : Status()});
  if (!read.ok()) return read;
  archive.rotate_after = rotate.age.value_or(std::chrono::seconds(0));
  archive.rotate_bytes = rotate.size.value_or(0);
  archive.keep_for = keep.age.value_or(std::chrono::seconds(0));
  archive.keep_bytes = keep.size.value_or(0);
  options.archive = std::move(archive);
  return {};
}

Status ConvertReports(const Values& values, IngestOptions& options) {
  const std::string report = values.Text("report");
  if (report != "text" && report != "json") {
    return Status::Usage("--report: '" + report + "' is neither text nor json");
  }
  options.report_json = report == "json";
  options.compact = values.Flag("compact");
  options.no_wait = values.Flag("no-wait");
  options.check = values.Flag("check");
  options.repair = values.Flag("repair");
  options.verbose = values.Flag("verbose");
  options.control = values.Text("control");
  options.backfill_group = values.Text("backfill-group");
  options.metrics = values.Text("metrics");
  options.metrics_hosts = values.All("metrics-host");
  if (options.metrics.empty() && !options.metrics_hosts.empty())
    return Status::Usage("--metrics-host is for --metrics: give --metrics ADDRESS:PORT as well");
  if (const auto hosts = http::HostList::Of(options.metrics_hosts); !hosts.ok())
    return Status::Usage("--metrics-host: " + hosts.status().message());
  return values.Read("stats-interval", options.stats_interval, ParseDuration);
}

// An empty path, as "watch =" has it: a file that never comes would be waited for.
Status CheckPaths(const Values& values) {
  for (const char* name : {"path", "backfill", "follow", "watch"}) {
    const Texts all = values.All(name);
    if (std::find(all.begin(), all.end(), "") == all.end()) continue;
    const std::string what = name == std::string_view("path") ? "a path" : std::string("--") + name;
    return Status::Usage(what + ": is given an empty text");
  }
  return {};
}

Result<IngestOptions> Convert(const po::variables_map& map) {
  const Values values(map);
  if (Status checked = CheckPaths(values); !checked.ok()) return checked;
  IngestOptions options;
  options.paths = values.All("path");
  const Texts backfill = values.All("backfill");
  options.paths.insert(options.paths.end(), backfill.begin(), backfill.end());
  options.followed = values.All("follow");
  options.watched = values.All("watch");
  options.database = values.Text("database");
  options.outbox = values.Text("outbox");
  options.journal_given = values.Given("journal-keep");
  const auto types = ParseMessageTypes(values.Text("message-type"));
  if (!types.ok()) return types.status();
  options.policy.accepted = *types;
  options.types_given = values.Given("message-type");
  options.untrusted_given = values.Given("untrusted");
  const auto untrusted = ParseUntrusted(values.Text("untrusted"));
  if (!untrusted.ok()) return untrusted.status();
  options.policy.untrusted = *untrusted;
  const auto interval = ParseInterval(map["flush-interval"].as<double>());
  if (!interval.ok()) return interval.status();
  options.flush_interval = *interval;
  Status read = values.Read("memory", options.memory, ParseSize);
  if (read.ok()) read = values.Read("journal-keep", options.journal_keep, ParseJournalKeep);
  if (read.ok()) read = ConvertDatabaseLimits(values, options.database_limits);
  if (read.ok()) read = ConvertSockets(values, options);
  if (read.ok()) read = ConvertArchive(values, options);
  if (read.ok()) read = ConvertReports(values, options);
  if (!read.ok()) return read;
  if (options.memory < kLeastMemory) return Status::Usage("--memory: at least 16M");
  if (options.repair && (options.live() || options.check))
    return Status::Usage("--repair is for a run over files, or stands alone");
  if (options.paths.empty() && !options.live() && !options.compact && !options.repair) {
    return Status::Usage(
        "nothing to take: name a file, a directory, - for standard input, or -u SOCKET");
  }
  return options;
}

}  // namespace

Result<IngestOptions> ParseIngestOptions(int argc, const char* const* argv,
                                         std::optional<std::string> config_text) {
  const po::options_description config = Describe(IngestConfigTable());
  const po::options_description visible = Describe(IngestTable());
  po::options_description all = visible;
  all.add_options()("path", po::value<Texts>());
  po::positional_options_description positional;
  positional.add("path", -1);

  po::variables_map values;
  const CommandLine line{argc, argv, all, positional, &config, &config_text};
  if (Status parsed = ParseCommandLine(line, values); !parsed.ok()) {
    return parsed;
  }
  if (auto text = HelpOrVersion(values, "pdns-ingest", IngestUsage(), visible); text.has_value()) {
    IngestOptions only_print;
    only_print.print_and_exit = std::move(*text);
    return only_print;
  }
  auto options = Convert(values);
  if (options.ok()) options->config_text = std::move(config_text);
  return options;
}

}  // namespace pdns::tools
