#include "ask/indicator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "ask/ascii.h"
#include "ask/name_pattern.h"
#include "ask/quote.h"
#include "ask/refang.h"
#include "dns/presentation/idn.h"

namespace pdns::ask {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::string_view WithoutDot(std::string_view name) {
  if (name.size() > 1 && name.ends_with('.')) name.remove_suffix(1);
  return name;
}

// The first of `wanted` that is not escaped.
std::size_t FindPlain(std::string_view text, std::string_view wanted) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (std::find(wanted.begin(), wanted.end(), text[at]) != wanted.end()) {
      return at;
    }
  }
  return kNone;
}

bool IsHexDigit(char c) { return IsDigit(c) || (Lower(c) >= 'a' && Lower(c) <= 'f'); }

// Text on its way to an indicator.
struct Parse {
  std::string_view given;  // for messages
  std::string_view rest;   // what is still to be understood

  Status Refuse(std::string_view why) const {
    return Status::Usage(fmt::format("{}{}", Quoted(given), why));
  }
};

Indicator OfBlock(const dns::AddressBlock& block, bool changed = false) {
  Indicator indicator;
  indicator.changed = changed;
  indicator.kind = Indicator::Kind::kBlock;
  indicator.block = block;
  indicator.understood = dns::BlockText(block);
  return indicator;
}

// Of a file: MD5, SHA-1, SHA-2; or a UUID. No label is as long, but for one of 40.
bool LooksLikeHash(std::string_view text) {
  constexpr std::array<std::size_t, 5> kSizes{32, 40, 64, 96, 128};
  const auto size =
      text.size() - static_cast<std::size_t>(std::count(text.begin(), text.end(), '-'));
  return std::find(kSizes.begin(), kSizes.end(), size) != kSizes.end() &&
         text.find_first_not_of("0123456789abcdefABCDEF-") == kNone;
}

// "00:11:22:33:44:55", also with dashes, and as Cisco writes it: 0011.2233.4455.
bool LooksLikeMac(std::string_view text) {
  constexpr std::size_t kDigits = 12;
  std::size_t digits = 0;
  std::string_view signs;  // the first one; the others are the same
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (IsHexDigit(text[at])) {
      ++digits;
      continue;
    }
    if (signs.empty()) signs = text.substr(at, 1);
    const std::size_t step = signs == "." ? 5 : 3;  // one group of digits and its sign
    if (!signs.starts_with(text[at]) || at % step != step - 1) return false;
  }
  const bool known = signs == ":" || signs == "-" || signs == ".";
  return known && digits == kDigits && text.size() == (signs == "." ? 14 : 17);
}

// "2001-db8-205-150--140", "205-150-150-140": one label of hex digits between dashes.
bool LooksLikeDashedAddress(std::string_view text) {
  return std::count(text.begin(), text.end(), '-') >= 3 && IsHexDigit(text.front()) &&
         std::any_of(text.begin(), text.end(), IsDigit) &&
         std::all_of(text.begin(), text.end(), [](char c) { return c == '-' || IsHexDigit(c); });
}

// "CVE-2024-3094", "AS64500".
bool LooksLikeOtherNumber(std::string_view text) {
  for (const std::string_view mark : {"cve-", "as"}) {
    const std::string_view number = text.substr(std::min(mark.size(), text.size()));
    if (StartsWith(text, mark) && !number.empty() && IsDigit(number.front()))
      return number.find_first_not_of("0123456789-") == kNone;
  }
  return false;
}

// A whole number, as programs that read addresses take it, or a part of a block or a date: "140",
// "0x8c", "150/24", "2026-11-22".
bool IsNumber(std::string_view label) {
  if (StartsWith(label, "0x")) {
    return label.size() > 2 && std::all_of(label.begin() + 2, label.end(), IsHexDigit);
  }
  return !label.empty() && IsDigit(label.front()) &&
         std::all_of(label.begin(), label.end(), [](char c) {
           return IsDigit(c) || std::string_view("/\\-").find(c) != kNone;
         });
}

