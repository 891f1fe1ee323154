#include "render/notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "render/text.h"

namespace pdns::render {

std::vector<std::string> ScanNotes(const query::Outcome& outcome) {
  std::vector<std::string> notes;
  const auto& scans = outcome.scans;
  const std::size_t told = std::min(scans.size(), kMostScanNotes);
  for (std::size_t i = 0; i < told; ++i) {
    const query::FullScan& scan = scans[i];
    notes.push_back(fmt::format("looked at {}{} {}{}: {} found", scan.whole ? "all " : "",
                                scan.keys, scan.what, scan.whole ? "" : " before it ended",
                                scan.rows));
  }
  if (scans.size() > told)
    notes.push_back(fmt::format("{} more questions looked at all rows", scans.size() - told));
  return notes;
}

std::optional<std::string> GapNote(const query::Outcome& outcome, bool local) {
  if (!outcome.gap.has_value()) return std::nullopt;
  const auto& oldest = outcome.gap->oldest;
  const std::string from =
      oldest.has_value() ? "goes back to " + TimeText(*oldest, local) + " only" : "is empty";
  return "the journal of new rows " + from + ": what came before is not in this answer";
}

std::optional<std::string> ExpiredNote(const record::Statistics& statistics) {
  std::string newest;  // months are "2026-11": their order is that of the text
  for (const auto& [rule, months] : statistics.expired)
    if (!months.empty()) newest = std::max(newest, months.rbegin()->first);
  const std::uint64_t rows = statistics.AllExpired();
  if (rows == 0) return std::nullopt;
  return fmt::format("{} row{} expired, of which the newest was last seen in {}", rows,
                     rows == 1 ? "" : "s", Printable(newest));
}

std::vector<std::string> CutNotes(const query::Request& request, const query::Outcome& outcome,
                                  std::string_view mark) {
  std::vector<std::string> notes;
  for (const query::PivotNode& node : outcome.nodes) {
    const std::string cuts = query::CutsText(node);
    if (cuts.empty()) continue;
    notes.push_back(fmt::format("{} has {}: not followed ({}max-fanout {})", node.text, cuts, mark,
                                request.pivot->max_fanout));
  }
  return notes;
}

}  // namespace pdns::render
