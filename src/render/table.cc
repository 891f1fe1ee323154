#include "render/table.h"

#include <algorithm>
#include <utility>

#include "dns/presentation/rdata_text.h"
#include "dns/text.h"
#include "render/text.h"
#include "render/wrap.h"

namespace pdns::render {
namespace {

constexpr std::size_t kHeldRows = 1000;
constexpr std::size_t kHeldBytes = 4U << 20;
constexpr std::size_t kWidest = 60;  // one very long rdata does not push the next column away
constexpr std::size_t kGap = 2;
constexpr std::size_t kLeast = 12;
constexpr std::size_t kLeastWhenNarrow = 8;
constexpr std::size_t kTypeWidth = 10;  // NSEC3PARAM
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kCyan = "\x1b[36m";
constexpr std::string_view kPlain = "\x1b[0m";

// Behind the T.
std::size_t DateEnd(std::string_view time) {
  const std::size_t t = time.find('T');
  return t == std::string_view::npos ? time.size() : t + 1;
}

}  // namespace

Table::Table(Look how, TextSink write) : Writer(std::move(how), std::move(write)) {
  if (look().asked) columns_.push_back({"asked", Kind::kFlexible});
  columns_.push_back({"first seen", Kind::kTime, false, kDim});
  columns_.push_back({"last seen", Kind::kTime, false, kDim});
  columns_.push_back({"count", Kind::kFixed, true});
  columns_.push_back({"rrname", Kind::kFlexible});
  columns_.push_back({"rrtype", Kind::kFixed, false, kCyan});
  columns_.push_back({"rdata", Kind::kFlexible});
  columns_.push_back({"bailiwick", Kind::kFlexible});
  if (look().days) columns_.push_back({"days", Kind::kFlexible});
  if (look().fresh) {
    columns_.push_back({"seq", Kind::kFixed, true});
    columns_.push_back({"committed", Kind::kTime, false, kDim});
    columns_.push_back({"new", Kind::kFixed});
  }
  if (look().reason) columns_.push_back({"reason", Kind::kFlexible});
  if (look().path) columns_.push_back({"path", Kind::kFlexible});
}

void Table::Add(const query::Hit& hit) {
  Line line;
  line.reserve(columns_.size());
  if (look().asked) line.push_back(AskedText(hit));
  line.push_back(TimeText(hit.history.first, look().local));
  line.push_back(TimeText(hit.history.last, look().local));
  line.push_back(std::to_string(hit.history.count));
  line.push_back(dns::NameToText(hit.tuple.owner));
  line.push_back(dns::TypeToText(hit.tuple.type));
  line.push_back(dns::RdataToText(hit.tuple.type, hit.tuple.rdata));
  line.push_back(hit.history.bailiwick.known() ? BailiwickText(hit) : "-");
  if (look().days) line.push_back(DaysBrief(hit.history));
  if (look().fresh) {
    for (std::string& text : FreshTexts(hit, look().local)) line.push_back(std::move(text));
  }
  if (look().reason) line.push_back(ReasonText(hit.history.reasons));
  if (look().path) line.push_back(PathText(hit));
  if (widths_known_) return WriteRow(line, false);
  for (const std::string& cell : line) held_bytes_ += cell.size();
  held_.push_back(std::move(line));
  if (held_.size() >= kHeldRows || held_bytes_ >= kHeldBytes) Release(true);
}

void Table::Release(bool more_to_come) {
  if (widths_known_ || held_.empty()) return;
  Line headings;
  for (const Column& column : columns_) headings.emplace_back(column.heading);
  const std::size_t widest = look().width == 0 ? kWidest : kHeldBytes;
  widths_.assign(columns_.size(), 0);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths_[i] = headings[i].size();
    for (const Line& line : held_)
      widths_[i] = std::max(widths_[i], std::min(line[i].size(), widest));
  }
  if (look().width != 0) FitWidths(more_to_come);
  widths_known_ = true;
  WriteRow(headings, true);
  for (const Line& line : held_) WriteRow(line, false);
  held_ = {};
}

std::size_t Table::Total() const {
  std::size_t total = kGap * (columns_.size() - 1);
  for (const std::size_t width : widths_) total += width;
  return total;
}

// Times go over two lines before names and rdata do where that is enough and most rows would wrap
// all the same: names are read as one.
void Table::FitWidths(bool more_to_come) {
  if (Total() <= look().width) {
    if (more_to_come) GiveSlack();
    return;
  }
  const Widths needs = widths_;
  WrapTimes();
  const Widths wrapped = widths_;
  const bool enough = Total() <= look().width;
  widths_ = needs;
  const bool shared = ShareAmongFlexible(kLeast);
  if (shared && !(enough && 2 * WrappedRows() > held_.size())) return;
  widths_ = wrapped;
  if (!enough) ShareAmongFlexible(kLeastWhenNarrow);
}