// Does a name end like an address: 192.0.2.300, 192.0.2, 192.0.2.*, 192.0.2.x? No top-level domain
// is a number (RFC 1123 2.1), so that nobody who pasted it means a name.
bool LooksLikeAddress(std::string_view name) {
  name = WithoutDot(name);
  if (IsNumber(name.substr(name.rfind('.') + 1))) return true;
  std::size_t labels = 0;
  bool open = false;  // a label stands for any number
  for (bool more = true; more; ++labels) {
    const std::size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    const bool wild = label == "*" || label == "+";
    const bool any = wild || (!label.empty() && LowerText(label).find_first_not_of('x') == kNone);
    if (!IsNumber(label) && !(any && labels > 0)) return false;
    open = open || wild;
    more = dot != kNone;
    if (more) name.remove_prefix(dot + 1);
  }
  return open || labels == 4;
}

// Bytes that no host has and that stand in what is no name: a query of a URL, an assignment, an
// encoded text. A name as answers print it ends with a dot, and may have them.
bool HasForeignSign(std::string_view text) {
  const bool printed = text.ends_with('.');
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\' && (printed || !text.substr(at + 1).starts_with('\\'))) {
      ++at;
    } else if (c == '\\' || c == 0x7f || (c >= 0 && c < 0x20) ||
               (!printed && std::string_view("!#$%&'=?^~").find(c) != kNone)) {
      return true;
    }
  }
  return false;
}

// "\\server\share": no name is written so, since a letter needs no backslash.
bool HasEscapedLetter(std::string_view text) {
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] == '\\' && IsLetter(text[++at])) return true;
  }
  return false;
}

// What a text is that looks like a name and is none; empty: nothing else.
std::string_view OtherThanName(std::string_view text) {
  if (FindPlain(text, kBlanks) != kNone)
    return " has a blank in it: give one name or address at a time";
  if (FindPlain(text, "[](){}<>\"`|") != kNone)
    return " has a bracket or a quote that no rule understands; in a name it is written \\[";
  if (HasEscapedLetter(text)) return " has a backslash before a letter, as no name has";
  if (HasForeignSign(text)) return " has a sign that no host name has; in a name it is written \\!";
  if (LooksLikeMac(text)) return " is the address of a network card, and no name";
  if (LooksLikeHash(text)) return " looks like a hash, and is no name";
  if (LooksLikeDashedAddress(text)) return " has dashes where an address has other signs";
  if (LooksLikeOtherNumber(text)) return " is the number of something else, and no name";
  return {};
}

Result<Indicator> ParseName(const Parse& parse) {
  if (const std::string_view why = OtherThanName(parse.rest); !why.empty())
    return parse.Refuse(why);
  const auto ascii = dns::ToAscii(parse.rest);
  if (!ascii.has_value()) return parse.Refuse(" has no form in the DNS (IDNA)");
  // Digits and dots of other scripts have become plain ones.
  if (const auto block = dns::ParseBlock(*ascii)) return OfBlock(*block, true);
  if (LooksLikeAddress(*ascii)) {
    return parse
        .Refuse(
            " ends as no name does, and is no address: give 192.0.2.1, a block such as "
            "192.0.2.0/24 or a range such as 192.0.2.1-192.0.2.9")
        .With(Remedy::kPattern);
  }
  const auto pattern = NamePattern::Parse(*ascii);
  if (!pattern.ok()) return pattern.status();
  Indicator indicator;
  indicator.name = *ascii;
  indicator.understood = *ascii;
  return indicator;
}

// "fe80::1%eth0", "[fe80::1%25eth0]:443" (RFC 4007, RFC 6874): the zone is known to one host alone.
Status RefusedZone(const Parse& parse) {
  std::string_view address = parse.rest;
  if (address.starts_with('[')) address.remove_prefix(1);
  const std::size_t percent = address.find('%');
  if (percent == kNone) return {};
  address = address.substr(0, percent);
  const auto block = dns::ParseAddress(address);
  if (!block.has_value() || block->size == 4) return {};
  return parse.Refuse(fmt::format(
      " has a zone behind its %, which is an interface of one host and no part of an address: give "
      "{}",
      dns::BlockText(*block)));
}

