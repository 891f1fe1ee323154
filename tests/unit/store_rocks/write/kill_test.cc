// kill -9 at random moments: after each, the database holds whole batches, as many as its ledger
// says, and none fewer than were told to be stored.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "unit/store_rocks/child.h"
#include "unit/store_rocks/database.h"
#include "unit/support/dns_message.h"
#include "unit/support/sanitized.h"
#include "unit/support/temp_dir.h"

namespace pdns::store_rocks {
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
constexpr unsigned kSensors = 5;

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

// Days with gaps, so that the quarantined row has runs of them.
record::Sighting SeenIn(unsigned batch, std::uint8_t reasons = 0) {
  const std::int64_t second = std::int64_t{batch} * 2 * 86'400 - batch % 3 * 86'400;
  return Seen(second, second + batch % 2, 1, {}, reasons);
}

// Each batch has one sensor, whose number in the process is always 0.
std::string SensorOf(unsigned batch) { return "s" + std::to_string(batch % kSensors); }

// Batches are numbered from 1.
Status ApplyBatch(store::Writer& writer, const Observations& shared, unsigned batch) {
  Observations fresh;
  for (unsigned i = 0; i < kFresh; ++i) fresh.Add(Fresh(batch, i), SeenIn(batch));
  std::vector<const record::Entry*> trusted(fresh.list().begin(), fresh.list().end());
  const auto again = shared.list().first(IsLarge(batch) ? kShared : kSmall);
  trusted.insert(trusted.end(), again.begin(), again.end());
  Observations doubtful;
  doubtful.Add(Shared(0), SeenIn(batch, record::kOffChain));
  const std::vector<record::SourcePosition> sources{{kSource, Frames(batch)}};
  const std::vector<std::string> sensors{SensorOf(batch)};
  record::Counters counters;
  counters.Count(record::FrameOutcome::kUsed);
  for (unsigned i = 0; i < batch % 3; ++i) counters.Count(record::RecordOutcome::kClass);
  return writer.Apply({sources, sensors, trusted, doubtful.list(), counters}).status();
}

TEST(Child, DISABLED_AppliesBatchesUntilItIsKilled) {
  const auto writer = OpenWriter(Child::Database(), OfMemory());
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

// The history of each row, by its key, so that 20,000 rows a kill are read in no time.
using Histories = std::unordered_map<std::string, record::History>;

// What batches 1..last leave, computed without the engine.
class Expected {
 public:
  explicit Expected(unsigned last) {
    record::History small;
    record::History large;
    for (unsigned batch = 1; batch <= last; ++batch) {
      Fold(small, batch, Seen(1, 1, 1));
      if (IsLarge(batch)) Fold(large, batch, Seen(1, 1, 1));
      Fold(doubtful, batch, SeenIn(batch, record::kOffChain));
      for (unsigned i = 0; i < kFresh; ++i) {
        record::History fresh;
        Fold(fresh, batch, SeenIn(batch));
        trusted[store::RowKeyOf(Fresh(batch, i).view())] = fresh;
      }
      counters.Count(record::FrameOutcome::kUsed);
      for (unsigned i = 0; i < batch % 3; ++i) counters.Count(record::RecordOutcome::kClass);
    }
    for (unsigned i = 0; i < kShared && last > 0; ++i)
      trusted[store::RowKeyOf(Shared(i).view())] = i < kSmall ? small : large;
    for (unsigned batch = 1; batch <= last; ++batch) AddJournal(batch);
  }

  Histories trusted;
  record::History doubtful;
  record::Counters counters;
  std::vector<std::string> journal;  // row keys in the order in which they came

 private:
  // The database numbers sensors in the order in which they come up.
  static void Fold(record::History& into, unsigned batch, record::Sighting sighting) {
    sighting.sensors = record::SensorBit((batch - 1) % kSensors);
    if (into.count == 0) {
      into = sighting;
    } else {
      record::Merge(into, sighting);
    }
  }

  void AddJournal(unsigned batch) {
    std::vector<std::string> keys;
    for (unsigned i = 0; i < kFresh; ++i) keys.push_back(store::RowKeyOf(Fresh(batch, i).view()));
    for (unsigned i = 0; i < kShared && batch == 1; ++i)
      keys.push_back(store::RowKeyOf(Shared(i).view()));
    std::sort(keys.begin(), keys.end());
    journal.insert(journal.end(), keys.begin(), keys.end());
  }
};

Histories Stored(store::Snapshot& snapshot, const store::Selection& selection) {
  Histories rows;
  const auto scanned = snapshot.Scan(selection, [&rows](const store::Row& row) {
    const bool fresh = rows.emplace(store::RowKeyOf(row.tuple), row.history).second;
    EXPECT_TRUE(fresh) << "a row twice";
    return true;
  });
  EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
  return rows;
}

void ExpectHistories(const Histories& rows, const Histories& expected, std::string_view what) {
  EXPECT_TRUE(rows == expected) << what << ": " << rows.size() << " rows in place of "
                                << expected.size() << ", or of other histories";
}

// Every number once, in order, each the tuple that came then, and always of a new name.
void CheckJournal(store::Snapshot& snapshot, const std::vector<std::string>& expected) {
  std::vector<std::string> keys;
  const auto scanned = snapshot.ScanNew({}, [&](const store::NewRow& row) {
    keys.push_back(store::RowKeyOf(row.tuple));
    EXPECT_EQ(row.sequence, keys.size());
    EXPECT_EQ(row.kind, store::NewKind::kName);
    return true;
  });
  EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
  EXPECT_TRUE(keys == expected) << keys.size() << " new tuples in place of " << expected.size();
  EXPECT_EQ(Must(snapshot.Journal()).next, expected.size() + 1);
}

void CheckTotals(store::Snapshot& snapshot, const Expected& expected, unsigned last) {
  for (const record::Statistics& statistics : {TotalsOf(snapshot), CountAll(snapshot)}) {
    EXPECT_EQ(statistics.counters, expected.counters) << "after batch " << last;
    EXPECT_EQ(statistics.tuples, expected.trusted.size());
    EXPECT_EQ(statistics.rrnames, expected.trusted.size());
    EXPECT_EQ(statistics.types.size(), last > 0 ? 2U : 0U);
    EXPECT_EQ(statistics.quarantined.size(), last > 0 ? 1U : 0U);
    EXPECT_EQ(statistics.sensors.size(), std::min(last, kSensors));
    EXPECT_EQ(statistics.capture_frames, last);
  }
  std::vector<std::string> sensors;
  for (unsigned batch = 1; batch <= std::min(last, kSensors); ++batch)
    sensors.push_back(SensorOf(batch));
  EXPECT_EQ(snapshot.sensors(), sensors);
}

// The number of whole batches in the database, of which `told` at least were promised.
unsigned Check(const std::string& path, unsigned told) {
  const auto writer = OpenToWrite(path);
  const auto position = Progress(*writer, kSource);
  const auto last = static_cast<unsigned>(position.value_or(record::Position{}).frames);
  EXPECT_GE(last, told);
  EXPECT_LE(last, told + 1);
  const auto snapshot = SnapshotOf(path);
  const Expected expected(last);
  ExpectHistories(Stored(*snapshot, {}), expected.trusted, "forward");
  Histories reverse = Stored(*snapshot, Everything(store::Side::kAddress));
  reverse.merge(Stored(*snapshot, Everything(store::Side::kTarget)));
  ExpectHistories(reverse, expected.trusted, "reverse");
  Histories doubtful;
  if (last > 0) doubtful[store::RowKeyOf(Shared(0).view())] = expected.doubtful;
  ExpectHistories(Stored(*snapshot, AllQuarantined()), doubtful, "quarantine");
  CheckJournal(*snapshot, expected.journal);
  CheckTotals(*snapshot, expected, last);
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
  constexpr int kDatabases = testing::Rounds(4);
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
}  // namespace pdns::store_rocks
