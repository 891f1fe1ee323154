// Sensors: numbers of the process become numbers of the database, by name.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/store_rocks/database.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using record::SensorBit;
using record::SensorSet;
using testing::TempDir;

// One row that these sensors of the process saw.
record::Batch SeenBy(Observations& rows, const std::vector<std::string>& names,
                     std::string_view owner, SensorSet sensors) {
  record::Sighting sighting = Seen(1, 2, 1);
  sighting.sensors = sensors;
  rows.Add(owner, RrType::kA, "abcd", sighting);
  return {{}, names, rows.list(), {}, {}};
}

void ApplySeen(store::Writer& writer, const std::vector<std::string>& names, std::string_view owner,
               SensorSet sensors) {
  Observations rows;
  Apply(writer, SeenBy(rows, names, owner, sensors));
}

SensorSet SensorsOf(const std::string& path, std::string_view owner) {
  SensorSet sensors = 0;
  store::Selection selection;
  selection.span = store::NameSpan(dns::NameFromText(owner)->wire());
  const auto scanned = SnapshotOf(path)->Scan(selection, [&](const store::Row& row) {
    sensors = row.history.sensors;
    return true;
  });
  EXPECT_TRUE(scanned.status.ok()) << scanned.status.message();
  return sensors;
}

TEST(Sensors, TwoProcessesThatNumberThemDifferently) {
  const TempDir dir;
  ApplySeen(*OpenToWrite(dir / "db"), {"east", "west"}, "a.org", SensorBit(0) | SensorBit(1));
  {
    const auto writer = OpenToWrite(dir / "db");
    const std::vector<std::string> names{"north", "west", "east"};
    ApplySeen(*writer, names, "b.org", SensorBit(0));
    ApplySeen(*writer, names, "a.org", SensorBit(0));
    ApplySeen(*writer, names, "c.org", SensorBit(1));
    ApplySeen(*writer, names, "d.org", SensorBit(2) | SensorBit(0));
  }
  EXPECT_EQ(SnapshotOf(dir / "db")->sensors(), (Lines{"east", "west", "north"}));
  EXPECT_EQ(SensorsOf(dir / "db", "a.org"), 7U);
  EXPECT_EQ(SensorsOf(dir / "db", "b.org"), SensorBit(2));
  EXPECT_EQ(SensorsOf(dir / "db", "c.org"), SensorBit(1));
  EXPECT_EQ(SensorsOf(dir / "db", "d.org"), SensorBit(0) | SensorBit(2));
  EXPECT_EQ(TotalsOf(*SnapshotOf(dir / "db")).sensors, (Lines{"east", "west", "north"}));
}

TEST(Sensors, WithoutNamesThereIsOneWithoutAName) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  ApplySeen(*writer, {}, "a.org", SensorBit(0));
  EXPECT_EQ(SnapshotOf(dir / "db")->sensors(), (Lines{""}));
  EXPECT_EQ(SensorsOf(dir / "db", "a.org"), SensorBit(0));
  ApplySeen(*writer, {"named", ""}, "a.org", SensorBit(0));
  EXPECT_EQ(SensorsOf(dir / "db", "a.org"), SensorBit(0) | SensorBit(1));
  // A number without a name is one of the others.
  ApplySeen(*writer, {"named"}, "b.org", SensorBit(5));
  EXPECT_EQ(SensorsOf(dir / "db", "b.org"), SensorBit(record::kOtherSensors));
}

// A row has a sensor at least, whatever its sighting says.
TEST(Sensors, WithoutAKnownBitItIsOneOfTheOthers) {
  const TempDir dir;
  for (const std::vector<std::string>& names : {Lines{"named"}, Lines{"new", "named"}}) {
    const auto writer = OpenToWrite(dir / "db");
    ApplySeen(*writer, names, "a.org", 0);
    EXPECT_EQ(SensorsOf(dir / "db", "a.org"), SensorBit(record::kOtherSensors));
    ApplySeen(*writer, names, "b.org", SensorBit(63));
    EXPECT_EQ(SensorsOf(dir / "db", "b.org"), SensorBit(record::kOtherSensors));
  }
}

TEST(Sensors, WhoComesWhenAllNumbersAreGivenOutIsOneOfTheOthers) {
  const TempDir dir;
  std::vector<std::string> names;
  for (unsigned i = 0; i < record::kMostSensors; ++i) names.push_back("s" + std::to_string(i));
  ApplySeen(*OpenToWrite(dir / "db"), names, "a.org", record::kAllSensors);
  EXPECT_EQ(SensorsOf(dir / "db", "a.org"), record::kAllSensors);
  const auto writer = OpenToWrite(dir / "db");
  ApplySeen(*writer, {"late", "s61", "later"}, "b.org", SensorBit(0) | SensorBit(1));
  EXPECT_EQ(SensorsOf(dir / "db", "b.org"), SensorBit(record::kOtherSensors) | SensorBit(61));
  ApplySeen(*writer, {"late", "s61", "later"}, "c.org", SensorBit(2));
  EXPECT_EQ(SensorsOf(dir / "db", "c.org"), SensorBit(record::kOtherSensors));
  EXPECT_EQ(SnapshotOf(dir / "db")->sensors(), names);
}

// The quarantine's rows and those of table files are translated, too.
TEST(Sensors, OfQuarantinedRowsAndOfLargeBatches) {
  const TempDir dir;
  ApplySeen(*OpenToWrite(dir / "db"), {"first"}, "a.org", SensorBit(0));
  record::Sighting sighting = Seen(1, 2, 1);
  sighting.sensors = SensorBit(0);
  const Observations many = Numbered(0, 9000, sighting);
  sighting.reasons = record::kOffChain;
  const Observations doubtful = Numbered(0, 10, sighting);
  const std::vector<std::string> names{"second"};
  Apply(*OpenToWrite(dir / "db"), {{}, names, many.list(), doubtful.list(), {}});
  const auto snapshot = SnapshotOf(dir / "db");
  for (const store::Selection& selection : {Everything(), AllQuarantined()}) {
    std::size_t second = 0;
    const auto scanned = snapshot->Scan(selection, [&](const store::Row& row) {
      second += row.history.sensors == SensorBit(1) ? 1U : 0U;
      return true;
    });
    EXPECT_TRUE(scanned.status.ok());
    EXPECT_EQ(second, selection.trust == store::Trust::kTrusted ? 9000U : 10U);
  }
}

// A batch that fails gives out no number.
TEST(Sensors, NamesComeWithTheirBatch) {
  const TempDir dir;
  const auto writer = OpenToWrite(dir / "db");
  testing::WriteFile(dir / "db/incoming", "in the way");
  const Observations many = Numbered(0, 9000);
  const std::vector<std::string> names{"never"};
  EXPECT_EQ(writer->Apply({{}, names, many.list(), {}, {}}).status().code(), Code::kIo);
  EXPECT_TRUE(SnapshotOf(dir / "db")->sensors().empty());
}

}  // namespace
}  // namespace pdns::store_rocks
