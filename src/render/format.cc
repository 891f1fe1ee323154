#include "render/format.h"

#include <array>
#include <utility>

#include "render/json.h"
#include "render/lists.h"
#include "render/separated.h"
#include "render/table.h"
#include "render/zone.h"

namespace pdns::render {

std::unique_ptr<Format> MakeFormat(FormatKind kind, const FormatOptions& options, TextSink write) {
  switch (kind) {
    case FormatKind::kJson:
      return std::make_unique<JsonLines>(options, std::move(write));
    case FormatKind::kCsv:
      return std::make_unique<Separated>(Separator::kCsv, options, std::move(write));
    case FormatKind::kTsv:
      return std::make_unique<Separated>(Separator::kTsv, options, std::move(write));
    case FormatKind::kDig:
      return std::make_unique<ZoneLines>(options, std::move(write));
    case FormatKind::kNames:
      return std::make_unique<List>(List::Kind::kNames, std::move(write));
    case FormatKind::kValues:
      return std::make_unique<List>(List::Kind::kValues, std::move(write));
    case FormatKind::kTable:
      break;
  }
  return std::make_unique<Table>(options, std::move(write));
}

std::optional<FormatKind> FormatFromText(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, FormatKind>, 7> kNames{
      {{"table", FormatKind::kTable},
       {"json", FormatKind::kJson},
       {"csv", FormatKind::kCsv},
       {"tsv", FormatKind::kTsv},
       {"dig", FormatKind::kDig},
       {"names", FormatKind::kNames},
       {"values", FormatKind::kValues}}};
  for (const auto& [name, kind] : kNames) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

}  // namespace pdns::render
