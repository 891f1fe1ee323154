#include "http/message.h"

#include <algorithm>

namespace pdns::http {
namespace {

// Of ASCII alone, whatever the locale is.
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool Header::Is(std::string_view other) const {
  return std::equal(name.begin(), name.end(), other.begin(), other.end(),
                    [](char a, char b) { return Lower(a) == Lower(b); });
}

std::optional<std::string_view> Request::HeaderOf(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.Is(name)) return header.value;
  }
  return std::nullopt;
}

}  // namespace pdns::http
