#include "tools/serve/options.h"

#include <boost/program_options.hpp>

#include "json/utf8.h"
#include "tools/common/options.h"
#include "tools/serve/option_list.h"

namespace pdns::tools {
namespace {

namespace po = boost::program_options;

Status Named(const char* option, const Status& status) {
  return Status::Usage("--" + std::string(option) + ": " + status.message());
}

Status ConvertLimits(const po::variables_map& values, ServeOptions& options) {
  const auto time = ParseDuration(values["max-time"].as<std::string>());
  if (!time.ok()) return Named("max-time", time.status());
  if (*time <= std::chrono::seconds(0))
    return Status::Usage("--max-time: give a time of one second or more");
  options.max_time = *time;
  const auto memory = ParseSize(values["memory"].as<std::string>());
  if (!memory.ok()) return Named("memory", memory.status());
  options.memory = *memory;
  const auto connections = values["max-connections"].as<std::int64_t>();
  constexpr std::int64_t kMostConnections = 65'536;
  if (connections < 1 || connections > kMostConnections)
    return Status::Usage("--max-connections: give a number from 1 to 65536");
  options.max_connections = static_cast<std::size_t>(connections);
  return {};
}

}  // namespace

Result<ServeOptions> ParseServeOptions(int argc, const char* const* argv) {
  const po::options_description all = Describe(ServeOptionTable());
  const po::options_description config = Describe(ServeConfigTable());
  const po::positional_options_description none;
  po::variables_map values;
  if (Status parsed = ParseCommandLine({argc, argv, all, none, &config}, values); !parsed.ok())
    return parsed;
  ServeOptions options;
  if (auto text = HelpOrVersion(values, "pdns-serve", ServeUsage(), all); text.has_value()) {
    options.print_and_exit = std::move(*text);
    return options;
  }
  if (values.count("database") > 0) options.database = values["database"].as<std::string>();
  if (values.count("keys") > 0) options.keys = values["keys"].as<std::string>();
  if (values.count("audit") > 0) options.audit = values["audit"].as<std::string>();
  if (values.count("tls-cert") > 0) options.tls_certificate = values["tls-cert"].as<std::string>();
  if (values.count("tls-key") > 0) options.tls_key = values["tls-key"].as<std::string>();
  if (options.tls_certificate.empty() != options.tls_key.empty())
    return Status::Usage("TLS needs both --tls-cert and --tls-key");
  if (values.count("host") > 0) options.hosts = values["host"].as<std::vector<std::string>>();
  if (values.count("cors") > 0) options.cors = values["cors"].as<std::vector<std::string>>();
  options.listen = values["listen"].as<std::string>();
  options.origin = values["origin"].as<std::string>();
  if (json::ValidUtf8(options.origin) != options.origin)
    return Status::Usage("--origin: give text in UTF-8: it stands in answers as JSON");
  options.open = values["open"].as<bool>();
  if (options.open && !options.keys.empty())
    return Status::Usage("--open or --keys, not both: with keys nobody else may ask");
  if (Status limits = ConvertLimits(values, options); !limits.ok()) return limits;
  return options;
}

}  // namespace pdns::tools
