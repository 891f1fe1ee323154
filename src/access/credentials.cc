#include "access/credentials.h"

#include <algorithm>

#include "access/base64.h"
#include "base/bytes.h"

namespace pdns::access {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view Trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

// The name of a scheme, in any case.
bool Is(std::string_view scheme, std::string_view lower) {
  return std::equal(scheme.begin(), scheme.end(), lower.begin(), lower.end(), [](char a, char b) {
    return LowerByte(static_cast<std::uint8_t>(a)) == static_cast<std::uint8_t>(b);
  });
}

// The user's name ends at the first colon; the password may have more.
std::string Password(std::string_view base64) {
  const auto pair = FromBase64(base64);
  if (!pair.has_value()) return {};
  const std::size_t colon = pair->find(':');
  return colon == std::string::npos ? std::string() : pair->substr(colon + 1);
}

Credentials OfAuthorization(std::string_view value) {
  const std::string_view sent = Trimmed(value);
  const std::size_t end = std::min(sent.find_first_of(kBlanks), sent.size());
  const std::string_view scheme = sent.substr(0, end);
  const std::string_view rest = Trimmed(sent.substr(end));
  if (Is(scheme, "basic")) return {Way::kBasic, Password(rest)};
  if (Is(scheme, "bearer")) return {Way::kBearer, std::string(rest)};
  return {Way::kUnknown, {}};
}

}  // namespace

Credentials ReadCredentials(std::optional<std::string_view> api_key,
                            std::optional<std::string_view> authorization) {
  if (api_key.has_value()) return {Way::kApiKey, std::string(Trimmed(*api_key))};
  if (authorization.has_value()) return OfAuthorization(*authorization);
  return {};
}

}  // namespace pdns::access
