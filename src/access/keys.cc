#include "access/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "base/setting_file.h"
#include "base/whole_number.h"

namespace pdns::access {
namespace {

constexpr std::size_t kHexDigits = 2 * std::tuple_size_v<Sha256Digest>;
constexpr std::uint64_t kMostRequests = 1'000'000;
constexpr std::uint64_t kMostRows = std::numeric_limits<std::int64_t>::max();  // of a JSON integer
constexpr std::size_t kLongestWordTold = 40;

// '\r': the file was written on another system.
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameByte(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
         c == '-' || c == '@';
}

Status Wrong(std::string what) { return Status::Usage(std::move(what)); }

// Removes the first word of `line` and returns it; empty: there is none.
std::string_view NextWord(std::string_view& line) {
  const auto* const begin = std::find_if_not(line.begin(), line.end(), &IsBlank);
  const auto* const end = std::find_if(begin, line.end(), &IsBlank);
  const std::string_view word(begin, static_cast<std::size_t>(end - begin));
  line.remove_prefix(static_cast<std::size_t>(end - line.begin()));
  return word;
}

// Digits only, 1 to `most`.
std::optional<std::uint64_t> Number(std::string_view text, std::uint64_t most) {
  const auto number = WholeNumber<std::uint64_t>(text);
  if (!number.has_value() || *number == 0 || *number > most) return std::nullopt;
  return number;
}

// "2027-01-01", a day that there is.
std::optional<std::chrono::sys_days> Date(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-dd";
  const bool shaped = std::equal(text.begin(), text.end(), kShape.begin(), kShape.end(),
                                 [](char c, char as) { return as == 'd' ? IsDigit(c) : c == as; });
  if (!shaped) return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t digits) {
    unsigned number = 0;
    for (const char c : text.substr(at, digits))
      number = number * 10 + static_cast<unsigned>(c - '0');
    return number;
  };
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(part(0, 4))),
                                         std::chrono::month(part(5, 2)),
                                         std::chrono::day(part(8, 2)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

template <class Value>
Status Keep(std::string_view word, std::optional<Value> parsed, std::string_view wanted,
            std::optional<Value>& into) {
  if (!parsed.has_value()) return Wrong(fmt::format("{} must be {}", word, wanted));
  if (into.has_value()) return Wrong(fmt::format("{} stands there twice", word));
  into = parsed;
  return {};
}

Status ReadLimit(std::string_view word, Limits& limits) {
  const std::size_t equals = std::min(word.find('='), word.size());
  const std::string_view what = word.substr(0, equals);
  const std::string_view value = word.substr(std::min(equals + 1, word.size()));
  if (what == "requests-per-minute") {
    return Keep(what, Number(value, kMostRequests), fmt::format("1 to {}", kMostRequests),
                limits.requests_per_minute);
  }
  if (what == "rows-per-day") {
    return Keep(what, Number(value, kMostRows), fmt::format("1 to {}", kMostRows),
                limits.rows_per_day);
  }
  if (what == "expires") return Keep(what, Date(value), "a day: YYYY-MM-DD", limits.expires);
  return Wrong(fmt::format("'{}' is no limit: requests-per-minute=, rows-per-day= and expires= are",
                           Printable(what.substr(0, kLongestWordTold))));
}

Status ReadDigest(std::string_view word, Sha256Digest& digest) {
  if (word.empty()) return Wrong("the SHA-256 of the key is missing behind the name");
  const auto bytes = FromHex(word);
  if (word.size() != kHexDigits || !bytes.has_value()) {
    return Wrong(
        fmt::format("behind the name stands no SHA-256, which is {} hex digits: printf %s "
                    "\"$KEY\" | sha256sum",
                    kHexDigits));
  }
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  if (SameDigest(digest, Sha256({}))) return Wrong("it is the SHA-256 of an empty key");
  return {};
}

Result<Key> ReadKey(std::string_view line) {
  Key key;
  key.name = NextWord(line);
  if (key.name.size() > KeyList::kLongestName ||
      !std::all_of(key.name.begin(), key.name.end(), &IsNameByte)) {
    return Wrong(fmt::format("the name must be 1 to {} of the characters a-z A-Z 0-9 . _ - @",
                             KeyList::kLongestName));
  }
  if (Status digest = ReadDigest(NextWord(line), key.digest); !digest.ok()) return digest;
  for (std::string_view word = NextWord(line); !word.empty(); word = NextWord(line)) {
    if (Status limit = ReadLimit(word, key.limits); !limit.ok()) return limit;
  }
  return key;
}

// Which keys there are already.
struct Seen {
  std::set<std::string, std::less<>> names;
  std::set<Sha256Digest> digests;
};

Status CheckNew(const Key& key, Seen& seen) {
  if (seen.names.size() == KeyList::kMostKeys)
    return Wrong(fmt::format("more than {} keys", KeyList::kMostKeys));
  if (!seen.names.insert(key.name).second)
    return Wrong(fmt::format("a line above has the name {} too", key.name));
  if (!seen.digests.insert(key.digest).second) return Wrong("a line above has the same key");
  return {};
}

}  // namespace

Result<KeyList> KeyList::Read(const std::string& path) {
  const auto text = ReadSecretFile(path);
  if (!text.ok()) {
    return Status::NoInput(
        fmt::format("keys file {}: cannot be used: {}", path, text.status().message()));
  }
  return Parse(*text, path);
}

Result<KeyList> KeyList::Parse(std::string_view text, const std::string& file) {
  KeyList list;
  Seen seen;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view rest = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::string_view first = rest;
    if (const std::string_view word = NextWord(first); word.empty() || word.front() == '#')
      continue;
    auto key = ReadKey(rest);
    const Status fit = key.ok() ? CheckNew(*key, seen) : key.status();
    if (!fit.ok()) return Wrong(fmt::format("{}:{}: {}", file, line, fit.message()));
    list.keys_.push_back(std::move(*key));
  }
  if (list.keys_.empty()) return Wrong(fmt::format("{}: has no key, so nobody could ask", file));
  return list;
}

const Key* KeyList::Find(std::string_view presented) const {
  if (presented.empty() || presented.size() > kLongestKey) return nullptr;
  const Sha256Digest digest = Sha256(AsBytes(presented));
  const Key* found = nullptr;
  for (const Key& key : keys_) {
    if (SameDigest(key.digest, digest)) found = &key;
  }
  return found;
}

}  // namespace pdns::access
