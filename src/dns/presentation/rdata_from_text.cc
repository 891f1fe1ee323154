#include "dns/presentation/rdata_from_text.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "dns/presentation/rdata_text.h"
#include "dns/rdata.h"
#include "dns/scratch.h"
#include "dns/text.h"
#include "record/type_facts.h"

namespace pdns::dns {
namespace {

using record::RrType;

constexpr std::size_t kMostRdata = 65535;
constexpr std::size_t kMostString = 255;  // RFC 1035 3.3

struct Free {
  void operator()(ldns_rr* rr) const { ldns_rr_free(rr); }
};
using RrPtr = std::unique_ptr<ldns_rr, Free>;

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

std::string_view WithoutBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::string> AddressBytes(int family, std::size_t size, std::string_view text) {
  std::string bytes(size, '\0');
  const std::string terminated(text);
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (inet_pton(family, terminated.c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

// "3 0102ff", the digits in groups if the writer liked it so (RFC 3597 section 5).
std::optional<std::string> GenericBytes(std::string_view text) {
  text = WithoutBlanks(text);
  std::size_t size = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || size > kMostRdata) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  if (!text.empty() && !IsBlank(text.front())) return std::nullopt;
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
               [](char c) { return !IsBlank(c); });
  auto bytes = FromHex(digits);
  if (!bytes.has_value() || bytes->size() != size) return std::nullopt;
  return bytes;
}

// One byte of a character string: itself, \X or \DDD. Takes it off the front.
std::optional<char> NextByte(std::string_view& text) {
  const char first = text.front();
  text.remove_prefix(1);
  if (first != '\\') return first;
  if (text.empty()) return std::nullopt;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!is_digit(text.front())) {
    const char plain = text.front();
    text.remove_prefix(1);
    return plain;
  }
  unsigned value = 0;
  for (int i = 0; i < 3; ++i, text.remove_prefix(1)) {
    if (text.empty() || !is_digit(text.front())) return std::nullopt;
    value = 10 * value + static_cast<unsigned>(text.front() - '0');
  }
  if (value > UINT8_MAX) return std::nullopt;
  return static_cast<char>(value);
}

// A character string, quoted or up to a blank, with its length in front.
bool AppendString(std::string& out, std::string_view& text) {
  const bool quoted = text.front() == '"';
  if (quoted) text.remove_prefix(1);
  const std::size_t start = out.size();
  out.push_back('\0');
  while (!text.empty() && (quoted ? text.front() != '"' : !IsBlank(text.front()))) {
    if (!quoted && text.front() == '"') return false;
    const auto byte = NextByte(text);
    if (!byte.has_value()) return false;
    out.push_back(*byte);
  }
  const std::size_t size = out.size() - start - 1;
  if (size > kMostString || out.size() > kMostRdata) return false;
  out[start] = static_cast<char>(size);
  if (!quoted) return true;
  if (text.empty()) return false;  // no quote at its end
  text.remove_prefix(1);
  return text.empty() || IsBlank(text.front());
}

std::optional<std::string> StringBytes(std::string_view text) {
  std::string bytes;
  for (text = WithoutBlanks(text); !text.empty(); text = WithoutBlanks(text))
    if (!AppendString(bytes, text)) return std::nullopt;
  if (bytes.empty()) return std::nullopt;
  return bytes;
}

std::optional<std::string> BytesByLdns(RrType type, std::string_view text) {
  // Signs that say something to ldns beyond this one record.
  if (text.find_first_of(std::string_view("\0\n\r", 3)) != std::string_view::npos)
    return std::nullopt;
  const std::string line = ". 0 IN " + TypeToText(type) + " " + std::string(text);
  ldns_rr* parsed = nullptr;
  if (ldns_rr_new_frm_str(&parsed, line.c_str(), 0, nullptr, nullptr) != LDNS_STATUS_OK)
    return std::nullopt;
  const RrPtr rr(parsed);
  std::string bytes;
  for (std::size_t i = 0; i < ldns_rr_rd_count(rr.get()); ++i) {
    const ldns_rdf* field = ldns_rr_rdf(rr.get(), i);
    AppendBytes(bytes, {ldns_rdf_data(field), ldns_rdf_size(field)});
  }
  if (bytes.size() > kMostRdata) return std::nullopt;
  return bytes;
}

// Rdata that is one name and nothing else, as most with names are.
bool IsOneName(RrType type) {
  const record::RdataLayout& layout = record::FactsOf(type).layout;
  return layout.names == 1 && layout.before == 0 && layout.behind == 0 && !layout.tail;
}

bool IsStrings(RrType type) {
  return record::FactsOf(type).text || type == RrType::kAvc || type == RrType::kNinfo;
}

bool IsService(RrType type) { return record::FactsOf(type).target == record::TargetForm::kService; }

std::optional<std::string> BytesOf(const std::optional<record::Name>& name) {
  if (!name.has_value()) return std::nullopt;
  return std::string(AsText(name->wire()));
}

}  // namespace

std::optional<std::string> CanonicalLoneRdata(RrType type, Bytes rdata) {
  if (rdata.size() > kMostRdata) return std::nullopt;
  if (record::RequiredFields(type) == 0) {
    if (!IsValidOpaqueRdata(type, rdata.size())) return std::nullopt;
    return std::string(AsText(rdata));
  }
  if (IsOneName(type)) return BytesOf(record::Name::FromWire(rdata));
  // A message that holds nothing else: its first bytes are the length, so that a pointer to what
  // would be the header reads no name.
  std::string message;
  AppendU16(message, static_cast<std::uint16_t>(rdata.size()));
  AppendBytes(message, rdata);
  Scratch scratch;
  const auto canonical = CanonicalRdata(AsBytes(message), 0, type, scratch);
  // Compression has no place here: what was pointed at would be bytes of another meaning.
  if (!canonical.has_value() || canonical->size() != rdata.size()) return std::nullopt;
  return std::string(AsText(*canonical));
}

std::optional<std::string> RdataFromText(RrType type, std::string_view text) {
  if (text.size() > kLongestRdataText) return std::nullopt;
  std::optional<std::string> bytes;
  constexpr std::string_view kGeneric = "\\#";
  if (text.starts_with(kGeneric)) {
    bytes = GenericBytes(text.substr(kGeneric.size()));
  } else if (type == RrType::kA) {
    return AddressBytes(AF_INET, sizeof(in_addr), text);
  } else if (type == RrType::kAaaa) {
    return AddressBytes(AF_INET6, sizeof(in6_addr), text);
  } else if (IsOneName(type)) {
    return BytesOf(NameFromText(text));
  } else if (IsStrings(type)) {
    return StringBytes(text);
  } else if (IsService(type) && text.find('\\') != std::string_view::npos) {
    return std::nullopt;  // ldns 1.8.3 keeps the escapes of a list of values as if they were bytes
  } else {
    bytes = BytesByLdns(type, text);
  }
  if (!bytes.has_value()) return std::nullopt;
  return CanonicalLoneRdata(type, AsBytes(*bytes));
}

}  // namespace pdns::dns
