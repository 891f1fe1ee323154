// Whose pages may read answers in a browser, beside the server's own: Origin -> [Cors] -> headers.
//
// A browser asks in the name of whoever sits before it, who may reach this server where the owner
// of the page may not. So nobody is allowed unless named. A browser asks first (a preflight:
// OPTIONS) whether a page may send a key; the key itself is looked at with the request.
//
// Source: the Fetch standard, "CORS protocol". A value; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "http/message.h"

namespace pdns::serve {

class Cors {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  // "https://tools.example", "http://127.0.0.1:3000", in any case; "*" is any page. kUsage for what
  // no browser sends: a path behind it, no scheme.
  static Result<Cors> Of(const std::vector<std::string>& origins);

  // What any answer to the request says of it; nothing where nobody is named.
  Headers For(const http::Request& request) const;

  // The answer, if the request is a preflight of a page that may ask.
  std::optional<http::Answer> Preflight(const http::Request& request) const;

 private:
  bool Allows(std::string_view origin) const;

  bool any_ = false;
  std::vector<std::string> origins_;
};

}  // namespace pdns::serve