// A host with or without a port: "blah.org", "1.2.3.4:80", "[2001:db8::1]:443".
Result<Indicator> ParseHost(Parse parse) {
  if (Status zone = RefusedZone(parse); !zone.ok()) return zone;
  if (LooksLikeMac(parse.rest)) return ParseName(parse);  // which says so
  std::string_view& host = parse.rest;
  std::string_view port;
  const bool bracketed = host.starts_with('[');
  const std::size_t end = bracketed ? host.find(']') : FindPlain(host, ":");
  if (bracketed && end == kNone) return parse.Refuse(": a [ without its ]");
  if (end != kNone) {
    port = host.substr(end + (bracketed ? 1 : 0));
    host = host.substr(bracketed ? 1 : 0, end - (bracketed ? 1 : 0));
  }
  std::uint16_t number = 0;
  if (!port.empty()) {
    // An empty port is one, too (RFC 3986 3.2.3).
    const char* stop = port.data() + port.size();
    const auto [behind, error] = std::from_chars(port.data() + 1, stop, number);
    if (port.front() != ':' || (port.size() > 1 && (error != std::errc() || behind != stop)))
      return parse.Refuse(" is no address, and what stands behind the host is no port");
  }
  // A bare one does not come this far.
  if (const auto address = dns::ParseAddress(WithoutDot(host))) return OfBlock(*address, true);
  if (bracketed) return parse.Refuse(": no IPv6 address between [ and ]");
  if (host.empty()) return parse.Refuse(" names no host");
  return ParseName(parse);
}

// The part of a URL between its scheme and its path.
Result<Indicator> ParseAuthority(Parse parse) {
  parse.rest = parse.rest.substr(0, parse.rest.find_first_of("/?#"));
  if (const std::size_t at = parse.rest.rfind('@'); at != kNone) parse.rest.remove_prefix(at + 1);
  return ParseHost(parse);
}

// The size of "scheme://" at the front; 0: none.
std::size_t SchemeSize(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == kNone || !IsLetter(text.front())) return 0;
  const bool scheme = std::all_of(
      text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end),
      [](char c) { return IsLetter(c) || IsDigit(c) || c == '+' || c == '-' || c == '.'; });
  return scheme ? end + 3 : 0;
}

// "first-last"; nothing when the text is none.
std::optional<Result<Indicator>> ParseRange(const Parse& parse) {
  const std::size_t dash = parse.rest.find('-');
  if (dash == kNone) return std::nullopt;
  const auto first = dns::ParseAddress(Trimmed(parse.rest.substr(0, dash)));
  if (!first.has_value()) return std::nullopt;
  const std::string_view behind = Trimmed(parse.rest.substr(dash + 1));
  const auto last = dns::ParseAddress(behind);
  if (!last.has_value()) {
    const bool name =
        std::any_of(behind.begin(), behind.end(), IsLetter) && behind.find(':') == kNone;
    if (name) return std::nullopt;
    return parse.Refuse(" is no range: give two addresses, such as 192.0.2.1-192.0.2.9");
  }
  dns::AddressBlock block = *first;
  block.last = last->first;
  if (first->size != last->size)
    return parse.Refuse(" is no range: one end is IPv4, the other IPv6");
  if (block.last < block.first) return parse.Refuse(" is no range: its end is below its beginning");
  return OfBlock(block);
}

