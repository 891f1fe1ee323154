// Figures: nothing is lost between the counters and what an operator reads.
#include "ingest/figures.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace pdns::ingest {
namespace {

using record::FrameOutcome;
using record::RecordOutcome;

// Each outcome a different number of times.
record::Counters Everything(std::uint64_t scale) {
  record::Counters counters;
  for (std::size_t i = 0; i < record::kFrameOutcomes; ++i) {
    if (static_cast<FrameOutcome>(i) == FrameOutcome::kSkipped) continue;
    for (std::uint64_t n = 0; n < scale * (i + 1); ++n)
      counters.Count(static_cast<FrameOutcome>(i));
  }
  for (std::size_t i = 0; i < record::kMessageTypes; ++i) {
    counters.skipped[i] += scale * i;
    counters.frame[static_cast<std::size_t>(FrameOutcome::kSkipped)] += scale * i;
    counters.frames += scale * i;
  }
  for (std::size_t i = 0; i < record::kRecordOutcomes; ++i) {
    for (std::uint64_t n = 0; n < scale * (i + 2); ++n)
      counters.Count(static_cast<RecordOutcome>(i));
  }
  EXPECT_TRUE(counters.AddUp());
  return counters;
}

FigureSource Source() {
  FigureSource source;
  source.live.emplace();
  source.live->sockets.push_back({"/run/a \"quoted\".sock", Everything(1), {}});
  source.live->sockets.push_back({"127.0.0.1:6000", Everything(10), {}});
  source.live->sockets[0].listener.open = 3;
  source.live->sockets[1].listener.open = 4;
  source.live->sockets[1].listener.bytes = std::uint64_t{1} << 45;
  source.live->window_memory = 4096;
  source.live->newest = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) -
                        std::chrono::hours(1);
  source.of_files = Everything(100);
  source.drain.drains = 5;
  source.drain.seconds = 0.25;
  source.drain.waiting = 1;
  source.drain.applied = {70, 80};
  source.archive.emplace();
  source.archive->frames = 90;
  source.archive->left_out = 2;
  source.archive->paused = true;
  source.taps = 2;
  source.taps_left_out = 9;
  return source;
}

std::string LabelOf(const Figure& figure, const std::string& label) {
  for (const auto& [name, value] : figure.labels) {
    if (name == label) return value;
  }
  return "";
}

double Sum(const std::vector<Figure>& figures, const std::string& name,
           const std::string& source = "") {
  double sum = 0;
  for (const Figure& figure : figures) {
    if (figure.name == name && (source.empty() || LabelOf(figure, "source") == source))
      sum += figure.value;
  }
  return sum;
}

TEST(Figures, SumsAreTheCounters) {
  const FigureSource source = Source();
  const auto figures = MakeFigures(source);
  std::map<std::string, record::Counters> of{{"files", source.of_files}};
  for (const auto& socket : source.live->sockets) of[socket.name] = socket.counters;
  ASSERT_EQ(of.size(), 3U);
  for (const auto& [name, counters] : of) {
    EXPECT_EQ(Sum(figures, "pdns_frames_total", name), static_cast<double>(counters.frames));
    std::uint64_t records = 0;
    for (const std::uint64_t one : counters.record) records += one;
    EXPECT_EQ(Sum(figures, "pdns_records_total", name), static_cast<double>(records));
  }
  EXPECT_EQ(Sum(figures, "pdns_connections"), 7);
  EXPECT_EQ(Sum(figures, "pdns_tuples_total"), 150);
  EXPECT_EQ(Sum(figures, "pdns_socket_bytes_total"), static_cast<double>(std::uint64_t{1} << 45));
  EXPECT_EQ(Sum(figures, "pdns_archive_left_out_total"), 2);
  EXPECT_EQ(Sum(figures, "pdns_taps"), 2);
  EXPECT_EQ(Sum(figures, "pdns_tap_left_out_total"), 9);
  EXPECT_GE(Sum(figures, "pdns_newest_frame_age_seconds"), 3600);
}

// As Prometheus wants it: a family has one kind and one help, and each series stands once.
TEST(Figures, FamiliesAreSound) {
  std::map<std::string, std::pair<Figure::Kind, std::string>> families;
  std::set<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> series;
  for (const Figure& figure : MakeFigures(Source())) {
    EXPECT_EQ(figure.name.find("pdns_"), 0U);
    EXPECT_EQ(figure.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos);
    const bool total = figure.name.size() > 6 && figure.name.ends_with("_total");
    EXPECT_EQ(total, figure.kind == Figure::Kind::kCounter) << figure.name;
    EXPECT_FALSE(figure.help.empty());
    const auto [family, fresh] = families.try_emplace(figure.name, figure.kind, figure.help);
    EXPECT_EQ(family->second, std::pair(figure.kind, figure.help)) << figure.name;
    EXPECT_TRUE(series.emplace(figure.name, figure.labels).second) << figure.name;
  }
}

