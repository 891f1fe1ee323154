// What is asked and what is answered: Daemon -> [Request] -> handler -> [Answer] -> Daemon.
//
// Values; one thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pdns::http {

// Good while the handler runs.
struct Request {
  std::string_view method;  // as it was sent, in capitals as a rule: "GET"
  std::string_view path;    // as it was sent, escapes (%2F) included, without the query
};

struct Answer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";              // Content-Type
  std::string body{};                                          // of a HEAD it is counted, not sent
  std::vector<std::pair<std::string, std::string>> headers{};  // further ones
};

}  // namespace pdns::http
