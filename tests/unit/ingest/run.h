// Whole runs over files, and what the sink holds afterwards.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "ingest/service.h"
#include "unit/ingest/memory_sink.h"
#include "unit/support/payloads.h"

namespace pdns::ingest {

// As pdns-ingest does. A test may write to a pipe whose reader has had enough.
inline const auto kIgnorePipes = std::signal(SIGPIPE, SIG_IGN);

struct RunSettings {
  std::size_t window_memory = 64U << 20;  // 1: a batch a frame
  std::chrono::nanoseconds flush_interval = std::chrono::hours(1);
  std::size_t cores = 2;
  std::size_t unpack_memory = frame::kUnpackAlone;
};

// A service from its opening to its report.
inline Result<RunReport> RunService(ServiceOptions options, const Sink& sink, Stop& stop,
                                    source::Progress& progress, LiveOptions live = {}) {
  Service service(std::move(options), std::move(live), sink, stop);
  if (Status opened = service.Open(progress); !opened.ok()) return opened;
  return service.Run();
}

// What was counted went to the sink, in the batches; but for what is known to be broken, which each
// run tells of.
inline void ExpectCommitted(const record::Counters& told, record::Counters stored,
                            const record::Counters& stored_before) {
  stored.Subtract(stored_before);
  const std::uint64_t broken = told.Of(record::FrameOutcome::kMalformedFrame) -
                               stored.Of(record::FrameOutcome::kMalformedFrame);
  EXPECT_LE(broken, told.Of(record::FrameOutcome::kMalformedFrame));
  for (std::uint64_t i = 0; i < broken; ++i) stored.Count(record::FrameOutcome::kMalformedFrame);
  EXPECT_EQ(stored, told);
}

// Runs to the end; `stop` and the sink may end it earlier.
inline Result<RunReport> RunOn(MemorySink& memory, const std::vector<std::string>& paths,
                               Stop& stop, const RunSettings& settings = {}) {
  ServiceOptions options;
  options.sources = source::ListPaths(paths);
  options.window_memory = settings.window_memory;
  options.flush_interval = settings.flush_interval;
  options.cores = settings.cores;
  options.unpack_memory = settings.unpack_memory;
  source::Progress progress;
  const record::Counters before = memory.counters();
  auto report = RunService(options, memory.sink(), stop, progress);
  if (report.ok()) {
    std::uint64_t frames = 0;
    for (const source::Report& source : report->sources) {
      EXPECT_TRUE(source.counters.AddUp()) << source.name;
      frames += source.counters.frames;
    }
    EXPECT_EQ(report->Total().frames, frames);
    ExpectCommitted(report->Total(), memory.counters(), before);
    EXPECT_EQ(progress.frames, frames);
    const auto sized = [](const source::Path& path) { return path.size > 0; };
    if (std::all_of(options.sources.begin(), options.sources.end(), sized)) {
      EXPECT_LE(progress.bytes_done, progress.bytes_total);
    }
  }
  return report;
}

// A run that nothing disturbs.
inline RunReport RunFiles(MemorySink& memory, const std::vector<std::string>& paths,
                          const RunSettings& settings = {}) {
  Stop stop;
  auto report = RunOn(memory, paths, stop, settings);
  EXPECT_TRUE(report.ok()) << report.status().message();
  return report.ok() ? std::move(*report) : RunReport();
}

inline std::vector<source::State> States(const RunReport& report) {
  std::vector<source::State> states;
  for (const source::Report& source : report.sources) states.push_back(source.state);
  return states;
}

// Exactly the `count` numbered tuples of `series` are stored, each `times` times.
inline void ExpectNumbered(const MemorySink& memory, const std::string& series, unsigned count,
                           std::uint64_t times = 1) {
  const Rows rows = memory.trusted();
  unsigned found = 0;
  for (const auto& [key, sighting] : rows) {
    const std::string& owner = std::get<0>(key);
    if (owner.compare(1, series.size(), series) != 0) continue;
    ++found;
    EXPECT_EQ(sighting.count, times) << owner;
  }
  EXPECT_EQ(found, count);
  for (unsigned i = 0; i < count; ++i) {
    const std::string owner = pdns::testing::WireName(Numbered(series, i) + ".example");
    const auto row = rows.find({owner, 1, std::string("\xc0\0\2\1", 4)});
    ASSERT_NE(row, rows.end()) << series << i;
    const std::chrono::sys_seconds time{std::chrono::seconds(kTime + i)};
    EXPECT_EQ(row->second.first, time);
    EXPECT_EQ(row->second.last, time);
  }
}

}  // namespace pdns::ingest