TEST(Figures, OfNothingThereIsNoSocketAndNoArchive) {
  for (const Figure& figure : MakeFigures({})) {
    EXPECT_EQ(figure.value, figure.name == "pdns_storing" ? 1 : 0) << figure.name;
    EXPECT_EQ(figure.name.find("archive"), std::string::npos);
    EXPECT_EQ(figure.name.find("connections"), std::string::npos);
  }
  FigureSource silent;
  silent.live.emplace();  // no frame came: it has no age
  for (const Figure& figure : MakeFigures(silent))
    EXPECT_NE(figure.name, "pdns_newest_frame_age_seconds");
}

TEST(Figures, JsonParsesToTheSameNumbers) {
  const auto figures = MakeFigures(Source());
  const std::string text = FiguresToJson(figures);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  rapidjson::Document json;
  json.Parse(text.data(), text.size());
  ASSERT_FALSE(json.HasParseError());
  ASSERT_TRUE(json.IsObject());
  ASSERT_EQ(json.MemberCount(), figures.size());
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const auto& member = *(json.MemberBegin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(std::string(member.name.GetString()).find(figures[i].name), 0U);
    EXPECT_EQ(member.value.GetDouble(), figures[i].value) << member.name.GetString();
  }
  EXPECT_EQ(json["pdns_frames_total{source=\"files\",outcome=\"used\"}"].GetDouble(), 100);
  EXPECT_EQ(json["pdns_taps"].GetDouble(), 2);
}

// The name of a socket's file is anybody's bytes.
TEST(Figures, NamesAreMadePrintable) {
  FigureSource source;
  source.live.emplace();
  source.live->sockets.push_back({"/run/\n\xff\"x", Everything(1), {}});
  const auto figures = MakeFigures(source);
  rapidjson::Document json;
  const std::string text = FiguresToJson(figures);
  json.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  EXPECT_FALSE(json.HasParseError());
  for (const char byte : FiguresToText(figures))
    EXPECT_TRUE(byte == '\n' || (byte > 31 && byte < 127));
}

TEST(Figures, TextIsAlignedAndWithoutZeros) {
  const auto figures = MakeFigures(Source());
  std::istringstream text(FiguresToText(figures));
  std::size_t lines = 0;
  std::set<std::size_t> widths;
  for (std::string line; std::getline(text, line); ++lines) {
    widths.insert(line.size());
    EXPECT_NE(line.substr(line.rfind(' ') + 1), "0") << line;
    EXPECT_EQ(line.find("pdns_"), 0U) << line;
  }
  EXPECT_EQ(lines,
            static_cast<std::size_t>(std::count_if(
                figures.begin(), figures.end(), [](const auto& one) { return one.value != 0; })));
  EXPECT_EQ(widths.size(), 1U);
  EXPECT_EQ(FiguresToText(MakeFigures({})), "pdns_storing                1\n");
  EXPECT_EQ(FiguresToText({{"pdns_x", "", Figure::Kind::kGauge, {}, 0.25}}),
            "pdns_x            0.250\n");
}

TEST(Figures, TheLineOfStatistics) {
  FigureSource before = Source();
  FigureSource now = Source();
  now.of_files.Add(Everything(1));
  now.drain.applied.tuples_new += 5;
  now.drain.applied.tuples_updated += 6;
  EXPECT_EQ(StatisticsLine(MakeFigures(before), MakeFigures(before), std::chrono::seconds(1)),
            "0 frames (0 a second), 0 used, 0 skipped, 0 malformed, 0 refused; 0 tuples new, 0 "
            "updated; 0 quarantined; 7 connections");
  // 1 used, 105 skipped (0 + 1 + ... + 14), 3 + ... + 6 malformed, 7 + ... + 16 refused; 7 + 8
  // quarantined.
  EXPECT_EQ(StatisticsLine(MakeFigures(before), MakeFigures(now), std::chrono::seconds(2)),
            "239 frames (120 a second), 1 used, 105 skipped, 18 malformed, 115 refused; 5 tuples "
            "new, 6 updated; 15 quarantined; 7 connections");
  now.not_stored.full.kept += 2;
  now.not_stored.failed.lost += 1;
  EXPECT_TRUE(StatisticsLine(MakeFigures(before), MakeFigures(now), std::chrono::seconds(1))
                  .ends_with("; 2 frames not stored but kept, 1 lost"));
  now.not_stored = {};
  now.archive->left_out += 3;
  const std::string line =
      StatisticsLine(MakeFigures(before), MakeFigures(now), std::chrono::seconds(0));
  EXPECT_NE(line.find("(0 a second)"), std::string::npos) << line;
  EXPECT_TRUE(line.ends_with("; 3 frames not archived")) << line;
}

}  // namespace
}  // namespace pdns::ingest
