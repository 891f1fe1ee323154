#include "store_clickhouse/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/bytes.h"
#include "base/setting_file.h"
#include "base/whole_number.h"

namespace pdns::store_clickhouse {
namespace {

constexpr std::string_view kPlain = "clickhouse://";
constexpr std::string_view kTls = "clickhouses://";
constexpr std::uint16_t kPlainPort = 8123;
constexpr std::uint16_t kTlsPort = 8443;
constexpr std::size_t kMaxHost = 253;  // RFC 1035 2.3.4, without the root
constexpr std::size_t kMaxUser = 255;
constexpr std::size_t kMaxDatabase = 64;
constexpr std::size_t kMaxPassword = 1000;
constexpr std::size_t kShownText = 60;  // bytes of foreign text in a message
constexpr const char* kPasswordVariable = "PDNS_CLICKHOUSE_PASSWORD";

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsVisible(char c) { return c > ' ' && c <= '~'; }

template <class Test>
bool All(std::string_view text, const Test& test) {
  return std::all_of(text.begin(), text.end(), test);
}

std::string Shown(std::string_view text) {
  const bool cut = text.size() > kShownText;
  return fmt::format("{}{}", Printable(text.substr(0, kShownText)), cut ? "..." : "");
}

Status Wrong(std::string_view what, std::string_view text, std::string_view way_out) {
  return Status::Usage(
      fmt::format("clickhouse address: {} \"{}\": {}", what, Shown(text), way_out));
}

// What stands before the first `mark` of `rest`, which is moved behind it; all of it without one.
std::string_view Until(std::string_view& rest, char mark) {
  const std::size_t at = rest.find(mark);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

Status ParsePort(std::string_view text, std::uint16_t& port) {
  port = WholeNumber<std::uint16_t>(text).value_or(0);
  if (port != 0) return {};
  return Wrong("the port", text, "a number from 1 to 65535 must stand there");
}

// Takes the host off the front of `text`; what is left begins with the colon of a port, if any.
Status ParseHost(std::string_view& text, std::string& host) {
  const bool bracket = text.starts_with('[');
  const std::size_t end = bracket ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return Wrong("the host", text, "its ] is missing");
  host = text.substr(bracket ? 1 : 0, bracket ? end - 1 : end);
  text.remove_prefix(bracket ? end + 1 : end);
  const auto of_name = [](char c) { return IsAlnum(c) || c == '-' || c == '.' || c == '_'; };
  const auto of_ipv6 = [](char c) { return IsAlnum(c) || c == ':' || c == '.' || c == '%'; };
  const bool good = bracket ? All(host, of_ipv6) && host.find(':') != std::string::npos
                            : All(host, of_name) && !host.starts_with('-');
  if (!host.empty() && host.size() <= kMaxHost && good) return {};
  return Wrong("the host", host, "a name, an IPv4 address or [IPv6 address] must stand there");
}

Status ParseShard(std::string_view text, Address& address) {
  Endpoint shard;
  shard.port = address.tls ? kTlsPort : kPlainPort;
  if (Status parsed = ParseHost(text, shard.host); !parsed.ok()) return parsed;
  if (!text.empty()) {
    if (text.front() != ':') return Wrong("behind the host", text, "a colon and a port may follow");
    if (Status parsed = ParsePort(text.substr(1), shard.port); !parsed.ok()) return parsed;
  }
  const auto& shards = address.shards;
  if (std::find(shards.begin(), shards.end(), shard) != shards.end())
    return Wrong("the host", shard.text(), "it stands there twice; each shard is named once");
  if (shards.size() == kMaxShards)
    return Status::Usage(fmt::format("clickhouse address: more than {} hosts", kMaxShards));
  address.shards.push_back(std::move(shard));
  return {};
}

Status ParseUser(std::string_view text, Address& address) {
  if (text.find(':') != std::string_view::npos) {
    return Status::Usage(
        fmt::format("clickhouse address: a password does not belong into it, since others can see "
                    "it there: use password-file=PATH, or the environment's {}",
                    kPasswordVariable));
  }
  address.user = text;
  if (!text.empty() && text.size() <= kMaxUser && All(text, IsVisible)) return {};
  return Wrong("the user", text, "a name of printable characters must stand there");
}

Status ParseDatabase(std::string_view text, Address& address) {
  address.database = text;
  const auto of_name = [](char c) { return IsAlnum(c) || c == '_'; };
  const bool begins = !text.empty() && (text.front() < '0' || text.front() > '9');
  if (begins && text.size() <= kMaxDatabase && All(text, of_name)) return {};
  return Wrong("the database", text, "a name of letters, digits and _ must stand there");
}

Status ParseStep(std::string_view text, Address& address) {
  if (address.expire_step != 0) return Wrong("the option", "expire-step", "it stands there twice");
  address.expire_step = WholeNumber<std::uint64_t>(text).value_or(0);
  if (address.expire_step > 0 && address.expire_step <= kMaxExpireStep) return {};
  return Wrong("expire-step", text,
               fmt::format("a number of rows from 1 to {} must stand there", kMaxExpireStep));
}

Status ParseOption(std::string_view text, Address& address) {
  std::string_view value = text;
  const std::string_view name = Until(value, '=');
  if (name == "expire-step") return ParseStep(value, address);
  std::string* into = name == "password-file" ? &address.password_file
                      : name == "ca"          ? &address.certificate_file
                      : name == "outbox"      ? &address.outbox
                                              : nullptr;
  if (name == "password") {
    return Wrong("the option", name,
                 "others can see it there: use password-file=PATH, or the environment's "
                 "PDNS_CLICKHOUSE_PASSWORD");
  }
  if (into == nullptr) {
    return Wrong("the option", name,
                 "there is none of that name: password-file, ca, outbox, expire-step");
  }
  if (!into->empty()) return Wrong("the option", name, "it stands there twice");
  if (name == "ca" && !address.tls) return Wrong("the option", name, "clickhouses:// alone has it");
  if (value.empty())
    return Wrong("the option", name, "a path must follow: " + std::string(name) + "=PATH");
  *into = value;
  return {};
}

Status ParseRest(std::string_view text, Address& address) {
  std::string_view options = text;
  std::string_view place = Until(options, '?');
  std::string_view database = place;
  std::string_view hosts = Until(database, '/');
  if (const std::size_t at = hosts.rfind('@'); at != std::string_view::npos) {
    if (Status parsed = ParseUser(hosts.substr(0, at), address); !parsed.ok()) return parsed;
    hosts.remove_prefix(at + 1);
  }
  do {
    if (Status parsed = ParseShard(Until(hosts, ','), address); !parsed.ok()) return parsed;
  } while (!hosts.empty());
  if (place.find('/') != std::string_view::npos && !database.empty()) {
    if (Status parsed = ParseDatabase(database, address); !parsed.ok()) return parsed;
  }
  while (!options.empty()) {
    if (Status parsed = ParseOption(Until(options, '&'), address); !parsed.ok()) return parsed;
  }
  return {};
}

}  // namespace

std::string Endpoint::text() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(ipv6 ? "[{}]:{}" : "{}:{}"), host, port);
}