// May `host`, before a slash, be that of a URL? It has a dot and ends in letters, or in an A-label.
bool LooksLikeHost(std::string_view host) {
  host = host.substr(0, FindPlain(host, ":"));
  if (host.ends_with('.')) host.remove_suffix(1);
  const std::size_t dot = host.rfind('.');
  if (dot == kNone || dot + 1 == host.size()) return false;
  const std::string_view top = host.substr(dot + 1);
  return StartsWith(top, "xn--") ||
         std::all_of(top.begin(), top.end(), [](char c) { return IsLetter(c) || (c & 0x80) != 0; });
}

// "[2001:db8::]/64"; nothing when the text is none.
std::optional<Indicator> ParseBracketedBlock(std::string_view head, std::string_view size) {
  if (!head.starts_with('[') || !head.ends_with(']') || size.empty() ||
      !std::all_of(size.begin(), size.end(), IsDigit))
    return std::nullopt;
  const auto block = dns::ParseBlock(fmt::format("{}/{}", head.substr(1, head.size() - 2), size));
  if (!block.has_value()) return std::nullopt;
  return OfBlock(*block, true);
}

// Text with a slash that is no block.
Result<Indicator> ParseSlashed(Parse parse, std::size_t slash) {
  const std::string_view head = parse.rest.substr(0, slash);
  const std::string_view path = parse.rest.substr(slash + 1);
  if (auto block = ParseBracketedBlock(head, path)) return *std::move(block);
  if (dns::ParseAddress(head).has_value() && (path.empty() || !IsLetter(path.front())))
    return parse.Refuse(" is no block of addresses such as 192.0.2.0/24 or 2001:db8::/32");
  const bool host = head.starts_with('[') || dns::ParseAddress(head.substr(0, head.find(':'))) ||
                    dns::ParseAddress(head) || LooksLikeHost(head);
  if (host) {
    parse.rest = head;
    return ParseHost(parse);
  }
  if (head.empty() || FindPlain(parse.rest, ":") != kNone)
    return parse.Refuse(" is no address, no block such as 192.0.2.0/24, and no name");
  return ParseName(parse);
}

Result<Indicator> ParseAny(Parse parse) {
  constexpr std::string_view kMail = "mailto:";
  if (const std::size_t scheme = SchemeSize(parse.rest); scheme > 0) {
    parse.rest.remove_prefix(scheme);
    return ParseAuthority(parse);
  }
  if (Status zone = RefusedZone(parse); !zone.ok()) return zone;
  if (const auto block = dns::ParseBlock(parse.rest)) return OfBlock(*block);
  if (auto range = ParseRange(parse)) return *range;
  if (StartsWith(parse.rest, kMail)) parse.rest.remove_prefix(kMail.size());
  // A URL's query or fragment, or the port behind an address in a log of BIND: 192.0.2.1#53.
  const std::size_t query = FindPlain(parse.rest, "@/?#");
  if (query != kNone && (parse.rest[query] == '?' || parse.rest[query] == '#') &&
      FindPlain(parse.rest, "@") == kNone) {
    const std::string_view head = parse.rest.substr(0, query);
    if (const auto address = dns::ParseAddress(head)) return OfBlock(*address, true);
    if (LooksLikeHost(head)) return ParseHost({parse.given, head});
  }
  const std::size_t mark = FindPlain(parse.rest, "@/");
  if (mark != kNone && parse.rest[mark] == '/') return ParseSlashed(parse, mark);
  if (mark != kNone) {
    parse.rest.remove_prefix(mark + 1);
    if (FindPlain(parse.rest, "@") != kNone) return parse.Refuse(" has more than one @");
    parse.rest = parse.rest.substr(0, parse.rest.find_first_of("/?"));
  }
  return ParseHost(parse);
}

