// kill -9 at random moments: after each, the database holds whole batches, as many as its ledger
// says, and none fewer than were told to be stored.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "unit/store/child.h"
#include "unit/store/database.h"
#include "unit/support/dns_message.h"
#include "unit/support/temp_dir.h"

namespace pdns::store {
namespace {

using record::RrType;
using testing::TempDir;
using testing::U32;
using testing::WireName;
namespace fs = std::filesystem;

constexpr unsigned kShared = 8192;  // tuples that every large batch brings; alone enough for files
constexpr unsigned kSmall = 100;    // of these, the ones in every small batch, too
constexpr unsigned kFresh = 50;     // new tuples of each batch
constexpr unsigned kMaxBatches = 400;

// Every fourth batch goes through the log.
bool IsLarge(unsigned batch) { return batch % 4 != 3; }

record::OwnedTuple Shared(unsigned i) {
  return {*record::Name::FromWire(AsBytes(WireName(std::to_string(i) + ".shared.org"))), RrType::kA,
          U32(i)};
}
record::OwnedTuple Fresh(unsigned batch, unsigned i) {
  const std::string owner = std::to_string(i) + "." + std::to_string(batch) + ".fresh.org";
  return {*record::Name::FromWire(AsBytes(WireName(owner))), RrType::kNs, WireName("ns" + owner)};
}
const record::SourceId kSource = Source(9);

// Batches are numbered from 1.
Status ApplyBatch(Writer& writer, const Observations& shared, unsigned batch) {
  Observations fresh;
  for (unsigned i = 0; i < kFresh; ++i) fresh.Add(Fresh(batch, i), Seen(batch, batch, 1));
  std::vector<const record::Entry*> trusted(fresh.list().begin(), fresh.list().end());
  const auto again = shared.list().first(IsLarge(batch) ? kShared : kSmall);
  trusted.insert(trusted.end(), again.begin(), again.end());
  Observations doubtful;
  doubtful.Add(Shared(0), Seen(batch, batch, 1, 0, record::kOffChain));
  const std::vector<record::SourcePosition> sources{{kSource, At(batch)}};
  record::Counters counters;
  counters.Count(record::FrameFate::kUsed);
  for (unsigned i = 0; i < batch % 3; ++i) counters.Count(record::RecordFate::kClass);
  return writer.Apply({sources, trusted, doubtful.list(), counters}).status();
}

TEST(Child, DISABLED_AppliesBatchesUntilItIsKilled) {
  const auto writer = OpenRocksWriter(Child::Database(), kMemory);
  if (!writer.ok()) _exit(1);
  const auto position = (*writer)->Progress(kSource);
  if (!position.ok()) _exit(1);
  auto batch = static_cast<unsigned>(position->value_or(record::Position{}).frames);
  Observations shared;
  for (unsigned i = 0; i < kShared; ++i) shared.Add(Shared(i), Seen(1, 1, 1));
  while (batch < kMaxBatches) {
    if (!ApplyBatch(**writer, shared, ++batch).ok()) _exit(1);
    Child::Tell();
  }
  while (true) pause();
}

// How often each tuple was seen; by its key, so that 20,000 rows a kill are read in no time.
using Counts = std::unordered_map<std::string, std::uint64_t>;

// The forward rows, which are the reverse rows, too, after batches 1..last.
Counts TrustedAfter(unsigned last) {
  std::uint64_t large = 0;
  for (unsigned batch = 1; batch <= last; ++batch) large += IsLarge(batch) ? 1 : 0;
  Counts rows;
  for (unsigned i = 0; i < kShared && last > 0; ++i) {
    rows[TupleKey(Shared(i).view())] = i < kSmall ? last : large;
  }
  for (unsigned batch = 1; batch <= last; ++batch) {
    for (unsigned i = 0; i < kFresh; ++i) rows[TupleKey(Fresh(batch, i).view())] = 1;
  }
  return rows;
}

Counts Stored(Reader& reader, Index index) {
  Counts rows;
  const Status status = reader.Scan(index, {}, [&rows](const Row& row) {
    const bool fresh = rows.emplace(TupleKey(row.tuple), row.sighting.count).second;
    EXPECT_TRUE(fresh) << "a row twice";
    return true;
  });
  EXPECT_TRUE(status.ok()) << status.message();
  return rows;
}

// The counters after batches 1..last.
void CheckCounters(Reader& reader, unsigned last) {
  record::Statistics statistics;
  const Status counted =
      reader.Count([](std::uint64_t, std::uint64_t) { return true; }, statistics);
  EXPECT_TRUE(counted.ok()) << counted.message();
  record::Counters expected;
  for (unsigned batch = 1; batch <= last; ++batch) {
    expected.Count(record::FrameFate::kUsed);
    for (unsigned i = 0; i < batch % 3; ++i) expected.Count(record::RecordFate::kClass);
  }
  EXPECT_EQ(statistics.counters, expected) << "after batch " << last;
}

std::uint64_t Sum(const Counts& rows) {
  std::uint64_t sum = 0;
  for (const auto& [key, count] : rows) sum += count;
  return sum;
}

void ExpectCounts(const Counts& rows, const Counts& expected, std::string_view what) {
  EXPECT_TRUE(rows == expected) << what << ": " << rows.size() << " rows, " << Sum(rows)
                                << " counted, in place of " << expected.size() << " rows, "
                                << Sum(expected) << " counted";
}

// The number of whole batches in the database, of which `told` at least were promised.
unsigned Check(const std::string& path, unsigned told) {
  const auto writer = OpenWriter(path);
  const auto position = Progress(*writer, kSource);
  const auto last = static_cast<unsigned>(position.value_or(record::Position{}).frames);
  EXPECT_GE(last, told);
  EXPECT_LE(last, told + 1);
  const auto reader = OpenReader(path);
  const Counts expected = TrustedAfter(last);
  ExpectCounts(Stored(*reader, Index::kForward), expected, "forward");
  ExpectCounts(Stored(*reader, Index::kReverse), expected, "reverse");
  Counts doubtful;
  if (last > 0) doubtful[TupleKey(Shared(0).view())] = last;
  ExpectCounts(Stored(*reader, Index::kQuarantine), doubtful, "quarantine");
  CheckCounters(*reader, last);
  return last;
}

// Waits for the last but one file of a large batch; false when none comes, as at the end of all.
bool AwaitFile(const std::string& file) {
  for (int tries = 0; tries < 20'000; ++tries) {
    if (fs::exists(file)) return true;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  return false;
}

// From the very first batch on in each of several databases, and over the remains of kills before.
TEST(Kill, EveryBatchIsThereWholeOrNotAtAll) {
  constexpr int kDatabases = 4;
  constexpr int kKills = 6;
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  int within_files = 0;  // kills that hit a batch between its first file and its last
  for (int database = 0; database < kDatabases; ++database) {
    const TempDir dir;
    unsigned last = 0;
    for (int kill = 0; kill < kKills; ++kill) {
      Child child("AppliesBatchesUntilItIsKilled", dir / "db");
      unsigned told = last;
      const bool at_last = kill + 1 == kKills;
      for (auto batches = at_last ? 1 : random() % 4; batches > 0; --batches) {
        ASSERT_TRUE(child.Await());
        ++told;
      }
      const std::string incoming = dir / "db/incoming";
      // Anywhere in a batch or behind it; every other time where its files are taken in.
      const bool aimed = kill % 2 == 1 && AwaitFile(incoming + "/quarantine.sst");
      std::this_thread::sleep_for(std::chrono::microseconds(random() % (aimed ? 8'000 : 60'000)));
      child.Kill();
      while (child.Await()) ++told;
      within_files += fs::exists(incoming) && !fs::is_empty(incoming) ? 1 : 0;
      last = Check(dir / "db", told);
      if (HasFailure()) return;
    }
    EXPECT_GT(last, 0U);
  }
  RecordProperty("kills_within_files", within_files);
}

}  // namespace
}  // namespace pdns::store
