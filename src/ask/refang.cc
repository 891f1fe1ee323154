#include "ask/refang.h"

#include <algorithm>
#include <array>

#include "ask/ascii.h"

namespace pdns::ask {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kOpen = "[({<";
constexpr std::string_view kClose = "])}>";

// Drops one of `all` from the front of the text; false: none stands there.
template <std::size_t kCount>
bool DropAnyPrefix(std::string_view& text, const std::array<std::string_view, kCount>& all) {
  for (const std::string_view one : all) {
    if (!text.starts_with(one)) continue;
    text.remove_prefix(one.size());
    return true;
  }
  return false;
}

template <std::size_t kCount>
bool DropAnySuffix(std::string_view& text, const std::array<std::string_view, kCount>& all) {
  for (const std::string_view one : all) {
    const bool escaped = text.size() > one.size() && text[text.size() - one.size() - 1] == '\\';
    if (!text.ends_with(one) || escaped) continue;
    text.remove_suffix(one.size());
    return true;
  }
  return false;
}

// A bullet, or a number with a dot or a bracket, and a blank behind it.
bool DropBullet(std::string_view& text) {
  static constexpr std::array<std::string_view, 14> kBullets{
      "-",      "*",      "+",      ">",      "\u2022", "\u2013", "\u2014",
      "\u00b7", "\u25cf", "\u25cb", "\u25e6", "\u25aa", "\u2023", "\u2192"};
  std::string_view rest = text;
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits > 0 && digits < rest.size() && (rest[digits] == '.' || rest[digits] == ')')) {
    rest.remove_prefix(digits + 1);
  } else if (!DropAnyPrefix(rest, kBullets)) {
    return false;
  }
  if (rest.empty() || kBlanks.find(rest.front()) == kNone) return false;
  text = rest;
  return true;
}

// "IP: 192.0.2.1", "domain:blah.org", as reports name what they list.
bool DropLabel(std::string_view& text) {
  static constexpr std::array<std::string_view, 14> kLabels{
      "ip",  "ipv4", "ipv6", "ip address", "address", "addr",      "domain",
      "url", "uri",  "host", "hostname",   "fqdn",    "indicator", "ioc"};
  const std::size_t sign = text.find(':');
  if (sign == kNone || sign + 1 == text.size()) return false;
  const std::string_view word = Trimmed(text.substr(0, sign));
  const bool label = std::any_of(kLabels.begin(), kLabels.end(),
                                 [word](std::string_view one) { return SameText(one, word); });
  // "host:443" is a host, and "url://x" has a scheme.
  const bool port = text.find_first_not_of("0123456789", sign + 1) == kNone;
  if (!label || port || text.substr(sign).starts_with("://")) return false;
  text.remove_prefix(sign + 1);
  return true;
}

// "||ads.example^", as lists that block names have it.
bool DropBlocking(std::string_view& text) {
  if (!text.starts_with("||") || text.size() < 4 || text.find('^') != text.size() - 1) return false;
  text = text.substr(2, text.size() - 3);
  return true;
}

// Without what stands around it and is none of it.
std::string_view Unwrapped(std::string_view text) {
  // The last ones are blanks: one that does not break, one without width, the mark of an encoding.
  static constexpr std::array<std::string_view, 14> kBefore{
      "\"",     "'",      "`",      "<",      "\u201c", "\u201d", "\u201e",
      "\u2018", "\u2019", "\u201a", "\u00ab", "\u00a0", "\u200b", "\ufeff"};
  static constexpr std::array<std::string_view, 14> kBehind{
      "\"",     "'",      "`", ">", "\u201c", "\u201d", "\u2018",
      "\u2019", "\u00bb", ",", ";", "\u00a0", "\u200b", "\ufeff"};
  for (bool more = true; more;) {
    text = Trimmed(text);
    more = DropBullet(text) || DropAnyPrefix(text, kBefore) || DropAnySuffix(text, kBehind) ||
           DropLabel(text) || DropBlocking(text);
    const bool around = text.size() > 1 && text.front() == '(' && text.back() == ')' &&
                        text.find_first_of("()", 1) == text.size() - 1;
    if (around) text = text.substr(1, text.size() - 2);
    const bool json = text.size() > 4 && text.starts_with("\\\"") && text.ends_with("\\\"");
    if (json) text = text.substr(2, text.size() - 4);
    more = more || around || json;
  }
  return text;
}

// A word in brackets, or half of them, at the front of text, and what it stands for.
struct Fanged {
  std::size_t size = 0;
  std::string_view plain;
  bool whole = false;  // both brackets: blanks around it are none of what was meant
};

