#include "serve/common/url.h"

#include "base/whole_number.h"

namespace pdns::serve {
namespace {

// Nothing where a percent sign is not followed by two hex digits.
std::optional<std::string> Unescape(std::string_view text, bool plus_is_space) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      plain.push_back(' ');
    } else if (text[i] != '%') {
      plain.push_back(text[i]);
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const auto byte = WholeNumber<std::uint8_t>(text.substr(i + 1, 2), 16);
      if (!byte.has_value()) return std::nullopt;
      plain.push_back(static_cast<char>(*byte));
      i += 2;
    }
  }
  return plain;
}

// The part of `rest` before the first `separator`; takes both off.
std::string_view CutOff(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

Status BadEscape() { return Status::Usage("a '%' in the URL is not followed by two hex digits"); }

}  // namespace

std::optional<std::string_view> Url::Of(std::string_view name) const {
  std::optional<std::string_view> last;
  for (const Parameter& one : parameters)
    if (one.name == name) last = one.value;
  return last;
}

Result<Url> ParseUrl(std::string_view path, std::string_view query) {
  Url url;
  while (!path.empty()) {
    const std::string_view part = CutOff(path, '/');
    if (part.empty()) continue;
    if (url.path.size() == Url::kMostSegments)
      return Status::Usage("the path of the URL has too many segments");
    auto plain = Unescape(part, false);
    if (!plain.has_value()) return BadEscape();
    url.path.push_back(std::move(*plain));
  }
  while (!query.empty()) {
    std::string_view value = CutOff(query, '&');
    if (value.empty()) continue;
    if (url.parameters.size() == Url::kMostParameters)
      return Status::Usage("the URL has too many parameters");
    auto name = Unescape(CutOff(value, '='), true);
    auto plain = Unescape(value, true);
    if (!name.has_value() || !plain.has_value()) return BadEscape();
    url.parameters.push_back({std::move(*name), std::move(*plain)});
  }
  return url;
}

}  // namespace pdns::serve