std::size_t Table::WrappedRows() const {
  return static_cast<std::size_t>(
      std::count_if(held_.begin(), held_.end(), [this](const Line& line) {
        for (std::size_t i = 0; i < line.size(); ++i) {
          if (columns_[i].kind == Kind::kFlexible && line[i].size() > widths_[i]) return true;
        }
        return false;
      }));
}

void Table::WrapTimes() {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].kind != Kind::kTime) continue;
    widths_[i] = columns_[i].heading.size();
    for (const Line& line : held_) {
      const std::size_t date = DateEnd(line[i]);
      widths_[i] = std::max({widths_[i], date, line[i].size() - date});
    }
  }
}

// Is the table narrow enough then?
bool Table::ShareAmongFlexible(std::size_t least) {
  std::vector<std::size_t> needs;
  std::size_t fixed = kGap * (columns_.size() - 1);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].kind == Kind::kFlexible) {
      needs.push_back(widths_[i]);
      least = std::max(least, columns_[i].heading.size());  // a word, and not wrapped
    } else {
      fixed += widths_[i];
    }
  }
  const std::size_t room = look().width > fixed ? look().width - fixed : 0;
  const std::vector<std::size_t> given = ShareWidth(needs, room, least);
  std::size_t next = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].kind == Kind::kFlexible) widths_[i] = given[next++];
  }
  return Total() <= look().width;
}

// Rows that come later may be wider than those that are known.
void Table::GiveSlack() {
  std::size_t slack = look().width - Total();
  for (std::size_t i = 0; i < columns_.size() && slack > 0; ++i) {
    if (columns_[i].heading != "rrtype" || widths_[i] >= kTypeWidth) continue;
    const std::size_t more = std::min(slack, kTypeWidth - widths_[i]);
    widths_[i] += more;
    slack -= more;
  }
  const auto flexible = std::count_if(columns_.begin(), columns_.end(), [](const Column& column) {
    return column.kind == Kind::kFlexible;
  });
  const std::size_t part = slack / static_cast<std::size_t>(flexible);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].kind == Kind::kFlexible && widths_[i] < kWidest) {
      widths_[i] = std::min(widths_[i] + part, kWidest);
    }
  }
}

// What a cell that cannot wrap has too much is taken from the widest that can, so that the columns
// behind stay in place.
Table::Widths Table::WidthsFor(const Line& line) const {
  Widths widths = widths_;
  if (look().width == 0) return widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].kind != Kind::kFixed || line[i].size() <= widths[i]) continue;
    std::size_t donor = i;
    for (std::size_t j = i + 1; j < columns_.size(); ++j) {
      if (columns_[j].kind == Kind::kFlexible && (donor == i || widths[j] > widths[donor]))
        donor = j;
    }
    const std::size_t extra = line[i].size() - widths[i];
    widths[i] += extra;
    if (widths[donor] >= extra + kLeastWhenNarrow) widths[donor] -= extra;
  }
  return widths;
}

std::vector<std::string_view> Table::Pieces(std::size_t column, std::string_view cell,
                                            std::size_t width) const {
  if (look().width == 0 || cell.size() <= width) return {cell};
  if (columns_[column].kind == Kind::kFlexible) return Wrap(cell, width);
  if (columns_[column].kind == Kind::kFixed) return {cell};
  return {cell.substr(0, DateEnd(cell)), cell.substr(DateEnd(cell))};
}

void Table::WriteRow(const Line& line, bool heading) {
  const Widths widths = WidthsFor(line);
  std::vector<std::vector<std::string_view>> cells;
  std::size_t lines = 1;
  for (std::size_t i = 0; i < line.size(); ++i) {
    cells.push_back(Pieces(i, line[i], widths[i]));
    lines = std::max(lines, cells.back().size());
  }
  std::string text;
  for (std::size_t at = 0; at < lines; ++at) {
    std::size_t blanks = 0;  // written only when something follows
    if (heading && look().colour) text += kBold;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string_view cell = at < cells[i].size() ? cells[i][at] : std::string_view();
      const std::size_t padding = widths[i] > cell.size() ? widths[i] - cell.size() : 0;
      const bool coloured = look().colour && !heading && !columns_[i].colour.empty();
      if (columns_[i].right) blanks += padding;
      if (!cell.empty()) {
        text.append(blanks, ' ');
        blanks = 0;
        if (coloured) text += columns_[i].colour;
        text += cell;
        if (coloured) text += kPlain;
      }
      blanks += (columns_[i].right ? 0 : padding) + kGap;
    }
    if (heading && look().colour) text += kPlain;
    text.push_back('\n');
  }
  Write(text);
}

}  // namespace pdns::render
