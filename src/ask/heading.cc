#include "ask/heading.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ask/ascii.h"
#include "ask/indicator.h"
#include "ask/quote.h"

namespace pdns::ask {
namespace {

constexpr std::string_view kSeparators = "\t,;|";

// All cells, empty ones too. A quote at the beginning of a cell holds up to the next one, doubled
// ones within.
std::vector<std::string_view> CellsOfLine(std::string_view line, char separator) {
  std::vector<std::string_view> cells;
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '"' && (quoted || at == begin)) {
      quoted = !quoted;
    } else if (line[at] == separator && !quoted) {
      cells.push_back(line.substr(begin, at - begin));
      begin = at + 1;
    }
  }
  cells.push_back(line.substr(begin));
  return cells;
}

std::string WithoutQuotes(std::string_view cell) {
  cell = Trimmed(cell);
  if (cell.size() < 2 || cell.front() != '"' || cell.back() != '"') return std::string(cell);
  std::string text(cell.substr(1, cell.size() - 2));
  for (std::size_t at = text.find("\"\""); at != std::string::npos; at = text.find("\"\"", at + 1))
    text.erase(at, 1);
  return text;
}

}  // namespace

bool Heading::Keep(const std::vector<std::string_view>& cells, char separator) {
  std::vector<Column> asked;
  bool sure = false;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string name = WithoutQuotes(cells[i]);
    const Field field = FieldOf(name);
    if (field == Field::kOther) continue;
    sure = sure || field == Field::kIndicator;
    asked.push_back({i, field, name});
  }
  // Beside a column that says "url", one that says "name" is of something else.
  if (sure) std::erase_if(asked, [](const Column& one) { return one.field == Field::kMaybe; });
  if (asked.empty()) return false;
  separator_ = separator;
  size_ = cells.size();
  asked_ = std::move(asked);
  of_answers_ = std::any_of(asked_.begin(), asked_.end(),
                            [](const Column& one) { return IsPrintedName(one.name); });
  return true;
}

bool Heading::Read(std::string_view line, bool first) {
  const std::size_t at = line.find_first_of(kSeparators);
  const char separator = at == std::string_view::npos ? ',' : line[at];
  const std::vector<std::string_view> cells = CellsOfLine(line, separator);
  if (cells.size() == 1 && !first) return false;
  for (const std::string_view cell : cells)
    if (IsLikelyIndicator(WithoutQuotes(cell))) return false;
  return Keep(cells, separator);
}

bool Heading::ReadComment(std::string_view line) {
  constexpr std::string_view kZeek = "#fields\t";
  if (line.starts_with(kZeek)) {
    line.remove_prefix(kZeek.size());
    zeek_ = Keep(CellsOfLine(line, '\t'), '\t');
    return zeek_;
  }
  if (zeek_) return false;  // "#types", which has words such as addr
  line = Trimmed(line.substr(std::min(line.find_first_not_of("# \t"), line.size())));
  return line.find_first_of(kSeparators) != std::string_view::npos && Read(line, false);
}

std::optional<std::vector<std::string>> Heading::CellsOf(std::string_view line) const {
  if (separator_ == '\0') return std::nullopt;
  const std::vector<std::string_view> all = CellsOfLine(line, separator_);
  if (all.size() != size_ || all.size() == 1) return std::nullopt;
  std::vector<std::string> cells;
  for (const Column& column : asked_) {
    std::string cell = WithoutQuotes(all[column.number]);
    const bool asked = column.field == Field::kIndicator || IsLikelyIndicator(cell);
    if (!asked || IsNoValue(cell)) continue;
    cells.push_back(IsPrintedName(column.name) ? AsIndicator(cell) : std::move(cell));
  }
  return cells;
}

std::string Heading::Told() const {
  constexpr std::size_t kMost = 8;
  std::string told = asked_.size() == 1 ? "asking for column " : "asking for columns ";
  for (std::size_t i = 0; i < std::min(asked_.size(), kMost); ++i) {
    if (i > 0) told += i + 1 == asked_.size() ? " and " : ", ";
    told += fmt::format("{} ({})", asked_[i].number + 1, Quoted(asked_[i].name));
  }
  if (asked_.size() > kMost) told += fmt::format(" and {} more", asked_.size() - kMost);
  return told;
}

}  // namespace pdns::ask
