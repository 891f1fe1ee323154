#include "dns/presentation/svcb_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "dns/presentation/own_text.h"
#include "dns/text.h"
#include "record/name.h"

namespace pdns::dns {
namespace {

enum Key : std::uint16_t {
  kMandatory = 0,
  kAlpn = 1,
  kNoDefaultAlpn = 2,
  kPort = 3,
  kIpv4Hint = 4,
  kEch = 5,
  kIpv6Hint = 6,
  kDohPath = 7  // RFC 9461; no name that dnspython knows
};

struct Param {
  std::uint16_t key;
  Bytes value;
};
using Params = std::vector<Param>;
using Text = std::optional<std::string>;

std::string KeyText(std::uint16_t key) {
  static constexpr std::array<std::string_view, 7> kNames{
      "mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint"};
  return key < kNames.size() ? std::string(kNames[key]) : fmt::format("key{}", key);
}

bool IsLetterOrDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// They ascend (ReadParams): 16,000 may be there, and `mandatory` name each.
bool Has(const Params& params, std::uint16_t key) {
  const auto less = [](const Param& param, std::uint16_t wanted) { return param.key < wanted; };
  const auto at = std::lower_bound(params.begin(), params.end(), key, less);
  return at != params.end() && at->key == key;
}

void AppendItem(std::string& list, std::string_view item) {
  if (!list.empty()) list.push_back(',');
  list += item;
}

Text MandatoryText(Bytes value, const Params& params) {
  std::string text;
  Cursor cursor(value);
  for (int before = kMandatory; cursor.left() > 0;) {
    const std::uint16_t key = cursor.U16();
    if (!cursor.ok() || key <= before || !Has(params, key)) return std::nullopt;
    before = key;
    AppendItem(text, KeyText(key));
  }
  return text;
}

// The ids are a list first, in which commas and backslashes are escaped, and that list is a string,
// in which backslashes are escaped once more.
Text AlpnText(Bytes value) {
  std::string list;
  Cursor cursor(value);
  while (cursor.left() > 0) {
    const Bytes id = cursor.Read(cursor.U8());
    if (!cursor.ok() || id.empty()) return std::nullopt;
    if (!list.empty()) list.push_back(',');
    for (const std::uint8_t byte : id) {
      if (byte == ',' || byte == '\\') list.push_back('\\');
      list.push_back(static_cast<char>(byte));
    }
  }
  const bool plain = std::all_of(list.begin(), list.end(), [](char c) {
    return IsLetterOrDigit(c) || std::string_view(",./-").find(c) != std::string_view::npos;
  });
  return plain ? list : QuotedText(AsBytes(list));
}

Text AddressesText(Bytes value, std::size_t size) {
  std::string text;
  for (Cursor cursor(value); cursor.left() > 0;) {
    const Text address = AddressText(cursor.Read(size));
    if (!address.has_value()) return std::nullopt;
    AppendItem(text, *address);
  }
  return text;
}

// A path and "{?dns}" behind it (RFC 9461 section 5). BIND judges it, and more than this may pass.
bool IsPlainDohPath(Bytes value) {
  constexpr std::string_view kEnd = "{?dns}";
  std::string_view path = AsText(value);
  if (!path.starts_with('/') || !path.ends_with(kEnd)) return false;
  path.remove_suffix(kEnd.size());
  return std::all_of(path.begin(), path.end(), [](char c) {
    return IsLetterOrDigit(c) || std::string_view("/-._~").find(c) != std::string_view::npos;
  });
}

// Empty: the key stands alone.
Text ValueText(const Param& param, const Params& params) {
  Text text;
  switch (param.key) {
    case kMandatory:
      text = MandatoryText(param.value, params);
      break;
    case kAlpn:
      text = AlpnText(param.value);
      break;
    case kNoDefaultAlpn:
      return param.value.empty() && Has(params, kAlpn) ? Text("") : std::nullopt;
    case kPort:
      if (param.value.size() == 2) text = std::to_string(Cursor(param.value).U16());
      break;
    case kIpv4Hint:
      text = AddressesText(param.value, 4);
      break;
    case kEch:
      text = Base64Text(param.value);
      break;
    case kIpv6Hint:
      text = AddressesText(param.value, 16);
      break;
    case kDohPath:
      if (!IsPlainDohPath(param.value)) return std::nullopt;
      [[fallthrough]];
    default:
      return param.value.empty() ? "" : QuotedText(param.value);
  }
  // The named keys have a value.
  return text.has_value() && !text->empty() ? text : std::nullopt;
}

std::optional<Params> ReadParams(Cursor& cursor) {
  Params params;
  while (cursor.left() > 0) {
    const std::uint16_t key = cursor.U16();
    const Bytes value = cursor.Read(cursor.U16());
    const bool ascends = params.empty() || key > params.back().key;
    if (!cursor.ok() || !ascends) return std::nullopt;
    params.push_back({key, value});
  }
  return params;
}

}  // namespace

std::optional<std::string> SvcbText(Bytes rdata) {
  Cursor cursor(rdata);
  const unsigned priority = cursor.U16();
  const std::size_t size = record::NameLength(rdata.subspan(cursor.position()));
  const Bytes target = cursor.Read(size);
  if (!cursor.ok() || size == 0) return std::nullopt;
  const auto params = ReadParams(cursor);
  if (!params.has_value() || (priority == 0 && !params->empty())) return std::nullopt;
  std::string text = fmt::format("{} {}", priority, NameToText(target));
  for (const Param& param : *params) {
    const Text value = ValueText(param, *params);
    if (!value.has_value()) return std::nullopt;
    text += ' ' + KeyText(param.key);
    if (!value->empty()) text += '=' + *value;
  }
  return text;
}

}  // namespace pdns::dns
