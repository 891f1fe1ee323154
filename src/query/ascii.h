// The ASCII side of what people paste: blanks, letters and digits, and comparisons that pass over
// case. No locale; bytes beyond ASCII are none of these.
//
// Functions: any thread.
#pragma once

#include <string_view>

namespace pdns::query {

inline constexpr std::string_view kBlanks = " \t\r\n\v\f";

char Lower(char c);
inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsLetter(char c) { return Lower(c) >= 'a' && Lower(c) <= 'z'; }

bool SameText(std::string_view a, std::string_view b);
// `lower`: in lower case.
bool StartsWith(std::string_view text, std::string_view lower);
// Without kBlanks around it.
std::string_view Trimmed(std::string_view text);

}  // namespace pdns::query
