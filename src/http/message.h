// What is asked and what is answered: Daemon -> [Request] -> handler -> [Answer] -> Daemon.
//
// Values; one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pdns::http {

class Stream;

struct Header {
  std::string_view name;  // as it was sent
  std::string_view value;

  bool Is(std::string_view other) const;  // whether `other` is its name, in any case
};

// Good while the handler runs.
struct Request {
  std::string_view method;   // as it was sent, in capitals as a rule: "GET"
  std::string_view path;     // as it was sent, escapes (%2F) included, without the query
  std::string_view query{};  // as it was sent, behind the first '?'; empty if there is none
  std::string_view body{};   // empty if none came
  std::span<const Header> headers{};  // in the order in which they were sent
  std::string_view peer{};  // address of the peer as text: "192.0.2.1"; empty if it has none

  // The value of the first header of that name, in any case; none: not sent.
  std::optional<std::string_view> HeaderOf(std::string_view name) const;
};

struct Answer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";              // Content-Type
  std::string body{};                                          // of a HEAD it is counted, not sent
  std::vector<std::pair<std::string, std::string>> headers{};  // further ones
  // None: `body` is the whole answer. Else the body is what is written there, and `body` is not
  // looked at.
  std::shared_ptr<Stream> stream{};
};

}  // namespace pdns::http
