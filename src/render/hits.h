// Indicators and whether the database knows them: IndicatorHit -> [RenderHits] -> a table, CSV, TSV
// or JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "render/format.h"

namespace pdns::render {

struct IndicatorHit {
  std::string_view text;  // as it was given
  std::uint64_t line = 0;
  std::uint64_t rows = 0;  // 0: no hit
  std::chrono::sys_seconds first;
  std::chrono::sys_seconds last;

  void Add(const record::History& history);
};

// In the order given. JSON is one object a line: {"asked":..,"line":..,"hit":true,"rows":..,
// "time_first":..,"time_last":..}, without times where there is no hit. kTable, kJson, kCsv, kTsv;
// others are written as a table.
void RenderHits(std::span<const IndicatorHit> hits, FormatKind kind, const FormatOptions& look,
                const TextSink& write);

}  // namespace pdns::render
