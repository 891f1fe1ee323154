// What the archive keeps, as a source.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "unit/archive/archive_world.h"
#include "unit/ingest/run.h"
#include "unit/support/frame_stream.h"

namespace pdns::ingest {
namespace {

using archive::ArchiveTest;
using pdns::testing::WriteFile;
using std::chrono::seconds;

// The nightly run over the archive: the ledger holds the live path's places, and what was not
// committed when the ingester died is taken from there.
TEST_F(ArchiveTest, ABackfillTakesWhatTheLivePathDidNotCommit) {
  constexpr unsigned kFrames = 300;
  constexpr unsigned kCommitted = 170;
  options_.rotate_bytes = 5000;
  options_.rotate_after = seconds(0);
  kept_.sources.clear();
  archive::Hooks hooks = kept_.hooks();
  hooks.on_begin = [](const Sha256Digest& first) { return record::SourceId{first, 0}; };
  hooks.on_end = [](const record::SourceId& /*id*/, const record::Position& /*position*/) {};
  auto archive = archive::Archive::Open(options_, hooks, world_.system());
  ASSERT_TRUE(archive.ok());
  MemorySink memory;
  std::map<record::SourceId, record::Position> ledger;
  std::vector<std::string> live;
  for (unsigned i = 0; i < kFrames; ++i) {
    const std::string payload = NumberedPayload("n", i);
    const source::Place* place = (*archive)->Append(AsBytes(payload));
    ASSERT_NE(place, nullptr);
    if (i >= kCommitted) continue;
    ledger[place->id()] = place->position();
    live.push_back(payload);
  }
  (*archive)->Close();
  ASSERT_GT(Files().size(), 3U);

  std::vector<record::SourcePosition> places;
  for (const auto& [id, position] : ledger) places.push_back({id, position});
  ASSERT_TRUE(memory.sink()
                  .apply({.sources = places, .sensors = {}, .trusted = {}, .quarantined = {}})
                  .ok());
  const RunReport report = RunFiles(memory, {options_.directory});
  EXPECT_EQ(report.Total().frames, kFrames - kCommitted);
  const RunReport again = RunFiles(memory, {options_.directory});
  EXPECT_EQ(again.Total().frames, 0U);
  WriteFile(dir_ / "live.dnstap", pdns::testing::OpenCapture(live));
  MemorySink of_live;
  RunFiles(of_live, {dir_ / "live.dnstap"});
  EXPECT_EQ(of_live.trusted().size() + memory.trusted().size(), kFrames);
}

}  // namespace
}  // namespace pdns::ingest
