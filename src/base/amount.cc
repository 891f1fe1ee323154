#include "base/amount.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

namespace pdns {
namespace {

struct Number {
  std::uint64_t number;
  std::string_view unit;  // one letter, or none
};

std::optional<Number> ParseNumber(std::string_view text) {
  Number parsed{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, parsed.number);
  if (error != std::errc() || end - stop > 1) return std::nullopt;
  parsed.unit = text.substr(static_cast<std::size_t>(stop - text.data()));
  return parsed;
}

}  // namespace

Result<std::uint64_t> ParseSize(std::string_view text) {
  constexpr std::string_view kUnits = "KMGT";
  const auto parsed = ParseNumber(text);
  const std::size_t unit = parsed.has_value() ? kUnits.find(parsed->unit) : std::string_view::npos;
  const bool bare = parsed.has_value() && parsed->unit.empty();
  const std::size_t shift = bare ? 0 : 10 * (unit + 1);
  const bool valid = parsed.has_value() && (bare || unit != std::string_view::npos) &&
                     parsed->number <= std::numeric_limits<std::uint64_t>::max() >> shift;
  if (!valid) return Status::Usage(fmt::format("'{}' is no size such as 512M or 2G", text));
  return parsed->number << shift;
}

Result<std::chrono::seconds> ParseDuration(std::string_view text) {
  constexpr std::string_view kUnits = "smhdw";
  constexpr std::array<std::uint64_t, 5> kSeconds{1, 60, 3600, 86'400, 604'800};
  constexpr std::uint64_t kLongest = 1000ULL * 366 * 86'400;
  const auto parsed = ParseNumber(text);
  std::uint64_t scale = 0;  // a bare number is none, but for 0
  if (parsed.has_value() && !parsed->unit.empty()) {
    const std::size_t unit = kUnits.find(parsed->unit);
    if (unit != std::string_view::npos) scale = kSeconds.at(unit);
  }
  const bool valid =
      parsed.has_value() && (scale > 0 ? parsed->number <= kLongest / scale
                                       : parsed->number == 0 && parsed->unit.empty());
  if (!valid) return Status::Usage(fmt::format("'{}' is no duration such as 90s, 1h or 30d", text));
  return std::chrono::seconds(parsed->number * scale);
}

Result<Bounds> ParseBounds(std::string_view text) {
  constexpr std::string_view kSizeUnits = "KMGT";
  const auto refused = [text](std::string_view why) {
    return Status::Usage(fmt::format("'{}' {}", text, why));
  };
  Bounds bounds;
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view one = rest.substr(0, comma);
    const auto age = ParseDuration(one);
    const bool sized = !one.empty() && kSizeUnits.find(one.back()) != std::string_view::npos;
    const auto size = sized || one == "0" ? ParseSize(one) : Status::Usage("");
    if (!age.ok() && !size.ok()) return refused("is no age or size such as 1h, 256M or 1h,256M");
    if ((age.ok() && bounds.age.has_value()) || (size.ok() && bounds.size.has_value())) {
      return refused("gives an age or a size twice");
    }
    if (age.ok()) bounds.age = *age;
    if (size.ok()) bounds.size = *size;
    if (comma == std::string_view::npos) return bounds;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace pdns
