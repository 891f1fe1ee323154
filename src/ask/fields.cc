#include "ask/fields.h"

#include <algorithm>
#include <array>
#include <string>

#include "ask/ascii.h"
#include "ask/indicator.h"

namespace pdns::ask {
namespace {

template <std::size_t kCount>
bool IsOneOf(const std::array<std::string_view, kCount>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

Field FieldOf(std::string_view name) {
  // In the singular.
  static constexpr std::array<std::string_view, 26> kIndicators{
      "rrname",      "qname",     "domain",      "domainname", "subdomain",
      "hostname",    "fqdn",      "dnsquery",    "indicator",  "indicatorvalue",
      "ioc",         "iocvalue",  "observable",  "url",        "uri",
      "ip",          "ipaddress", "ipaddr",      "ipv4",       "ipv4address",
      "ipv6",        "sni",       "ipv6address", "cidr",       "email",
      "emailaddress"};
  static constexpr std::array<std::string_view, 10> kMaybes{
      "name", "host", "address", "addr", "value", "query", "target", "site", "server", "netblock"};
  constexpr std::size_t kLongest = 32;
  if (name.size() > kLongest) return Field::kOther;
  std::string plain = LowerText(name);
  std::erase_if(plain, [](char c) {
    return kBlanks.find(c) != std::string_view::npos || c == '_' || c == '-' || c == '"';
  });
  const auto of = [](std::string_view one) {
    if (IsOneOf(kIndicators, one)) return Field::kIndicator;
    return IsOneOf(kMaybes, one) ? Field::kMaybe : Field::kOther;
  };
  const Field whole = of(plain);
  if (whole != Field::kOther || plain.empty() || plain.back() != 's') return whole;
  plain.pop_back();
  if (of(plain) == Field::kOther && plain.ends_with("e")) plain.pop_back();  // "addresses"
  return of(plain);
}

bool IsLikelyIndicator(std::string_view text) {
  const auto one = ParseIndicator(text);
  return one.ok() &&
         (one->kind == Indicator::Kind::kBlock || one->understood.find('.') != std::string::npos);
}

bool IsNoValue(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kNone{"",     "-",   "(empty)", "null",
                                                         "none", "n/a", "nan"};
  return IsOneOf(kNone, LowerText(Trimmed(text).substr(0, 8)));
}

}  // namespace pdns::ask
