#include "dns/presentation/idn.h"

#include <idn2.h>

#include <algorithm>
#include <array>
#include <memory>

namespace pdns::dns {
namespace {

struct Free {
  void operator()(std::uint8_t* text) const { idn2_free(text); }
};

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

// UTS #46 2.3: what ends a label, too.
std::string WithPlainDots(std::string_view text) {
  constexpr std::array<std::string_view, 3> kDots{"\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1"};
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto dot = std::find_if(kDots.begin(), kDots.end(),
                                  [text](std::string_view one) { return text.starts_with(one); });
    out.push_back(dot == kDots.end() ? text.front() : '.');
    text.remove_prefix(dot == kDots.end() ? 1 : dot->size());
  }
  return out;
}

bool IsPlain(std::string_view label) {
  return !label.empty() && std::all_of(label.begin(), label.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool AppendLabel(std::string& out, const std::string& label) {
  if (IsAscii(label)) {
    out += label;
    return true;
  }
  std::uint8_t* converted = nullptr;
  const int result = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(label.c_str()),
                                    &converted, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  const std::unique_ptr<std::uint8_t, Free> owned(converted);
  if (result != IDN2_OK || converted == nullptr) return false;
  const std::string_view ascii(reinterpret_cast<const char*>(converted));
  if (!IsPlain(ascii)) return false;
  out += ascii;
  return true;
}

}  // namespace

std::optional<std::string> ToAscii(std::string_view utf8) {
  if (IsAscii(utf8)) return std::string(utf8);
  if (utf8.find('\\') != std::string_view::npos || utf8.find('\0') != std::string_view::npos)
    return std::nullopt;
  const std::string text = WithPlainDots(utf8);
  std::string out;
  for (std::size_t at = 0; true;) {
    const std::size_t dot = text.find('.', at);
    if (!AppendLabel(out, text.substr(at, dot - at))) return std::nullopt;
    if (dot == std::string::npos) return out;
    out.push_back('.');
    at = dot + 1;
  }
}

}  // namespace pdns::dns
