#include "query/ascii.h"

#include <algorithm>

#include "base/bytes.h"

namespace pdns::query {

char Lower(char c) { return static_cast<char>(LowerByte(static_cast<std::uint8_t>(c))); }

bool SameText(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

bool StartsWith(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && SameText(text.substr(0, lower.size()), lower);
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace pdns::query
