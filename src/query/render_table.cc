#include "query/render_table.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "dns/rdata_text.h"
#include "dns/text.h"
#include "query/render_json.h"

namespace pdns::query {
namespace {

constexpr std::size_t kHeldRows = 1000;
constexpr std::size_t kWidest =
    60;  // one very long rdata does not push the next column off the screen
constexpr std::size_t kCountColumn = 2;
constexpr std::size_t kReasonColumn = 7;
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kPlain = "\x1b[0m";

}  // namespace

std::string TimeText(std::chrono::sys_seconds time) {
  // By time_t: through the system clock's nanoseconds the years after 2262 would overflow.
  const auto seconds = static_cast<std::time_t>(time.time_since_epoch().count());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

Table::Table(const TableOptions& options, std::function<void(std::string_view)> write)
    : options_(options), write_(std::move(write)) {}

void Table::Add(const store::Row& row) {
  Line line{TimeText(row.sighting.first),
            TimeText(row.sighting.last),
            std::to_string(row.sighting.count),
            dns::NameToText(row.tuple.owner),
            dns::TypeToText(row.tuple.type),
            dns::RdataToText(row.tuple.type, row.tuple.rdata),
            BailiwickText(row),
            options_.reason ? ReasonText(row.sighting.reasons) : ""};
  if (widths_known_) return Write(line, false);
  held_.push_back(std::move(line));
  if (held_.size() >= kHeldRows) Finish();
}

void Table::Finish() {
  if (widths_known_ || held_.empty()) return;
  static const Line kHeading{"first seen", "last seen", "count",     "rrname",
                             "rrtype",     "rdata",     "bailiwick", "reason"};
  for (std::size_t i = 0; i < kColumns; ++i) {
    widths_[i] = kHeading[i].size();
    for (const Line& line : held_)
      widths_[i] = std::max(widths_[i], std::min(line[i].size(), kWidest));
  }
  widths_known_ = true;
  Write(kHeading, true);
  for (const Line& line : held_) Write(line, false);
  held_.clear();
}

void Table::Write(const Line& line, bool heading) {
  const std::size_t last = options_.reason ? kReasonColumn : kReasonColumn - 1;
  std::string text;
  for (std::size_t i = 0; i <= last; ++i) {
    const bool right = i == kCountColumn;
    text += right ? fmt::format("{:>{}}", line[i], widths_[i])
                  : fmt::format("{:<{}}", line[i], i == last ? 0 : widths_[i]);
    if (i < last) text += "  ";
  }
  if (heading && options_.colour) text = fmt::format("{}{}{}", kBold, text, kPlain);
  text.push_back('\n');
  write_(text);
}

}  // namespace pdns::query