Fanged FangedAt(std::string_view text) {
  struct Word {
    std::string_view written;
    std::string_view plain;
  };
  constexpr std::array<Word, 8> kWords{{{".", "."},
                                        {"dot", "."},
                                        {"d0t", "."},
                                        {":", ":"},
                                        {"://", "://"},
                                        {"/", "/"},
                                        {"@", "@"},
                                        {"at", "@"}}};
  const std::size_t bracket = kOpen.find(text.front());
  if (bracket == kNone) {
    const bool half = text.size() > 1 && text[0] == '.' && kClose.find(text[1]) != kNone;
    return half ? Fanged{2, "."} : Fanged();
  }
  // "[ . ]" as well.
  const auto begin = std::min(text.find_first_not_of(' ', 1), text.size());
  for (const Word& word : kWords) {
    if (!StartsWith(text.substr(begin), word.written)) continue;
    const auto end = text.find_first_not_of(' ', begin + word.written.size());
    if (end != kNone && text[end] == kClose[bracket]) return {end + 1, word.plain, true};
  }
  return text.size() > 1 && text[1] == '.' ? Fanged{2, "."} : Fanged();
}

std::string WithoutBrackets(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Fanged fanged = FangedAt(text);
    if (fanged.size == 0) out.push_back(text.front());
    while (fanged.whole && out.ends_with(' ')) out.pop_back();
    out += fanged.plain;
    text.remove_prefix(std::max<std::size_t>(fanged.size, 1));
    while (fanged.whole && text.starts_with(' ')) text.remove_prefix(1);
  }
  return out;
}

// "www dot blah dot org", "me at blah dot org"; "www_dot_blah_dot_org" where no dot is.
void JoinWords(std::string& text) {
  const auto join = [&text](std::string_view word, char plain) {
    const char first = word.front();
    for (std::size_t at = text.find(first); at != kNone; at = text.find(first, at + 1)) {
      if (at == 0 || !StartsWith(std::string_view(text).substr(at), word)) continue;
      if (at + word.size() < text.size()) text.replace(at, word.size(), 1, plain);
    }
  };
  const std::size_t size = text.size();
  join(" dot ", '.');
  if (text.find('.') == kNone) {
    join("_dot_", '.');
    join("-dot-", '.');
  }
  if (text.size() != size) join(" at ", '@');
}

// As a regular expression has it: every dot behind a backslash.
void UnescapeDots(std::string& text) {
  bool escaped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.' && (i == 0 || text[i - 1] != '\\')) return;
    escaped = escaped || text[i] == '.';
  }
  if (!escaped) return;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool sign =
        i + 1 < text.size() && (text[i + 1] == '.' || text[i + 1] == '/' || text[i + 1] == '-');
    if (text[i] != '\\' || !sign) out.push_back(text[i]);
  }
  text = std::move(out);
}

// "http:\/\/www.blah.org\/x", as some write JSON.
void UnescapeSlashes(std::string& text) {
  if (text.find(":\\/\\/") == std::string::npos) return;
  for (std::size_t at = text.find("\\/"); at != std::string::npos; at = text.find("\\/", at + 1))
    text.erase(at, 1);
}

void MendScheme(std::string& text) {
  if (StartsWith(text, "hxxp://") || StartsWith(text, "hxxps://")) text.replace(1, 2, "tt");
  for (const std::string_view scheme : {"http", "https", "hxxp", "hxxps", "htxp", "htxps", "ftp"}) {
    const bool no_colon =
        StartsWith(text, scheme) && std::string_view(text).substr(scheme.size()).starts_with("//");
    if (no_colon) text.insert(scheme.size(), 1, ':');
  }
}

}  // namespace

std::string Refang(std::string_view text) {
  std::string plain = WithoutBrackets(Unwrapped(text));
  JoinWords(plain);
  UnescapeDots(plain);
  UnescapeSlashes(plain);
  MendScheme(plain);
  return plain;
}

std::vector<std::string_view> Columns(std::string_view text) {
  constexpr std::string_view kSeparators = ",;|\t";
  std::vector<std::string_view> columns;
  const auto add = [&columns](std::string_view column) {
    if (!Trimmed(column).empty()) columns.push_back(column);
  };
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      quoted = !quoted;
    } else if (!quoted && kSeparators.find(text[at]) != kNone) {
      add(text.substr(begin, at - begin));
      begin = at + 1;
    }
  }
  add(text.substr(begin));
  return columns;
}

}  // namespace pdns::ask
