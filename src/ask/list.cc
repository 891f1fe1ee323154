#include "ask/list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include "ask/ascii.h"
#include "ask/json_list.h"
#include "ask/question.h"
#include "ask/utf8_text.h"

namespace pdns::ask {
namespace {

// A sign inside of quotes begins none: a column of CSV may hold any text.
std::string_view WithoutComment(std::string_view line) {
  bool quoted = false;
  for (std::size_t at = line.find_first_of("#\""); at != std::string_view::npos;
       at = line.find_first_of("#\"", at + 1)) {
    if (line[at] == '"') {
      quoted = !quoted && line.find('"', at + 1) != std::string_view::npos;
    } else if (quoted) {
      continue;
    } else if (at == 0 || kBlanks.find(line[at - 1]) != std::string_view::npos) {
      line = line.substr(0, at);
      break;
    }
  }
  return Trimmed(line);
}

// A line of a hosts file that blocks a name, "0.0.0.0 ads.example": that name. The address in front
// is nobody's. What stands behind it in a table is no name with a dot, or more than one word.
std::string_view WithoutNullAddress(std::string_view line) {
  for (const std::string_view address : {"0.0.0.0", "127.0.0.1", "::", "::1"}) {
    if (!line.starts_with(address)) continue;
    const std::string_view rest = line.substr(address.size());
    const std::string_view name = Trimmed(rest);
    const bool behind_blank = name.size() < rest.size();
    const bool one_word = name.find_first_of(kBlanks) == std::string_view::npos;
    if (behind_blank && one_word && name.find('.') != std::string_view::npos) return name;
  }
  return line;
}

// One text, the `number`th of the list.
Status AddOne(List& list, std::string_view text, std::uint64_t number) {
  const auto question = AskName(text);
  if (!question.ok()) return question.status();
  list.Add(text, number, question->side, question->span.lo);
  return {};
}

Status TooMany(std::uint64_t most) {
  return Status::Usage(fmt::format("the list has more than {} indicators", most));
}

Status ReadLines(Utf8Text& text, List& list, const BadIndicator& bad, std::uint64_t most) {
  std::string line;
  std::uint64_t indicators = 0;
  for (std::uint64_t number = 1; text.NextLine(line); ++number) {
    const std::string_view one = WithoutNullAddress(WithoutComment(line));
    if (one.empty()) continue;
    if (++indicators > most) return TooMany(most);
    if (const Status status = AddOne(list, one, number); !status.ok())
      bad(fmt::format("line {}", number), one, status);
  }
  return {};
}

Status ReadJson(Utf8Text& text, List& list, const BadIndicator& bad, std::uint64_t most) {
  std::uint64_t number = 0;
  // The document is read to its end: behind its last value it may be broken.
  const auto add = [&](std::string_view value) {
    return ++number > most ? Status() : AddOne(list, value, number);
  };
  const auto passed_over = ReadJsonList(text, {add, bad});
  if (!passed_over.ok()) return passed_over.status();
  if (number > most) return TooMany(most);
  list.PassOver(*passed_over);
  return {};
}

// Each line of what is no text would be told as a bad indicator.
Status IsText(std::string_view beginning) {
  using Mark = std::pair<std::string_view, const char*>;
  static constexpr std::array<Mark, 6> kPacked{{{"\x1f\x8b", "gzip"},
                                                {"\xfd\x37zXZ", "xz"},
                                                {"\x28\xb5\x2f\xfd", "zstd"},
                                                {"BZh", "bzip2"},
                                                {"\x04\x22\x4d\x18", "lz4"},
                                                {"PK\x03\x04", "zip, as are workbooks"}}};
  for (const auto& [mark, name] : kPacked) {
    if (beginning.starts_with(mark))
      return Status::NoInput(fmt::format("it is compressed ({}): unpack it first", name));
  }
  // Half of the bytes of UTF-16 are 00 as a rule, and three of four of UTF-32. One that stands
  // somewhere makes one bad indicator.
  beginning = beginning.substr(0, 64);
  const auto zeros = std::count(beginning.begin(), beginning.end(), '\0');
  if (3 * static_cast<std::size_t>(zeros) > beginning.size())
    return Status::NoInput("it is no text in UTF-8, or in UTF-16 with its mark: save it as UTF-8");
  return {};
}

}  // namespace

const char* List::Keep(Blocks& blocks, std::string_view text, std::string_view from) {
  constexpr std::size_t kBlock = 256U << 10;
  const std::size_t size = text.size() + from.size();
  if (blocks.empty() || blocks.back().capacity() - blocks.back().size() < size)
    blocks.emplace_back().reserve(std::max(kBlock, size));
  std::string& block = blocks.back();
  const char* const bytes = block.data() + block.size();
  block.append(text).append(from);
  return bytes;
}

void List::Add(std::string_view text, std::uint64_t line, store::Side side, std::string_view from) {
  entries_.push_back({Keep(blocks_, text, from), line, static_cast<std::uint32_t>(text.size()),
                      static_cast<std::uint16_t>(from.size()), side});
}

void List::Sort() {
  // IPv4 before IPv6, as their rows stand.
  const auto order = [](const Entry& one) {
    const std::size_t size = one.side == store::Side::kAddress ? one.from_size : 0;
    return std::tuple(one.side, size, one.from(), one.line);
  };
  std::sort(entries_.begin(), entries_.end(),
            [&order](const Entry& a, const Entry& b) { return order(a) < order(b); });
  // From here on the texts are enough, one behind the other.
  Blocks texts;
  for (Entry& entry : entries_) entry.bytes = Keep(texts, entry.text(), {});
  blocks_ = std::move(texts);
}

Result<List> ReadList(std::istream& text, const BadIndicator& bad, std::uint64_t most) {
  List list;
  Utf8Text utf8(text);
  Status status = IsText(utf8.Peek());
  if (!status.ok()) return status;
  if (LooksLikeJson(utf8.Peek())) {
    status = ReadJson(utf8, list, bad, most);
  } else {
    status = ReadLines(utf8, list, bad, most);
  }
  if (text.bad()) return Status::Io("the list cannot be read to its end");
  if (!status.ok()) return status;
  list.Sort();
  return list;
}

}  // namespace pdns::ask
