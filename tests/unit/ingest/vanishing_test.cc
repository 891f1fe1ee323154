// Captures that are compressed or removed between the moment they are listed and the moment they
// are read, as in an archive that is at work.
#include <gtest/gtest.h>

#include "ingest/service.h"
#include "unit/ingest/memory_sink.h"
#include "unit/ingest/run.h"
#include "unit/support/compress.h"
#include "unit/support/frame_stream.h"
#include "unit/support/payloads.h"
#include "unit/support/temp_dir.h"

namespace pdns::ingest {
namespace {

using pdns::testing::Capture;
using pdns::testing::Compress;
using pdns::testing::TempDir;
using pdns::testing::WriteFile;
using StateList = std::vector<source::State>;

// `sources` were listed before.
RunReport RunListed(MemorySink& memory, const std::vector<source::Path>& sources) {
  ServiceOptions options;
  options.sources = sources;
  options.cores = 1;
  Stop stop;
  source::Progress progress;
  auto report = RunService(options, memory.sink(), stop, progress);
  EXPECT_TRUE(report.ok());
  return report.ok() ? std::move(*report) : RunReport();
}

TEST(VanishingSources, OneCompressedMeanwhileIsTakenAsThat) {
  TempDir dir;
  const std::string bytes = Capture(NumberedPayloads("n", 20));
  WriteFile(dir / "a.dnstap", bytes);
  const auto sources = source::ListPaths({dir.path()});
  WriteFile(dir / "a.dnstap.zst", Compress("zstd", bytes));
  std::filesystem::remove(dir / "a.dnstap");
  MemorySink memory;
  const RunReport report = RunListed(memory, sources);
  EXPECT_EQ(States(report), StateList{source::State::kComplete});
  EXPECT_EQ(report.sources[0].name, dir / "a.dnstap.zst");
  EXPECT_FALSE(report.NeedsAttention());
  ExpectNumbered(memory, "n", 20);
}

TEST(VanishingSources, OneRemovedIsNoError) {
  TempDir dir;
  for (const char* name : {"a.dnstap", "b.dnstap.zst", "c.dnstap"})
    WriteFile(dir / name, Capture(NumberedPayloads(std::string(1, name[0]), 5)));
  const auto sources = source::ListPaths({dir.path()});
  std::filesystem::remove(dir / "a.dnstap");
  std::filesystem::remove(dir / "b.dnstap.zst");
  MemorySink memory;
  const RunReport report = RunListed(memory, sources);
  EXPECT_EQ(States(report), (StateList{source::State::kVanished, source::State::kVanished,
                                       source::State::kComplete}));
  EXPECT_EQ(report.sources[0].name, dir / "a.dnstap");
  EXPECT_EQ(report.sources[1].name, dir / "b.dnstap.zst");
  EXPECT_EQ(NameOf(report.sources[0].state), "vanished");
  EXPECT_FALSE(report.NeedsAttention());
  ExpectNumbered(memory, "c", 5);
}

// What a person named is missed when it is not there.
TEST(VanishingSources, OneThatWasNamedIsUnreadable) {
  TempDir dir;
  WriteFile(dir / "a.dnstap.zst", Compress("zstd", Capture(NumberedPayloads("n", 5))));
  MemorySink memory;
  const RunReport report = RunFiles(memory, {dir / "a.dnstap"});
  EXPECT_EQ(States(report), StateList{source::State::kUnreadable});
  EXPECT_TRUE(report.NeedsAttention());
}

// A listed file that is there and cannot be read is an error still.
TEST(VanishingSources, OneThatIsNoCaptureIsUnreadable) {
  TempDir dir;
  WriteFile(dir / "a.dnstap", "text");
  MemorySink memory;
  EXPECT_EQ(States(RunFiles(memory, {dir.path()})), StateList{source::State::kUnreadable});
}

}  // namespace
}  // namespace pdns::ingest
