#include "dns/presentation/message_text.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/whole_number.h"
#include "dns/presentation/rdata_text.h"
#include "dns/rdata.h"
#include "dns/text.h"
#include "record/type_facts.h"

namespace pdns::dns {
namespace {

constexpr std::uint16_t kClassIn = 1;
constexpr unsigned kMaxRcode = 4095;

struct Word {
  unsigned number;
  std::string_view text;
};

constexpr std::array<Word, 6> kOpcodes{
    {{0, "QUERY"}, {1, "IQUERY"}, {2, "STATUS"}, {4, "NOTIFY"}, {5, "UPDATE"}, {6, "DSO"}}};

constexpr std::array<Word, 20> kRcodes{
    {{0, "NOERROR"},  {1, "FORMERR"},    {2, "SERVFAIL"}, {3, "NXDOMAIN"},  {4, "NOTIMP"},
     {5, "REFUSED"},  {6, "YXDOMAIN"},   {7, "YXRRSET"},  {8, "NXRRSET"},   {9, "NOTAUTH"},
     {10, "NOTZONE"}, {11, "DSOTYPENI"}, {16, "BADVERS"}, {17, "BADKEY"},   {18, "BADTIME"},
     {19, "BADMODE"}, {20, "BADNAME"},   {21, "BADALG"},  {22, "BADTRUNC"}, {23, "BADCOOKIE"}}};

constexpr std::array<Word, 6> kClasses{
    {{0, "RESERVED0"}, {kClassIn, "IN"}, {3, "CH"}, {4, "HS"}, {254, "NONE"}, {255, "ANY"}}};

constexpr unsigned kNsid = 3;
constexpr unsigned kClientSubnet = 8;
constexpr unsigned kExtendedError = 15;
constexpr std::array<Word, 14> kOptions{{{1, "LLQ"},
                                         {kNsid, "NSID"},
                                         {5, "DAU"},
                                         {6, "DHU"},
                                         {7, "N3U"},
                                         {kClientSubnet, "CLIENT-SUBNET"},
                                         {9, "EXPIRE"},
                                         {10, "COOKIE"},
                                         {11, "TCP-KEEPALIVE"},
                                         {12, "PAD"},
                                         {13, "CHAIN"},
                                         {14, "KEY-TAG"},
                                         {kExtendedError, "EDE"},
                                         {18, "REPORT-CHANNEL"}}};

// RFC 8914 and IANA, "Extended DNS Error Codes", from 0.
constexpr std::array<std::string_view, 31> kExtendedErrors{"Other Error",
                                                           "Unsupported DNSKEY Algorithm",
                                                           "Unsupported DS Digest Type",
                                                           "Stale Answer",
                                                           "Forged Answer",
                                                           "DNSSEC Indeterminate",
                                                           "DNSSEC Bogus",
                                                           "Signature Expired",
                                                           "Signature Not Yet Valid",
                                                           "DNSKEY Missing",
                                                           "RRSIGs Missing",
                                                           "No Zone Key Bit Set",
                                                           "NSEC Missing",
                                                           "Cached Error",
                                                           "Not Ready",
                                                           "Blocked",
                                                           "Censored",
                                                           "Filtered",
                                                           "Prohibited",
                                                           "Stale NXDOMAIN Answer",
                                                           "Not Authoritative",
                                                           "Not Supported",
                                                           "No Reachable Authority",
                                                           "Network Error",
                                                           "Invalid Data",
                                                           "Signature Expired before Valid",
                                                           "Too Early",
                                                           "Unsupported NSEC3 Iterations Value",
                                                           "Unable to conform to policy",
                                                           "Synthesized",
                                                           "Invalid Query Type"};

template <std::size_t count>
std::string TextOf(const std::array<Word, count>& words, unsigned number,
                   std::string_view otherwise) {
  for (const Word& word : words) {
    if (word.number == number) return std::string(word.text);
  }
  return fmt::format("{}{}", otherwise, number);
}

template <std::size_t count>
std::optional<unsigned> NumberOf(const std::array<Word, count>& words, std::string_view upper) {
  for (const Word& word : words) {
    if (word.text == upper) return word.number;
  }
  return std::nullopt;
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

std::string GenericRdata(Bytes rdata) {
  return fmt::format("\\# {}{}{}", rdata.size(), rdata.empty() ? "" : " ", ToHex(rdata));
}

// RFC 7871: family, source and scope prefix, as much of the address as the prefix needs.
std::optional<std::string> SubnetText(Bytes data) {
  Cursor cursor(data);
  const unsigned family = cursor.U16();
  const unsigned source = cursor.U8();
  const unsigned scope = cursor.U8();
  const Bytes sent = cursor.Read(cursor.left());
  std::array<std::uint8_t, 16> address{};
  const std::size_t size = family == 1 ? 4 : 16;
  if (!cursor.ok() || (family != 1 && family != 2) || sent.size() > size) return std::nullopt;
  std::copy(sent.begin(), sent.end(), address.begin());
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_ntop(family == 1 ? AF_INET : AF_INET6, address.data(), text.data(), text.size()) ==
      nullptr) {
    return std::nullopt;
  }
  return fmt::format("{}/{}/{}", text.data(), source, scope);
}

std::optional<std::string> ExtendedErrorText(Bytes data) {
  Cursor cursor(data);
  const unsigned code = cursor.U16();
  if (!cursor.ok()) return std::nullopt;
  std::string text = std::to_string(code);
  if (code < kExtendedErrors.size()) text += fmt::format(" ({})", kExtendedErrors.at(code));
  const Bytes extra = cursor.Read(cursor.left());
  if (!extra.empty()) text += ": " + Printable(AsText(extra));
  return text;
}

}  // namespace

std::string OpcodeToText(unsigned opcode) { return TextOf(kOpcodes, opcode, "OPCODE"); }
std::string RcodeToText(unsigned rcode) { return TextOf(kRcodes, rcode, "RCODE"); }
std::string ClassToText(std::uint16_t rr_class) { return TextOf(kClasses, rr_class, "CLASS"); }
std::string EdnsOptionName(std::uint16_t code) { return TextOf(kOptions, code, "OPT"); }

std::optional<unsigned> RcodeFromText(std::string_view text) {
  constexpr std::string_view kPrefix = "RCODE";
  const std::string upper = Upper(text);
  if (const auto known = NumberOf(kRcodes, upper); known.has_value()) return known;
  std::string_view digits = upper;
  if (digits.starts_with(kPrefix)) digits.remove_prefix(kPrefix.size());
  const auto number = WholeNumber<unsigned>(digits);
  if (!number.has_value() || *number > kMaxRcode) return std::nullopt;
  return number;
}

std::string TypeMnemonic(record::RrType type) {
  const record::TypeFacts& facts = record::FactsOf(type);
  return facts.rare ? std::string(facts.mnemonic) : TypeToText(type);
}

std::vector<std::string_view> FlagWords(const Header& header) {
  constexpr std::array<Word, 7> kFlags{{{0x8000, "qr"},
                                        {0x0400, "aa"},
                                        {0x0200, "tc"},
                                        {0x0100, "rd"},
                                        {0x0080, "ra"},
                                        {0x0020, "ad"},
                                        {0x0010, "cd"}}};
  std::vector<std::string_view> words;
  for (const Word& flag : kFlags) {
    if ((header.flags & flag.number) != 0) words.push_back(flag.text);
  }
  return words;
}

RdataText TextOfRdata(const Message& message, const Record& record) {
  constexpr std::size_t kLengthBytes = 2;
  const bool in = record.rr_class == kClassIn;
  // Dynamic updates name RRsets by records without rdata, of class ANY or NONE (RFC 2136). What
  // rdata means depends on the class for some types: they are read in IN alone.
  if (!in && (record.rdata.empty() || !record::FactsOf(record.type).any_class)) {
    return {record.rdata.empty() ? std::string() : GenericRdata(record.rdata), false};
  }
  if (record::RequiredFields(record.type) > 0) {
    Scratch scratch;
    const auto rdata =
        CanonicalRdata(message.wire, record.rdata_at - kLengthBytes, record.type, scratch);
    if (!rdata.has_value()) return {GenericRdata(record.rdata), true};
    return {RdataToText(record.type, *rdata), false};
  }
  if (!IsValidOpaqueRdata(record.type, record.rdata.size())) {
    return {GenericRdata(record.rdata), true};
  }
  return {RdataToText(record.type, record.rdata), false};
}

std::string EdnsOptionText(const EdnsOption& option) {
  std::optional<std::string> text;
  if (option.code == kNsid) text = Printable(AsText(option.data));
  if (option.code == kClientSubnet) text = SubnetText(option.data);
  if (option.code == kExtendedError) text = ExtendedErrorText(option.data);
  return text.value_or(ToHex(option.data));
}

}  // namespace pdns::dns