// The first of the columns that is an address, or a name with a dot: words of other columns are
// names to nobody. What MISP writes as one value, "192.0.2.1|80", may be a column.
Result<Indicator> FirstOf(const std::vector<std::string_view>& columns, const Parse& shown) {
  for (const std::string_view column : columns) {
    std::string plain = Refang(column);
    if (const std::size_t bar = plain.find('|'); bar != kNone)
      plain.resize(LooksLikeHash(std::string_view(plain).substr(bar + 1)) ? 0 : bar);
    if (plain.empty()) continue;
    auto one = ParseAny({shown.given, plain});
    const bool likely = one.ok() && (one->kind == Indicator::Kind::kBlock ||
                                     one->understood.find('.') != kNone || columns.size() == 1);
    if (!likely) continue;
    one->changed = true;
    return one;
  }
  return shown.Refuse(" has several columns, and none is an address or a name with a dot");
}

}  // namespace

Result<Indicator> ParseIndicator(std::string_view text) {
  const std::string_view given = Trimmed(text);
  const Parse shown{given, {}};
  if (given.size() > kMaxIndicator)
    return shown.Refuse(fmt::format(" is longer than {} bytes", kMaxIndicator));
  const std::string plain = Refang(given);
  if (plain.empty()) return shown.Refuse(" is no name and no address");
  // "||ads.example^" is no row of a table.
  const bool blocking = given.starts_with("||") && given.ends_with('^') && plain != given;
  const std::string_view cells = blocking ? std::string_view(plain) : given;
  const std::vector<std::string_view> columns = Columns(cells);
  const bool several = columns.size() > 1 || (columns.size() == 1 && columns.front() != cells);
  auto indicator = several ? FirstOf(columns, shown) : ParseAny({given, plain});
  if (!indicator.ok()) return indicator;
  indicator->changed |= indicator->kind == Indicator::Kind::kName
                            ? !SameText(WithoutDot(given), WithoutDot(indicator->name))
                            : plain != given;
  return indicator;
}

std::string AsIndicator(std::string_view name) {
  constexpr std::string_view kMistakable = "*+,:<>[]`{|}'#?()\\";
  constexpr std::string_view kDigits = "0123456789";
  std::string text;
  if (name.size() > 2 && name.starts_with("*.")) {
    text = "*.";
    name.remove_prefix(text.size());
  }
  if (name.empty()) return text;
  const std::size_t last_dot = name.substr(0, name.size() - 1).rfind('.');
  const std::size_t last_label = last_dot == std::string_view::npos ? 0 : last_dot + 1;
  const bool number = kDigits.find(name[last_label]) != std::string_view::npos;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool escaped = name[i] == '\\' && i + 1 < name.size();
    const char c = name[escaped ? i + 1 : i];
    const bool slash = c == '/' && (i == 0 || i >= last_label);
    if (kMistakable.find(c) != std::string_view::npos || slash || (number && i == last_label)) {
      text += fmt::format("\\{:03}", static_cast<unsigned char>(c));
    } else {
      text.append(name.substr(i, escaped ? 2 : 1));
    }
    i += escaped ? 1 : 0;
  }
  return text;
}

Result<std::string> PtrName(std::string_view text) {
  const auto indicator = ParseIndicator(text);
  if (!indicator.ok()) return indicator.status();
  if (indicator->kind != Indicator::Kind::kBlock)
    return Status::Usage(Quoted(text) + " is no address: names of PTR records come from addresses");
  const dns::AddressBlock& block = indicator->block;
  const bool four = block.size == 4;
  const unsigned step = four ? 8 : 4;  // bits a label
  const auto prefix = dns::PrefixLength(block);
  if (!prefix.has_value() || *prefix % step != 0) {
    return Status::Usage(
        fmt::format("{} ends between the labels of PTR names: give a block on a "
                    "border of {} bits",
                    Quoted(text), step));
  }
  std::string name = *prefix < block.size * 8 ? "*." : "";
  for (unsigned label = *prefix / step; label-- > 0;) {
    if (four) {
      name += fmt::format("{}.", block.first[label]);
    } else {
      const unsigned byte = block.first[label / 2];
      name += fmt::format("{:x}.", label % 2 == 0 ? byte >> 4 : byte & 0xf);
    }
  }
  return name + (four ? "in-addr.arpa." : "ip6.arpa.");
}

}  // namespace pdns::ask
