#include "query/list.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>
#include <tuple>
#include <utility>

#include "query/question.h"

namespace pdns::query {
namespace {

constexpr std::string_view kBlanks = " \t\r\f\v";

std::string_view WithoutComment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    if (at == 0 || kBlanks.find(line[at - 1]) != std::string_view::npos) {
      line = line.substr(0, at);
      break;
    }
  }
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) - begin + 1);
}

// U+FFFD for halves of pairs that stand alone.
void AppendUtf8(std::string& out, char32_t point) {
  const auto byte = [&out](char32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) {
    byte(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    byte(0xe0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3f));
  } else {
    byte(0xf0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3f));
    byte(0x80 | (point >> 6 & 0x3f));
  }
  byte(0x80 | (point & 0x3f));
}

// Of a file that Windows wrote. `big`: the high byte comes first.
std::string FromUtf16(std::istream& in, bool big) {
  constexpr char32_t kUnknown = 0xfffd;
  std::string out;
  char32_t high = 0;  // the first half of a pair
  std::array<char, 2> bytes{};
  while (in.read(bytes.data(), bytes.size())) {
    const auto one = [&bytes](bool first) {
      return static_cast<std::uint8_t>(bytes[first ? 0 : 1]);
    };
    const auto unit = static_cast<char32_t>(one(big) << 8 | one(!big));
    const bool low = unit >= 0xdc00 && unit < 0xe000;
    if (high != 0)
      AppendUtf8(out, low ? 0x10000 + ((high & 0x3ff) << 10) + (unit & 0x3ff) : kUnknown);
    const bool paired = high != 0 && low;
    high = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
    if (!paired && high == 0) AppendUtf8(out, low ? kUnknown : unit);
  }
  if (high != 0) AppendUtf8(out, kUnknown);
  in.clear(in.rdstate() & std::ios::badbit);
  return out;
}

// What says at the beginning of a file how the rest is written; taken away. False: UTF-16, all of
// which is in `text` then.
bool TakeByteOrderMark(std::istream& in, std::string& text) {
  std::string head(3, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  in.clear(in.rdstate() & std::ios::badbit);
  text = head == "\xef\xbb\xbf" ? "" : head;
  const bool little = head.starts_with("\xff\xfe");
  if (!little && !head.starts_with("\xfe\xff")) return true;
  std::string rest(std::istreambuf_iterator<char>(in), {});
  std::istringstream all(head.substr(2) + rest);
  text = FromUtf16(all, !little);
  return false;
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

Result<List> ReadList(std::istream& lines, const BadLine& bad) {
  List list;
  std::string text;
  const bool as_it_is = TakeByteOrderMark(lines, text);
  std::istringstream begin(text);
  std::uint64_t number = 1;
  const auto add = [&](std::string_view line) {
    if (const std::string_view one = WithoutComment(line); !one.empty()) {
      const auto question = AskName(one);
      if (question.ok()) {
        list.Add(one, number, question->side, question->span.lo);
      } else {
        bad(number, one, question.status());
      }
    }
    ++number;
  };
  std::string line;
  std::string carried;  // the first bytes of a line that goes on in `lines`
  while (std::getline(begin, line)) {
    if (as_it_is && begin.eof()) {
      carried = line;
    } else {
      add(line);
    }
  }
  while (as_it_is && std::getline(lines, line)) {
    add(carried.empty() ? line : carried + line);
    carried.clear();
  }
  if (!carried.empty()) add(carried);
  if (lines.bad()) return Status::Io("the list cannot be read to its end");
  list.Sort();
  return list;
}

}  // namespace pdns::query
