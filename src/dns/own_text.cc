#include "dns/own_text.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dns/text.h"
#include "record/name.h"

namespace pdns::dns {
namespace {

using record::RrType;

constexpr auto kNsapPtr = static_cast<RrType>(23);
constexpr auto kCsync = static_cast<RrType>(62);
constexpr auto kCaa = static_cast<RrType>(257);

// Nothing but strings, of which 64 KB may hold 65,535: ldns takes 12 KB of memory for each.
std::string Strings(Bytes rdata) {
  std::string text;
  Cursor cursor(rdata);
  while (cursor.left() > 0) {
    const Bytes string = cursor.Take(cursor.U8());
    if (!cursor.ok()) break;
    if (!text.empty()) text.push_back(' ');
    text += QuotedText(string);
  }
  return cursor.AtEnd() && !text.empty() ? text : GenericText(rdata);
}

std::optional<std::string> WholeName(Bytes rdata) {
  if (rdata.empty() || record::NameLength(rdata) != rdata.size()) return std::nullopt;
  return NameToText(rdata);
}

std::optional<std::string> Address(Bytes rdata) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (rdata.size() != 4 && rdata.size() != 16) return std::nullopt;
  const int family = rdata.size() == 4 ? AF_INET : AF_INET6;
  if (inet_ntop(family, rdata.data(), text.data(), text.size()) == nullptr) return std::nullopt;
  return std::string(text.data());
}

// RFC 8777 section 4.3: precedence, discovery, type, relay. One without a relay keeps the generic
// form: "0 0 0 ." is the text of an SRV as well, and a list of values tells each text once.
std::string Amtrelay(Bytes rdata) {
  constexpr std::size_t kFixed = 2;
  constexpr std::uint8_t kDiscovery = 0x80;
  if (rdata.size() < kFixed) return GenericText(rdata);
  const unsigned type = rdata[1] & 0x7fU;
  const Bytes rest = rdata.subspan(kFixed);
  std::optional<std::string> relay;
  if ((type == 1 && rest.size() == 4) || (type == 2 && rest.size() == 16)) relay = Address(rest);
  if (type == 3) relay = WholeName(rest);
  if (!relay.has_value()) return GenericText(rdata);
  return fmt::format("{} {} {} {}", rdata[0], (rdata[1] & kDiscovery) != 0 ? 1 : 0, type, *relay);
}

// A CAA whose value is empty, as that of "nobody may issue" (RFC 8659 section 4.2); ldns has no
// text for it.
std::optional<std::string> CaaWithoutValue(Bytes rdata) {
  Cursor cursor(rdata);
  const unsigned flags = cursor.U8();
  const std::string_view tag = AsText(cursor.Take(cursor.U8()));
  const bool word = !tag.empty() && std::all_of(tag.begin(), tag.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  if (!cursor.AtEnd() || !word) return std::nullopt;
  return fmt::format("{} {} \"\"", flags, tag);
}

// A CSYNC of no types (RFC 7477): serial, flags.
std::optional<std::string> CsyncWithoutTypes(Bytes rdata) {
  Cursor cursor(rdata);
  const std::uint32_t serial = cursor.U32();
  const unsigned flags = cursor.U16();
  if (!cursor.AtEnd()) return std::nullopt;
  return fmt::format("{} {}", serial, flags);
}

}  // namespace

std::string GenericText(Bytes rdata) {
  return fmt::format("\\# {}{}{}", rdata.size(), rdata.empty() ? "" : " ", ToHex(rdata));
}

std::string QuotedText(Bytes string) {
  std::string out = "\"";
  for (const std::uint8_t byte : string) {
    if (byte < 0x20 || byte > 0x7e) {
      out += fmt::format("\\{:03}", byte);
    } else {
      if (byte == '"' || byte == '\\') out.push_back('\\');
      out.push_back(static_cast<char>(byte));
    }
  }
  out.push_back('"');
  return out;
}

std::optional<std::string> OwnText(RrType type, Bytes rdata) {
  if (type == kNsapPtr) return WholeName(rdata).value_or(GenericText(rdata));
  if (type == kCaa) return CaaWithoutValue(rdata);
  if (type == kCsync) return CsyncWithoutTypes(rdata);
  switch (type) {
    case RrType::kTxt:
    case RrType::kSpf:
    case RrType::kNinfo:
    case RrType::kAvc:
      return Strings(rdata);
    case RrType::kAmtrelay:
      return Amtrelay(rdata);
    default:
      return std::nullopt;
  }
}

}  // namespace pdns::dns
