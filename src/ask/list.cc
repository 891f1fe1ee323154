#include "ask/list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include "ask/ascii.h"
#include "ask/heading.h"
#include "ask/json_list.h"
#include "ask/question.h"
#include "ask/quote.h"
#include "ask/refang.h"
#include "ask/utf8_text.h"

namespace pdns::ask {
namespace {

bool IsBlank(char c) { return kBlanks.find(c) != std::string_view::npos; }

// Does a comment begin at the start of this? Its sign is a word's, in a URL it is none.
bool BeginsComment(std::string_view text, bool line_begins) {
  if (text.starts_with('#')) return true;
  if (text.starts_with("//")) return line_begins || text.size() == 2 || IsBlank(text[2]);
  if (!line_begins || text.size() < 2) return false;
  return text.starts_with(";;") || (IsBlank(text[1]) && (text[0] == ';' || text[0] == '!'));
}

// A sign inside of quotes begins none: a column of CSV may hold any text.
std::string_view WithoutComment(std::string_view line) {
  line = Trimmed(line);
  if (BeginsComment(line, true)) return {};
  bool quoted = false;
  for (std::size_t at = line.find_first_of("#/\""); at != std::string_view::npos;
       at = line.find_first_of("#/\"", at + 1)) {
    if (line[at] == '"') {
      quoted = !quoted && line.find('"', at + 1) != std::string_view::npos;
    } else if (!quoted && at > 0 && IsBlank(line[at - 1]) &&
               BeginsComment(line.substr(at), false)) {
      return Trimmed(line.substr(0, at));
    }
  }
  return line;
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

// Lines on their way into a list.
class LineReader {
 public:
  LineReader(List& list, const BadIndicator& bad, std::uint64_t most)
      : list_(list), bad_(bad), most_(most) {}

  Status Read(Utf8Text& text) {
    std::string line;
    for (std::uint64_t number = 1; text.NextLine(line); ++number) {
      number_ = number;
      Add(line);
      if (indicators_ > most_) return TooMany(most_);
    }
    for (const std::string& note : json_.notes()) list_.Note(note);
    if (empty_rows_ > 0)
      list_.Note(fmt::format("{} lines have no indicator in these columns", empty_rows_));
    if (indicators_ == 0 && json_lines_ > 0 && !json_.known()) return NoJsonList();
    return {};
  }

 private:
  static constexpr std::size_t kShown = 60;  // bytes of a line that is no JSON

  void Add(std::string_view line) {
    if (LooksLikeJson(line)) return AddJson(Trimmed(line));
    if (heading_.of_answers() && AddCells(line)) return;
    const std::string_view one = WithoutNullAddress(WithoutComment(line));
    if (one.empty()) {
      if (line.starts_with('#') && heading_.ReadComment(line)) NoteHeading();
      return;
    }
    const bool first = std::exchange(first_, false);
    if (AddCells(line)) return;
    if (heading_.Read(one, first)) {
      NoteHeading();
    } else {
      AddText(one, false);
    }
  }

  // The line as it stands: its first cell may be empty. False: it is no row below the heading.
  bool AddCells(std::string_view line) {
    const auto cells = heading_.CellsOf(line);
    if (!cells.has_value()) return false;
    empty_rows_ += cells->empty() ? 1 : 0;
    for (const std::string& cell : *cells) AddText(cell, true);
    return true;
  }

  // `cell`: of a column that a heading names.
  void AddText(std::string_view text, bool cell) {
    ++indicators_;
    const auto question = AskName(text);
    if (!question.ok()) return bad_(fmt::format("line {}", number_), text, question.status());
    list_.Add(text, number_, question->side, question->span.lo);
    if (cell || columns_told_ || question->notice.empty() || Columns(text).size() < 2) return;
    columns_told_ = true;
    list_.Note(
        fmt::format("line {} has several columns: {}; likewise others", number_, question->notice));
  }

  void AddJson(std::string_view line) {
    const JsonListSink sink{
        [this](std::string_view value) {
          ++indicators_;
          return indicators_ > most_ ? Status() : AddOne(list_, value, number_);
        },
        [this](const std::string& place, std::string_view value, const Status& why) {
          bad_(fmt::format("line {}: {}", number_, place), value, why);
        }};
    const auto passed_over = json_.ReadLine(line, sink);
    if (!passed_over.ok()) {
      ++indicators_;
      return bad_(
          fmt::format("line {}", number_), line,
          Status::Usage(Quoted(line.substr(0, kShown)) + ": " + passed_over.status().message()));
    }
    ++json_lines_;
    list_.PassOver(*passed_over);
  }

  void NoteHeading() {
    list_.Note(fmt::format("heading in line {}: {}", number_, heading_.Told()));
  }

  List& list_;
  const BadIndicator& bad_;
  const std::uint64_t most_;
  Heading heading_;
  JsonList json_;
  std::uint64_t number_ = 0;      // of the line
  std::uint64_t indicators_ = 0;  // bad ones, too
  std::uint64_t json_lines_ = 0;
  std::uint64_t empty_rows_ = 0;  // below a heading
  bool first_ = true;             // no line but comments came yet
  bool columns_told_ = false;
};

Status ReadJson(Utf8Text& text, List& list, const BadIndicator& bad, std::uint64_t most) {
  std::uint64_t number = 0;
  // The document is read to its end: behind its last value it may be broken.
  const auto add = [&](std::string_view value) {
    return ++number > most ? Status() : AddOne(list, value, number);
  };
  JsonList json;
  const auto passed_over = json.Read(text, {add, bad});
  if (!passed_over.ok()) return passed_over.status();
  if (number > most) return TooMany(most);
  list.PassOver(*passed_over);
  for (const std::string& note : json.notes()) list.Note(note);
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

void List::Note(std::string note) {
  const bool known = std::find(notes_.begin(), notes_.end(), note) != notes_.end();
  if (!known && notes_.size() < kMostNotes) notes_.push_back(std::move(note));
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
  if (LooksLikeJson(utf8.Peek()) && !LooksLikeJsonLines(utf8.Peek())) {
    status = ReadJson(utf8, list, bad, most);
  } else {
    status = LineReader(list, bad, most).Read(utf8);
  }
  if (text.bad()) return Status::Io("the list cannot be read to its end");
  if (!status.ok()) return status;
  list.Sort();
  return list;
}

}  // namespace pdns::ask