std::string Address::text() const {
  std::string hosts;
  for (const Endpoint& shard : shards)
    hosts += fmt::format("{}{}", hosts.empty() ? "" : ",", shard.text());
  return fmt::format("{}{}@{}/{}", tls ? kTls : kPlain, user, hosts, database);
}

bool IsAddress(std::string_view text) { return text.starts_with(kPlain) || text.starts_with(kTls); }

Result<Address> ParseAddress(std::string_view text) {
  if (!IsAddress(text)) return Wrong("the text", text, "it must begin with clickhouse://");
  if (text.size() > kMaxAddress)
    return Status::Usage(fmt::format("clickhouse address: longer than {} bytes", kMaxAddress));
  if (!All(text, IsVisible))
    return Wrong("the text", text, "blanks, and bytes that are not ASCII, cannot stand in it");
  Address address;
  address.tls = text.starts_with(kTls);
  text.remove_prefix(address.tls ? kTls.size() : kPlain.size());
  if (Status parsed = ParseRest(text, address); !parsed.ok()) return parsed;
  return address;
}

Result<std::string> ReadPassword(const Address& address) {
  std::string password;
  if (!address.password_file.empty()) {
    auto file = ReadSecretFile(address.password_file);
    if (!file.ok()) {
      return Status(file.status().code(), fmt::format("password file {}: {}", address.password_file,
                                                      file.status().message()));
    }
    password = std::move(*file);
    if (password.ends_with('\n')) password.pop_back();
  } else if (const char* given = std::getenv(kPasswordVariable); given != nullptr) {
    password = given;
  }
  // It becomes a header of HTTP.
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  if (password.size() <= kMaxPassword && All(password, printable)) return password;
  return Status::Usage(fmt::format(
      "{}: it must hold one line of at most {} printable ASCII characters",
      address.password_file.empty() ? kPasswordVariable : "password file " + address.password_file,
      kMaxPassword));
}

}  // namespace pdns::store_clickhouse
