#include "render/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "dns/presentation/rdata_text.h"
#include "dns/text.h"
#include "render/text.h"
#include "render/wrap.h"

namespace pdns::render {
namespace {

constexpr std::size_t kMostRows = 10000;
constexpr std::size_t kLongest = 200;
constexpr std::size_t kBar = 60;       // where nothing limits it
constexpr std::size_t kLeastBar = 20;  // narrower terminals get less
constexpr std::size_t kLeastLabel = 8;
constexpr std::size_t kFrame = 2 + 2 + 2 + 2;  // gaps behind the three labels, and two |
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kCyan = "\x1b[36m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kPlain = "\x1b[0m";

std::string Shortened(std::string text, std::size_t width) {
  if (text.size() <= width) return text;
  text.resize(width - 2);
  return text + "..";
}

std::string Coloured(std::string_view text, std::string_view colour, bool wanted) {
  return wanted ? fmt::format("{}{}{}", colour, text, kPlain) : std::string(text);
}

}  // namespace

void Timeline::Add(const query::Hit& hit) {
  if (rows_.size() == kMostRows) {
    ++not_drawn_;
    return;
  }
  const record::Tuple& tuple = hit.tuple;
  rows_.push_back({Shortened(dns::NameToText(tuple.owner), kLongest), dns::TypeToText(tuple.type),
                   Shortened(dns::RdataToText(tuple.type, tuple.rdata), kLongest),
                   hit.history.first, hit.history.last});
}

// A third of what the types leave goes to the bars at least, more when the labels are short.
Timeline::Layout Timeline::Fit(unsigned width) const {
  std::array<std::size_t, 2> needs{};
  std::size_t type = 0;
  for (const Row& row : rows_) {
    needs[0] = std::max(needs[0], row.name.size());
    needs[1] = std::max(needs[1], row.rdata.size());
    type = std::max(type, row.type.size());
  }
  if (width == 0) return {needs[0], type, needs[1], kBar};
  const std::size_t fixed = type + kFrame;
  const std::size_t room = width > fixed ? width - fixed : 0;
  const std::size_t bar = std::max(room / 3, kLeastBar);
  const auto labels = ShareWidth(needs, room > bar ? room - bar : 0, kLeastLabel);
  const std::size_t taken = labels[0] + labels[1];
  return {labels[0], type, labels[1], room > taken ? room - taken : 1};
}

std::string Timeline::Bar(const Row& row, const Axis& axis) {
  const auto number = [](std::chrono::sys_seconds time) {
    return static_cast<double>(time.time_since_epoch().count());
  };
  const double span = number(axis.end) - number(axis.begin);
  const auto place = [&](std::chrono::sys_seconds time) -> std::size_t {
    if (span <= 0) return 0;
    const double part = std::clamp((number(time) - number(axis.begin)) / span, 0.0, 1.0);
    return static_cast<std::size_t>(std::lround(part * static_cast<double>(axis.bar - 1)));
  };
  const std::size_t from = place(row.first);
  const std::size_t to = std::max(place(row.last), from);
  std::string bar(axis.bar, ' ');
  std::fill(bar.begin() + static_cast<std::ptrdiff_t>(from),
            bar.begin() + static_cast<std::ptrdiff_t>(to) + 1, row.first == row.last ? '*' : '=');
  return bar;
}

// Both ends on one line when they fit above the bar, else one below the other; `at`: where the bar
// stands in its line.
std::string Timeline::AxisLines(const Axis& axis, std::size_t at, bool local) {
  const std::string begin = TimeText(axis.begin, local);
  const std::string end = TimeText(axis.end, local);
  const std::size_t line = at + axis.bar + 2;
  const auto before = [&](std::size_t wanted, const std::string& label) {
    return std::min(wanted, line > label.size() ? line - label.size() : 0);
  };
  std::string text(before(at, begin), ' ');
  text += begin;
  const std::size_t end_at = before(line, end);
  if (end_at > text.size()) {
    text.append(end_at - text.size(), ' ');
  } else {
    text.append(1, '\n').append(end_at, ' ');
  }
  return text + end;
}

void Timeline::Finish() {
  if (rows_.empty()) return;
  const bool colour = look().colour;
  const Layout layout = Fit(look().width);
  Axis axis{rows_[0].first, rows_[0].last, layout.bar};
  for (const Row& row : rows_) {
    axis.begin = std::min(axis.begin, row.first);
    axis.end = std::max(axis.end, row.last);
  }
  const std::size_t bar_at = layout.name + layout.type + layout.rdata + kFrame - 2;
  std::string text = Coloured(AxisLines(axis, bar_at, look().local), kDim, colour) + "\n";
  for (const Row& row : rows_) {
    text += fmt::format("{:<{}}  {}{:{}}  {:<{}}  |{}|\n", Shortened(row.name, layout.name),
                        layout.name, Coloured(row.type, kCyan, colour), "",
                        layout.type - row.type.size(), Shortened(row.rdata, layout.rdata),
                        layout.rdata, Coloured(Bar(row, axis), kGreen, colour));
  }
  if (not_drawn_ > 0) text += fmt::format("rows that are not drawn: {}\n", not_drawn_);
  Write(text);
}

}  // namespace pdns::render
