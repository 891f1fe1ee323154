// What a running service is asked about itself: counts of its parts -> [MakeFigures] -> figures, as
// metrics, JSON or lines.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "base/figure.h"
#include "ingest/drainer.h"
#include "ingest/live_source.h"
#include "source/diagnosis.h"

namespace pdns::ingest {

struct FigureSource {
  std::optional<LiveFigures> live;
  record::Counters of_files;  // of all files that were taken to their end
  DrainFigures drain;
  NotStored not_stored;
  bool storing = true;
  std::optional<archive::Figures> archive;
  std::size_t taps = 0;
  std::uint64_t taps_left_out = 0;
};

std::vector<Figure> MakeFigures(const FigureSource& source);

// {"pdns_frames_total{outcome=\"used\",source=\"files\"}":12, ...}, on one line without its end.
std::string FiguresToJson(const std::vector<Figure>& figures);

// A line for each that is not zero, aligned.
std::string FiguresToText(const std::vector<Figure>& figures);

// "1234 frames (56 a second), 1200 used, ...": what happened since `before`, `elapsed` ago.
std::string StatisticsLine(const std::vector<Figure>& before, const std::vector<Figure>& now,
                           std::chrono::duration<double> elapsed);

}  // namespace pdns::ingest
