#include "render/format.h"

#include <algorithm>
#include <array>
#include <utility>

#include "render/json.h"
#include "render/list.h"
#include "render/separated.h"
#include "render/table.h"
#include "render/timeline.h"
#include "render/zone.h"

namespace pdns::render {
namespace {

template <class W, auto... kFirst>
std::unique_ptr<Writer> Make(Look look, TextSink write) {
  return std::make_unique<W>(kFirst..., std::move(look), std::move(write));
}

constexpr std::array kFormats{
    // Aligned columns with a heading.
    Format{.name = "table", .make = Make<Table>, .days = true, .statistics = true},
    // Passive DNS Common Output Format, one object a line (schema/rows.md).
    Format{.name = "json", .make = Make<JsonLines>, .days = true, .wire = true, .statistics = true},
    // RFC 4180, with a heading; the same columns by tabs, LF, nothing quoted.
    Format{
        .name = "csv", .make = Make<Separated, Separator::kCsv>, .days = true, .spreadsheet = true},
    Format{
        .name = "tsv", .make = Make<Separated, Separator::kTsv>, .days = true, .spreadsheet = true},
    // Lines of a zone file; what no zone can hold as comments.
    Format{.name = "dig", .make = Make<ZoneLines>},
    // One a line.
    Format{.name = "names", .make = Make<List, List::Kind::kNames>, .rows = query::Show::kNames},
    Format{.name = "values", .make = Make<List, List::Kind::kValues>, .rows = query::Show::kValues},
    // Bars from first to last seen.
    Format{.name = "timeline", .make = Make<Timeline>, .by_name = false},
};

}  // namespace

std::span<const Format> Formats() { return kFormats; }

const Format* FindFormat(std::string_view name) {
  const auto* const found =
      std::find_if(kFormats.begin(), kFormats.end(),
                   [name](const Format& format) { return format.name == name; });
  return found == kFormats.end() ? nullptr : found;
}

std::string FormatNames(std::string_view between, bool Format::*has) {
  std::string names;
  for (const Format& format : kFormats) {
    if (!format.by_name || !(format.*has)) continue;
    if (!names.empty()) names += between;
    names += format.name;
  }
  return names;
}

}  // namespace pdns::render
