// A number that is the whole of a text: "42" -> 42.
//
// Nothing for an empty text, for blanks, a plus or anything behind the digits, for a minus where T
// is unsigned, and for what T does not hold. Leading zeros are read. Any thread; no state.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace pdns {

template <class T>
std::optional<T> WholeNumber(std::string_view text, int base = 10) {
  T number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

// The same into `number`, which stays as it is where there is none.
template <class T>
bool ReadWholeNumber(std::string_view text, T& number) {
  const auto read = WholeNumber<T>(text);
  if (read.has_value()) number = *read;
  return read.has_value();
}

}  // namespace pdns
