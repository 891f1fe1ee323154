#include "serve/common/cors.h"

#include <fmt/format.h>

#include <algorithm>

namespace pdns::serve {
namespace {

constexpr const char* kSent =
    "Authorization, X-Api-Key, Content-Type, Last-Event-ID, dribble-paginate-count, "
    "dribble-paginate-cursor, dribble-filter-rrtype";
constexpr const char* kShown = "Retry-After, x-dribble-cursor";
constexpr const char* kKept = "600";  // seconds for which a browser need not ask again

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

bool IsOrigin(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  const std::string_view host = text.substr(scheme + 3);
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:[]+").find(c) != std::string_view::npos;
  };
  return !host.empty() && std::all_of(host.begin(), host.end(), fits) &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(scheme), fits);
}

}  // namespace

Result<Cors> Cors::Of(const std::vector<std::string>& origins) {
  Cors cors;
  for (const std::string& text : origins) {
    std::string origin = Lower(text);
    if (origin == "*") {
      cors.any_ = true;
    } else if (IsOrigin(origin)) {
      cors.origins_.push_back(std::move(origin));
    } else {
      return Status::Usage(fmt::format(
          "'{}' is no origin: give scheme, host and port of the page, such as "
          "https://tools.example or http://127.0.0.1:3000, and nothing behind them, or '*'",
          text));
    }
  }
  return cors;
}

bool Cors::Allows(std::string_view origin) const {
  return any_ || std::find(origins_.begin(), origins_.end(), Lower(origin)) != origins_.end();
}

Cors::Headers Cors::For(const http::Request& request) const {
  if (!any_ && origins_.empty()) return {};
  // Of one page's answer a browser's cache must not make another's.
  Headers headers{{"Vary", "Origin"}};
  const auto origin = request.HeaderOf("Origin");
  if (!origin.has_value() || !Allows(*origin)) return headers;
  headers.emplace_back("Access-Control-Allow-Origin", any_ ? "*" : std::string(*origin));
  headers.emplace_back("Access-Control-Expose-Headers", kShown);
  return headers;
}

std::optional<http::Answer> Cors::Preflight(const http::Request& request) const {
  const auto origin = request.HeaderOf("Origin");
  const bool asks = request.method == "OPTIONS" && origin.has_value() &&
                    request.HeaderOf("Access-Control-Request-Method").has_value();
  if (!asks || !Allows(*origin)) return std::nullopt;
  http::Answer answer{.status = 204};
  answer.headers = {{"Access-Control-Allow-Methods", "GET, HEAD, POST"},
                    {"Access-Control-Allow-Headers", kSent},
                    {"Access-Control-Max-Age", kKept}};
  return answer;
}

}  // namespace pdns::serve
