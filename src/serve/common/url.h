// A request target as it was sent -> [ParseUrl] -> segments of its path, and parameters.
//
// The path is split first and unescaped then, so that an escaped slash (%2F) is a part of its
// segment: domain names may have one. Empty segments count for nothing ("//", one at the end), and
// "." and ".." are segments like others: the root zone is asked for as one. In the query a plus is
// a space.
//
// Source: RFC 3986; the query as the URL standard's application/x-www-form-urlencoded. Functions:
// any thread. Plain values.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace pdns::serve {

struct Parameter {
  std::string name;
  std::string value;
};

struct Url {
  // How many a request may have; its length is bounded where its header is (http::Limits).
  static constexpr std::size_t kMostSegments = 16;
  static constexpr std::size_t kMostParameters = 64;

  std::vector<std::string> path;
  std::vector<Parameter> parameters;

  // The last of that name; none: not given.
  std::optional<std::string_view> Of(std::string_view name) const;
};

// kUsage: an escape that is none, too many parts.
Result<Url> ParseUrl(std::string_view path, std::string_view query);

}  // namespace pdns::serve
