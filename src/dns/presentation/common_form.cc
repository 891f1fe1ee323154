#include "dns/presentation/common_form.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>

#include "record/name.h"

namespace pdns::dns {
namespace {

using record::RrType;

constexpr std::uint16_t kX25 = 19;
constexpr std::uint16_t kIsdn = 20;
constexpr std::uint16_t kGpos = 27;
constexpr std::uint16_t kCert = 37;

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
  constexpr std::size_t kSchemeAt = 4;
  if (form.type == kZonemd && (size < kLeastOfZonemd || rdata[kSchemeAt] == 0)) return false;
  return wanted == kAny || size == wanted;
}

// At most 90 degrees from the equator and 180 from the meridian, in thousandths of a second; and of
// a height that dnspython, which takes centimetres for metres and a fraction, does not round away.
bool IsOnEarth(Bytes rdata) {
  constexpr std::int64_t kMiddle = std::int64_t{1} << 31;
  constexpr std::int64_t kDegree = 3600000;
  constexpr std::int64_t kSeaLevel = 10000000;
  constexpr double kMetre = 100;
  Cursor cursor(rdata, std::min<std::size_t>(4, rdata.size()));
  const std::int64_t latitude = cursor.U32();
  const std::int64_t longitude = cursor.U32();
  const std::int64_t height = static_cast<std::int64_t>(cursor.U32()) - kSeaLevel;
  const auto within = [](std::int64_t value, std::int64_t degrees) {
    return value >= kMiddle - degrees * kDegree && value <= kMiddle + degrees * kDegree;
  };
  const double metres = static_cast<double>(height) / kMetre;
  return cursor.ok() && within(latitude, 90) && within(longitude, 180) &&
         static_cast<std::int64_t>(metres * kMetre) == height;
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

// dnspython takes a second string that is empty for none.
bool HasEmptySubaddress(Bytes isdn) {
  Cursor cursor(isdn);
  cursor.Read(cursor.U8());
  return cursor.left() == 1;
}

// The strings of a NAPTR are for ASCII; elsewhere dnspython writes other bytes as UTF-8.
bool HasAsciiStrings(Bytes naptr) {
  Cursor cursor(naptr);
  cursor.Read(4);  // order, preference
  for (int i = 0; i < 3; ++i) {
    const Bytes string = cursor.Read(cursor.U8());
    if (std::any_of(string.begin(), string.end(), [](std::uint8_t byte) { return byte >= 0x80; }))
      return false;
  }
  return true;
}

// A signer is the owner or above it (RFC 4034 section 3.1.7), and so has no more labels than are
// signed.
bool IsSignedFromAbove(Bytes rrsig) {
  constexpr std::size_t kLabelsAt = 3;
  constexpr std::size_t kSignerAt = 18;
  if (rrsig.size() <= kSignerAt) return false;
  const Bytes signer = rrsig.subspan(kSignerAt);
  unsigned labels = 0;
  for (std::size_t at = 0; at < signer.size() && signer[at] != 0; at += signer[at] + 1U) ++labels;
  return labels <= rrsig[kLabelsAt];
}

// A number as dnspython takes it: digits with or without a sign and a dot. Read in a whole number
// of degrees, for the bounds.
std::optional<int> Degrees(std::string_view number) {
  if (number.starts_with('-') || number.starts_with('+')) number.remove_prefix(1);
  const std::size_t dot = number.find('.');
  const std::string_view whole = number.substr(0, dot);
  const std::string_view part = dot == std::string_view::npos ? "" : number.substr(dot + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool digits = std::all_of(whole.begin(), whole.end(), is_digit) &&
                      std::all_of(part.begin(), part.end(), is_digit);
  if (!digits || (whole.empty() && part.empty())) return std::nullopt;
  constexpr int kBeyond = 1000;
  int degrees = 0;
  for (const char c : whole) degrees = std::min(degrees * 10 + (c - '0'), kBeyond);
  const bool more = part.find_first_not_of('0') != std::string_view::npos;
  return degrees + (more ? 1 : 0);
}

// Latitude, longitude and altitude of a GPOS (RFC 1712), as numbers.
bool IsPosition(Bytes rdata) {
  constexpr std::array<int, 3> kMost{90, 180, std::numeric_limits<int>::max()};
  Cursor cursor(rdata);
  for (const int most : kMost) {
    const auto degrees = Degrees(AsText(cursor.Read(cursor.U8())));
    if (!degrees.has_value() || *degrees > most) return false;
  }
  return cursor.AtEnd();
}

// dnspython writes bytes beyond ASCII of most strings as UTF-8: "\200" becomes two bytes. Names
// have no such fault, so only types without names are asked.
bool HasHighEscape(std::string_view text) {
  constexpr std::size_t kDigits = 3;
  for (std::size_t at = text.find('\\'); at != std::string_view::npos;
       at = text.find('\\', at + 2)) {
    const std::string_view value = text.substr(at + 1, kDigits);
    if (value.size() == kDigits && value >= "128" && value <= "255") return true;
  }
  return false;
}

bool HasStringsAlone(std::uint16_t type) {
  constexpr std::array<std::uint16_t, 4> kTypes{13, 20, 256, 257};  // HINFO, ISDN, URI, CAA
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

}  // namespace

bool HasCommonForm(RrType type, Bytes rdata) {
  const auto number = static_cast<std::uint16_t>(type);
  const auto form = std::find_if(kDigests.begin(), kDigests.end(),
                                 [&](const DigestForm& digest) { return digest.type == number; });
  if (form != kDigests.end()) return HasDigestLength(*form, rdata);
  if (number == kX25) return IsX25Address(rdata);
  if (number == kIsdn) return !HasEmptySubaddress(rdata);
  if (number == kGpos) return IsPosition(rdata);
  switch (type) {
    case RrType::kLoc:
      return IsOnEarth(rdata);
    case RrType::kKey:
      return IsKeyWhereDeclared(rdata);
    case RrType::kNaptr:
      return HasAsciiStrings(rdata);
    case RrType::kRrsig:
      return IsSignedFromAbove(rdata);
    case RrType::kNsec:  // BIND wants types
      return rdata.size() > record::NameLength(rdata);
    default:
      return true;
  }
}

bool HasCommonWords(RrType type, std::string_view text) {
  const auto number = static_cast<std::uint16_t>(type);
  // ldns leaks the field when it reads back the reserved certificate type.
  if (number == kCert) return !text.starts_with("0 ");
  return !HasStringsAlone(number) || !HasHighEscape(text);
}

bool HasPlainExpression(std::string_view naptr) {
  const std::size_t end = naptr.rfind('"');
  const std::size_t begin = naptr.rfind(" \"", end - 1);
  if (end == std::string_view::npos || begin == std::string_view::npos) return false;
  const std::string_view expression = naptr.substr(begin + 2, end - begin - 2);
  if (expression.empty()) return true;
  const char edge = expression.front();
  const std::size_t second = expression.find(edge, 1);
  const std::size_t third = expression.find(edge, second + 1);
  if (std::string_view("!/#|~").find(edge) == std::string_view::npos ||
      second == std::string_view::npos || third != expression.size() - 1 ||
      expression.find('\\') != std::string_view::npos) {
    return false;
  }
  const std::string_view pattern = expression.substr(1, second - 1);
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  };
  return pattern == "^.*$" ||
         (!pattern.empty() && std::all_of(pattern.begin(), pattern.end(), plain));
}

}  // namespace pdns::dns
