#include "dns/common_form.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace pdns::dns {
namespace {

using record::RrType;

constexpr std::uint16_t kX25 = 19;
constexpr std::uint16_t kCert = 37;
constexpr std::uint16_t kApl = 42;

// Where a digest type stands in the rdata, and how long the digest behind it must be, by type.
constexpr std::size_t kAny = 0;
constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();
struct DigestForm {
  std::uint16_t type;
  std::size_t kind_at;
  std::array<std::size_t, 5> sizes;
};
constexpr std::array<DigestForm, 5> kDigests{{
    {43, 3, {kNever, 20, 32, 32, 48}},     // DS
    {59, 3, {1, 20, 32, 32, 48}},          // CDS
    {32769, 3, {kNever, 20, 32, 32, 48}},  // DLV
    {44, 1, {kAny, 20, 32, kAny, kAny}},   // SSHFP
    {63, 5, {kNever, 48, 64, kAny, kAny}}  // ZONEMD
}};

bool HasDigestLength(const DigestForm& form, Bytes rdata) {
  if (form.kind_at >= rdata.size()) return false;
  const std::size_t kind = rdata[form.kind_at];
  const std::size_t wanted = kind < form.sizes.size() ? form.sizes[kind] : kAny;
  const std::size_t size = rdata.size() - form.kind_at - 1;
  constexpr std::uint16_t kZonemd = 63;
  constexpr std::size_t kLeastOfZonemd = 12;  // RFC 8976 section 2.2.4
  if (form.type == kZonemd && size < kLeastOfZonemd) return false;
  return wanted == kAny || size == wanted;
}

// At most 90 degrees from the equator and 180 from the meridian, in thousandths of a second.
bool IsOnEarth(Bytes rdata) {
  constexpr std::int64_t kMiddle = std::int64_t{1} << 31;
  constexpr std::int64_t kDegree = 3600000;
  Cursor cursor(rdata, std::min<std::size_t>(4, rdata.size()));
  const std::int64_t latitude = cursor.U32();
  const std::int64_t longitude = cursor.U32();
  const auto within = [](std::int64_t value, std::int64_t degrees) {
    return value >= kMiddle - degrees * kDegree && value <= kMiddle + degrees * kDegree;
  };
  return cursor.ok() && within(latitude, 90) && within(longitude, 180);
}

bool HasPrefixesInRange(Bytes rdata) {
  Cursor cursor(rdata);
  while (cursor.left() > 0) {
    const unsigned family = cursor.U16();
    const unsigned prefix = cursor.U8();
    cursor.Take(cursor.U8() & 0x7fU);
    if (!cursor.ok() || (family == 1 && prefix > 32) || (family == 2 && prefix > 128)) return false;
  }
  return true;
}

// Every key that a client must know is there, once, and is another one (RFC 9460 section 8).
bool HasMandatory(std::string_view text) {
  constexpr std::string_view kMandatory = " mandatory=";
  const std::size_t at = text.find(kMandatory);
  if (at == std::string_view::npos) return true;
  std::string_view keys = text.substr(at + kMandatory.size());
  keys = keys.substr(0, keys.find(' '));
  std::vector<std::string_view> seen;
  while (true) {
    const std::size_t comma = keys.find(',');
    const std::string_view key = keys.substr(0, comma);
    const std::string before = ' ' + std::string(key);
    const bool there = text.find(before + '=') != std::string_view::npos ||
                       text.find(before + ' ') != std::string_view::npos || text.ends_with(before);
    const bool twice = std::find(seen.begin(), seen.end(), key) != seen.end();
    if (key == "mandatory" || !there || twice) return false;
    if (comma == std::string_view::npos) return true;
    seen.push_back(key);
    keys.remove_prefix(comma + 1);
  }
}

// "1 svc.example. alpn=h2 port=443": a value wherever there must be one, no escapes, only the keys
// of RFC 9460, and none in alias mode.
bool HasCommonParameters(std::string_view text) {
  if (text.find_first_of("\\\"") != std::string_view::npos || !HasMandatory(text)) return false;
  const std::size_t target = text.find(' ');
  std::size_t at = text.find(' ', target + 1);
  if (at != std::string_view::npos && text.starts_with("0 ")) return false;
  while (at != std::string_view::npos) {
    const std::size_t end = text.find(' ', at + 1);
    const std::string_view parameter = text.substr(at + 1, end - at - 1);
    const bool bare = parameter.find('=') == std::string_view::npos;
    const bool flag = parameter == "no-default-alpn" && text.find(" alpn=") != text.npos;
    if ((bare && !flag) || parameter.starts_with("key") || parameter.starts_with("dohpath") ||
        parameter.find(",key") != std::string_view::npos) {
      return false;
    }
    at = end;
  }
  return true;
}

// A KEY that says there is none (RFC 2535 3.1.2) ends with its algorithm.
bool IsKeyWhereDeclared(Bytes rdata) {
  constexpr std::size_t kFixed = 4;
  constexpr std::uint8_t kNoKey = 0xc0;
  return rdata.size() <= kFixed || (rdata[0] & kNoKey) != kNoKey;
}

// An X25 address is one string of at least four digits (RFC 1183 3.1).
bool IsX25Address(Bytes rdata) {
  constexpr std::size_t kShortest = 5;
  return rdata.size() >= kShortest && std::all_of(rdata.begin() + 1, rdata.end(), [](auto byte) {
           return byte >= '0' && byte <= '9';
         });
}

// The strings of a NAPTR are for ASCII; elsewhere dnspython writes other bytes as UTF-8.
bool HasAsciiStrings(Bytes naptr) {
  Cursor cursor(naptr);
  cursor.Take(4);  // order, preference
  for (int i = 0; i < 3; ++i) {
    const Bytes string = cursor.Take(cursor.U8());
    if (std::any_of(string.begin(), string.end(), [](std::uint8_t byte) { return byte >= 0x80; }))
      return false;
  }
  return true;
}

}  // namespace

bool HasCommonForm(RrType type, Bytes rdata) {
  const auto number = static_cast<std::uint16_t>(type);
  const auto form = std::find_if(kDigests.begin(), kDigests.end(),
                                 [&](const DigestForm& digest) { return digest.type == number; });
  if (form != kDigests.end()) return HasDigestLength(*form, rdata);
  if (number == kApl) return HasPrefixesInRange(rdata);
  if (number == kX25) return IsX25Address(rdata);
  switch (type) {
    case RrType::kLoc:
      return IsOnEarth(rdata);
    case RrType::kKey:
      return IsKeyWhereDeclared(rdata);
    case RrType::kNaptr:
      return HasAsciiStrings(rdata);
    default:
      return type != RrType::kWks;  // ldns names services as this host does
  }
}

bool HasCommonWords(RrType type, std::string_view text) {
  // ldns leaks the field when it reads back the reserved certificate type.
  if (static_cast<std::uint16_t>(type) == kCert) return !text.starts_with("0 ");
  if (type == RrType::kSvcb || type == RrType::kHttps) return HasCommonParameters(text);
  return true;
}

}  // namespace pdns::dns
