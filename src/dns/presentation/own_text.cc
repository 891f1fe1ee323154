#include "dns/presentation/own_text.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dns/presentation/svcb_text.h"
#include "dns/text.h"
#include "record/name.h"

namespace pdns::dns {
namespace {

using record::RrType;
using Text = std::optional<std::string>;

constexpr auto kNsapPtr = static_cast<RrType>(23);
constexpr auto kApl = static_cast<RrType>(42);
constexpr auto kIpseckey = static_cast<RrType>(45);
constexpr auto kCsync = static_cast<RrType>(62);
constexpr auto kCaa = static_cast<RrType>(257);

// The bytes in groups of so many bits, a digit each; the last one filled up with zeros.
std::string Digits(Bytes bytes, unsigned bits, std::string_view alphabet) {
  std::string text;
  unsigned held = 0;
  unsigned value = 0;
  for (const std::uint8_t byte : bytes) {
    value = (value << 8 | byte) & 0xffffU;
    for (held += 8; held >= bits; held -= bits)
      text.push_back(alphabet[value >> (held - bits) & ((1U << bits) - 1)]);
  }
  if (held > 0) text.push_back(alphabet[value << (bits - held) & ((1U << bits) - 1)]);
  return text;
}

// Nothing but strings, of which 64 KB may hold 65,535: ldns takes 12 KB of memory for each.
Text Strings(Bytes rdata) {
  std::string text;
  Cursor cursor(rdata);
  while (cursor.left() > 0) {
    const Bytes string = cursor.Read(cursor.U8());
    if (!cursor.ok()) break;
    if (!text.empty()) text.push_back(' ');
    text += QuotedText(string);
  }
  return cursor.AtEnd() && !text.empty() ? Text(text) : std::nullopt;
}

Text WholeName(Bytes rdata) {
  if (rdata.empty() || record::NameLength(rdata) != rdata.size()) return std::nullopt;
  return NameToText(rdata);
}

// RFC 8777 section 4.3: precedence, discovery, type, relay.
Text Amtrelay(Bytes rdata) {
  constexpr std::size_t kFixed = 2;
  constexpr std::uint8_t kDiscovery = 0x80;
  if (rdata.size() < kFixed) return std::nullopt;
  const unsigned type = rdata[1] & 0x7fU;
  const Bytes rest = rdata.subspan(kFixed);
  Text relay;
  if (type == 0 && rest.empty()) relay = ".";
  if ((type == 1 && rest.size() == 4) || (type == 2 && rest.size() == 16))
    relay = AddressText(rest);
  if (type == 3) relay = WholeName(rest);
  if (!relay.has_value()) return std::nullopt;
  return fmt::format("{} {} {} {}", rdata[0], (rdata[1] & kDiscovery) != 0 ? 1 : 0, type, *relay);
}

// RFC 4025: precedence, type of the gateway, algorithm, gateway, key. BIND wants a key.
Text Ipseckey(Bytes rdata) {
  Cursor cursor(rdata);
  const unsigned precedence = cursor.U8();
  const unsigned type = cursor.U8();
  const unsigned algorithm = cursor.U8();
  const Bytes rest = rdata.subspan(cursor.position());
  Text gateway;
  std::size_t size = 0;
  if (type == 0) gateway = ".";
  if (type == 1 || type == 2) {
    size = type == 1 ? 4 : 16;
    gateway = AddressText(cursor.Read(size));
  } else if (type == 3) {
    size = record::NameLength(rest);
    gateway = WholeName(cursor.Read(size));
  }
  const Bytes key = cursor.Read(cursor.left());
  if (!gateway.has_value() || !cursor.ok() || key.empty()) return std::nullopt;
  return fmt::format("{} {} {} {} {}", precedence, type, algorithm, *gateway, Base64Text(key));
}

// A CAA whose value is empty, as that of "nobody may issue" (RFC 8659 section 4.2); ldns has no
// text for it.
Text CaaWithoutValue(Bytes rdata) {
  Cursor cursor(rdata);
  const unsigned flags = cursor.U8();
  const std::string_view tag = AsText(cursor.Read(cursor.U8()));
  const bool word = !tag.empty() && std::all_of(tag.begin(), tag.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  if (!cursor.AtEnd() || !word) return std::nullopt;
  return fmt::format("{} {} \"\"", flags, tag);
}

// A CSYNC of no types (RFC 7477): serial, flags.
Text CsyncWithoutTypes(Bytes rdata) {
  Cursor cursor(rdata);
  const std::uint32_t serial = cursor.U32();
  const unsigned flags = cursor.U16();
  if (!cursor.AtEnd()) return std::nullopt;
  return fmt::format("{} {}", serial, flags);
}

// Algorithm, flags, iterations and salt, with which NSEC3 and NSEC3PARAM begin (RFC 5155).
Text HashParameters(Cursor& cursor) {
  const unsigned algorithm = cursor.U8();
  const unsigned flags = cursor.U8();
  const unsigned iterations = cursor.U16();
  const Bytes salt = cursor.Read(cursor.U8());
  if (!cursor.ok()) return std::nullopt;
  return fmt::format("{} {} {} {}", algorithm, flags, iterations, salt.empty() ? "-" : ToHex(salt));
}

Text Nsec3Param(Bytes rdata) {
  Cursor cursor(rdata);
  Text text = HashParameters(cursor);
  return cursor.AtEnd() ? text : std::nullopt;
}

Text Nsec3(Bytes rdata) {
  Cursor cursor(rdata);
  const Text parameters = HashParameters(cursor);
  const Bytes next = cursor.Read(cursor.U8());
  const Text types = BitmapText(cursor.Read(cursor.left()));
  if (!cursor.ok() || !types.has_value()) return std::nullopt;
  constexpr std::size_t kMaxHash = 35;  // BIND takes 39 bytes, and has taken 155
  constexpr std::size_t kGroup = 5;     // bytes; dnspython reads whole groups of digits only
  constexpr std::uint8_t kSha1 = 1;     // BIND wants all of its hash
  constexpr std::size_t kSha1Size = 20;
  const bool sized = rdata[0] == kSha1 ? next.size() == kSha1Size : next.size() % kGroup == 0;
  if (!sized || next.empty() || next.size() > kMaxHash) return std::nullopt;
  const std::string hash = Digits(next, 5, "0123456789abcdefghijklmnopqrstuv");
  return fmt::format("{} {}{}{}", *parameters, hash, types->empty() ? "" : " ", *types);
}

// "1:192.0.2.0/24 !2:2001:db8::/32" (RFC 3123). An address ends with its last byte that is not 0.
Text Apl(Bytes rdata) {
  std::string text;
  Cursor cursor(rdata);
  while (cursor.left() > 0) {
    const unsigned family = cursor.U16();
    const unsigned prefix = cursor.U8();
    const unsigned length = cursor.U8();
    const Bytes part = cursor.Read(length & 0x7fU);
    const std::size_t size = family == 1 ? 4 : 16;
    const bool known = (family == 1 || family == 2) && prefix <= size * 8 && part.size() <= size;
    if (!cursor.ok() || !known || (!part.empty() && part.back() == 0)) return std::nullopt;
    std::string address(size, '\0');
    std::copy(part.begin(), part.end(), address.begin());
    text += fmt::format("{}{}{}:{}/{}", text.empty() ? "" : " ", (length & 0x80U) != 0 ? "!" : "",
                        family, *AddressText(AsBytes(address)), prefix);
  }
  return text.empty() ? std::nullopt : Text(text);
}

// Address, protocol and ports, all as numbers: names of them are what the reader's host calls them.
Text Wks(Bytes rdata) {
  constexpr std::size_t kMaxMap = 65536 / 8;
  Cursor cursor(rdata);
  const Text address = AddressText(cursor.Read(4));
  const unsigned protocol = cursor.U8();
  const Bytes map = cursor.Read(cursor.left());
  const bool whole = map.size() <= kMaxMap && (map.empty() || map.back() != 0);
  if (!cursor.ok() || !whole) return std::nullopt;
  std::string text = fmt::format("{} {}", *address, protocol);
  for (std::size_t port = 0; port < map.size() * 8; ++port) {
    if ((map[port / 8] & 0x80U >> port % 8) != 0) text += ' ' + std::to_string(port);
  }
  return text;
}

// Types of which ldns is not asked. Nothing: the generic form is the text.
struct Writer {
  RrType type;
  Text (*write)(Bytes rdata);
};
constexpr std::array<Writer, 13> kWriters{{{RrType::kTxt, Strings},
                                           {RrType::kSpf, Strings},
                                           {RrType::kNinfo, Strings},
                                           {RrType::kAvc, Strings},
                                           {RrType::kAmtrelay, Amtrelay},
                                           {kIpseckey, Ipseckey},
                                           {RrType::kSvcb, SvcbText},
                                           {RrType::kHttps, SvcbText},
                                           {RrType::kNsec3, Nsec3},
                                           {RrType::kNsec3param, Nsec3Param},
                                           {RrType::kWks, Wks},
                                           {kApl, Apl},
                                           {kNsapPtr, WholeName}}};

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

std::string Base64Text(Bytes bytes) {
  std::string text =
      Digits(bytes, 6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  return text.append((4 - text.size() % 4) % 4, '=');
}

Text AddressText(Bytes bytes) {
  // Half of all rows hold one, and inet_ntop formats it by printf.
  if (bytes.size() == sizeof(in_addr)) {
    std::string text;
    for (const std::uint8_t byte : bytes) {
      if (!text.empty()) text.push_back('.');
      if (byte >= 100) text.push_back(static_cast<char>('0' + byte / 100));
      if (byte >= 10) text.push_back(static_cast<char>('0' + byte / 10 % 10));
      text.push_back(static_cast<char>('0' + byte % 10));
    }
    return text;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (bytes.size() != sizeof(in6_addr)) return std::nullopt;
  if (inet_ntop(AF_INET6, bytes.data(), text.data(), text.size()) == nullptr) return std::nullopt;
  return std::string(text.data());
}

Text BitmapText(Bytes bitmap) {
  constexpr std::size_t kMaxBits = 32;  // bytes
  std::string text;
  Cursor cursor(bitmap);
  for (int before = -1; cursor.left() > 0;) {
    const int window = cursor.U8();
    const Bytes bits = cursor.Read(cursor.U8());
    if (!cursor.ok() || window <= before || bits.size() > kMaxBits || bits.empty() ||
        bits.back() == 0)
      return std::nullopt;
    before = window;
    for (unsigned i = 0; i < bits.size() * 8; ++i) {
      if ((bits[i / 8] & 0x80U >> i % 8) == 0) continue;
      if (window == 0 && i == 0) return std::nullopt;  // there is no type 0
      if (!text.empty()) text.push_back(' ');
      text += TypeToText(static_cast<RrType>(static_cast<unsigned>(window) << 8 | i));
    }
  }
  return text;
}

Text OwnText(RrType type, Bytes rdata) {
  if (type == kCaa) return CaaWithoutValue(rdata);
  if (type == kCsync) return CsyncWithoutTypes(rdata);
  const auto* const writer = std::find_if(kWriters.begin(), kWriters.end(),
                                          [type](const Writer& one) { return one.type == type; });
  if (writer == kWriters.end()) return std::nullopt;
  return writer->write(rdata).value_or(GenericText(rdata));
}

}  // namespace pdns::dns
