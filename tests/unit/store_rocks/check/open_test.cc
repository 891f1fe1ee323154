// What may be opened and what is refused: places, foreign databases, versions, locks, crashes.
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "store/meta_rows.h"
#include "unit/store_rocks/child.h"
#include "unit/store_rocks/database.h"
#include "unit/support/temp_dir.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using testing::TempDir;
namespace fs = std::filesystem;

void ExpectRefused(const Status& status, Code code, std::string_view words) {
  EXPECT_EQ(status.code(), code) << status.message();
  EXPECT_NE(status.message().find(words), std::string::npos) << status.message();
}

Status WriterStatus(const std::string& path) { return OpenWriter(path, OfMemory()).status(); }
Status ReaderStatus(const std::string& path) { return OpenDatabase(path).status(); }

void Fill(const std::string& path, std::string_view owner = "www.blah.org", bool close = true) {
  const auto writer = OpenWriter(path, OfMemory());
  ASSERT_TRUE(writer.ok()) << writer.status().message();
  Observations some;
  some.Add(owner, RrType::kA, "abcd");
  ASSERT_TRUE((*writer)->Apply(Trusted(some)).ok());
  if (close) {
    ASSERT_TRUE((*writer)->Close().ok());
  }
}

std::size_t CountRows(const std::string& path) {
  const auto reader = OpenDatabase(path);
  if (!reader.ok()) {
    ADD_FAILURE() << reader.status().message();
    return 0;
  }
  const auto snapshot = Must((*reader)->NewSnapshot());
  const std::size_t rows = RowsOf(*snapshot, {}).size();
  EXPECT_EQ(rows, ReverseRowsOf(*snapshot).size());
  EXPECT_EQ(rows, TotalsOf(*snapshot).tuples);
  return rows;
}

// A database of somebody else: the default family only.
void MakeForeign(const std::string& path) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, path, &db).ok());
  ASSERT_TRUE(db->Put({}, "their key", "their value").ok());
  delete db;
}

std::vector<std::string> FamiliesOf(const std::string& path) {
  std::vector<std::string> names;
  EXPECT_TRUE(rocksdb::DB::ListColumnFamilies({}, path, &names).ok());
  return names;
}

void PutSchema(const std::string& path, const std::string& value) {
  RawDatabase(path).Put(kMeta, store::kSchemaKey, value);
}

TEST(Open, MakesWhatIsMissingAndItsParents) {
  const TempDir dir;
  Fill(dir / "a/b/db");
  EXPECT_EQ(CountRows(dir / "a/b/db"), 1U);
}

TEST(Open, AnEmptyDirectoryIsTaken) {
  const TempDir dir;
  fs::create_directory(dir / "db");
  Fill(dir / "db");
  EXPECT_EQ(CountRows(dir / "db"), 1U);
}

TEST(Open, ACreationThatWasCutOffGoesOn) {
  const TempDir dir;
  fs::create_directory(dir / "db");
  testing::WriteFile(dir / "db/LOCK", "");
  testing::WriteFile(dir / "db/LOG", "some words");
  testing::WriteFile(dir / "db/IDENTITY", "id");
  Fill(dir / "db");
  EXPECT_EQ(CountRows(dir / "db"), 1U);
}

TEST(Open, ADiskOfItsOwnHasLostAndFound) {
  const TempDir dir;
  fs::create_directory(dir / "lost+found");
  Fill(dir.path(), "one.org", false);
  EXPECT_EQ(CountRows(dir.path()), 1U);
}

TEST(Open, ReopensAfterCloseAndWithoutIt) {
  const TempDir dir;
  Fill(dir / "db", "one.org", true);
  Fill(dir / "db", "two.org", false);
  Fill(dir / "db", "three.org", true);
  EXPECT_EQ(CountRows(dir / "db"), 3U);
}

TEST(Refuse, ADirectoryOfOtherFiles) {
  const TempDir dir;
  testing::WriteFile(dir / "letter.txt", "dear reader");
  ExpectRefused(WriterStatus(dir.path()), Code::kNoInput, "letter.txt");
  ExpectRefused(ReaderStatus(dir.path()), Code::kNoInput, "not a database of pdns");
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()), 1);
}

TEST(Refuse, AFileInPlaceOfADirectory) {
  const TempDir dir;
  testing::WriteFile(dir / "db", "a file");
  ExpectRefused(WriterStatus(dir / "db"), Code::kNoInput, "not a directory");
  ExpectRefused(ReaderStatus(dir / "db"), Code::kNoInput, "not a database of pdns");
  EXPECT_EQ(testing::ReadFile(dir / "db"), "a file");
  ExpectRefused(WriterStatus(dir / "db/below"), Code::kIo, "db/below");
}

TEST(Refuse, ReadingWhatIsNotThere) {
  const TempDir dir;
  ExpectRefused(ReaderStatus(dir / "missing"), Code::kNoInput, "no such database");
  EXPECT_FALSE(fs::exists(dir / "missing"));
  ExpectRefused(ReaderStatus(dir.path()), Code::kNoInput, "not a database of pdns");
}

TEST(Refuse, ACurrentFileOfRubbish) {
  const TempDir dir;
  testing::WriteFile(dir / "CURRENT", "rubbish\n");
  EXPECT_FALSE(WriterStatus(dir.path()).ok());
  EXPECT_FALSE(ReaderStatus(dir.path()).ok());
}

TEST(Refuse, ADatabaseOfAnotherProgramWhichStaysAsItIs) {
  const TempDir dir;
  MakeForeign(dir / "db");
  ExpectRefused(WriterStatus(dir / "db"), Code::kNoInput, "not one of");
  ExpectRefused(ReaderStatus(dir / "db"), Code::kNoInput, "not one of");
  EXPECT_EQ(FamiliesOf(dir / "db"), (std::vector<std::string>{"default"}));
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, dir / "db", &db).ok());
  std::string value;
  EXPECT_TRUE(db->Get({}, "their key", &value).ok());
  EXPECT_EQ(value, "their value");
  delete db;
}

TEST(Refuse, ADatabaseWithOtherFamilies) {
  const TempDir dir;
  MakeForeign(dir / "db");
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, dir / "db", &db).ok());
  rocksdb::ColumnFamilyHandle* family = nullptr;
  ASSERT_TRUE(db->CreateColumnFamily({}, "theirs", &family).ok());
  db->DestroyColumnFamilyHandle(family);
  delete db;
  ExpectRefused(WriterStatus(dir / "db"), Code::kNoInput, "not one of");
  ExpectRefused(ReaderStatus(dir / "db"), Code::kNoInput, "not one of");
  EXPECT_EQ(FamiliesOf(dir / "db"), (std::vector<std::string>{"default", "theirs"}));
}

TEST(Refuse, ANewerMajorVersion) {
  const TempDir dir;
  Fill(dir / "db");
  PutSchema(dir / "db", store::SchemaValue({store::kSchemaVersion.major + 1, 0}));
  ExpectRefused(WriterStatus(dir / "db"), Code::kNoInput, "newer pdns");
  ExpectRefused(ReaderStatus(dir / "db"), Code::kNoInput, "newer pdns");
}

// As the first edition left it, which had fewer families.
TEST(Refuse, AnOlderMajorVersionWithTheWayOut) {
  const TempDir dir;
  Fill(dir / "db");
  PutSchema(dir / "db", store::SchemaValue({1, 1}));
  for (const Status& status : {WriterStatus(dir / "db"), ReaderStatus(dir / "db")}) {
    ExpectRefused(status, Code::kNoInput, "older pdns");
    ExpectRefused(status, Code::kNoInput, "take the captures again");
  }
  MakeForeign(dir / "old");
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, dir / "old", &db).ok());
  ASSERT_TRUE(db->Put({}, "schema", store::SchemaValue({1, 1})).ok());
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  ASSERT_TRUE(db->CreateColumnFamilies({}, {"fwd", "rev", "quarantine"}, &families).ok());
  for (auto* family : families) db->DestroyColumnFamilyHandle(family);
  delete db;
  const auto names = FamiliesOf(dir / "old");
  for (const Status& status : {WriterStatus(dir / "old"), ReaderStatus(dir / "old")})
    ExpectRefused(status, Code::kNoInput, "older pdns");
  EXPECT_EQ(FamiliesOf(dir / "old"), names);
}

TEST(Refuse, ASchemaRowThatIsNone) {
  const TempDir dir;
  Fill(dir / "db");
  PutSchema(dir / "db", "something else");
  ExpectRefused(WriterStatus(dir / "db"), Code::kNoInput, "not one of pdns");
  ExpectRefused(ReaderStatus(dir / "db"), Code::kNoInput, "not one of pdns");
}

TEST(Open, ANewerMinorVersionIsRead) {
  const TempDir dir;
  Fill(dir / "db");
  PutSchema(dir / "db",
            store::SchemaValue({store::kSchemaVersion.major, store::kSchemaVersion.minor + 1}));
  EXPECT_EQ(CountRows(dir / "db"), 1U);
  Fill(dir / "db", "two.org");
  EXPECT_EQ(CountRows(dir / "db"), 2U);
}

// The next two tests are other processes.
TEST(Child, DISABLED_HoldsTheDatabase) {
  const auto writer = OpenWriter(Child::Database(), OfMemory());
  if (!writer.ok()) _exit(1);
  Child::Tell();
  while (true) pause();
}

TEST(Child, DISABLED_WritesAndEndsAtOnce) {
  const auto writer = OpenWriter(Child::Database(), OfMemory());
  if (!writer.ok()) _exit(1);
  Observations some;
  some.Add("crashed.org", RrType::kA, "abcd");
  const std::vector<record::SourcePosition> source{{record::SourceId{}, record::Position{}}};
  if (!(*writer)->Apply({source, {}, some.list(), {}, {}}).ok()) _exit(1);
  Child::Tell();
  _exit(0);  // no destructor, no Close
}

TEST(Lock, ADatabaseInUseIsRefusedNamingTheHolder) {
  const TempDir dir;
  Fill(dir / "db");
  Child child("HoldsTheDatabase", dir / "db");
  ASSERT_TRUE(child.Await());
  ExpectRefused(WriterStatus(dir / "db"), Code::kBusy, "in use by another ingester");
  ExpectRefused(WriterStatus(dir / "db"), Code::kBusy, "pid " + std::to_string(child.pid()));
  EXPECT_EQ(CountRows(dir / "db"), 1U);  // readers are welcome
}

TEST(Lock, IsFreeWhenTheHolderIsGone) {
  const TempDir dir;
  {
    Child child("HoldsTheDatabase", dir / "db");
    ASSERT_TRUE(child.Await());
    EXPECT_FALSE(WriterStatus(dir / "db").ok());
  }
  EXPECT_TRUE(WriterStatus(dir / "db").ok());
}

// What a writer that lives has laid ready is not a leftover.
TEST(Lock, WhoIsRefusedTouchesNoFiles) {
  const TempDir dir;
  Fill(dir / "db");
  Child child("HoldsTheDatabase", dir / "db");
  ASSERT_TRUE(child.Await());
  fs::create_directory(dir / "db/incoming");
  testing::WriteFile(dir / "db/incoming/fwd.sst", "on its way");
  ExpectRefused(WriterStatus(dir / "db"), Code::kBusy, "in use by another ingester");
  EXPECT_EQ(testing::ReadFile(dir / "db/incoming/fwd.sst"), "on its way");
}

TEST(Crash, ABatchIsThereAfterAProcessThatNeverClosed) {
  const TempDir dir;
  {
    Child child("WritesAndEndsAtOnce", dir / "db");
    ASSERT_TRUE(child.Await());
  }
  EXPECT_EQ(CountRows(dir / "db"), 1U);
  const auto writer = OpenWriter(dir / "db", OfMemory());
  ASSERT_TRUE(writer.ok()) << writer.status().message();
  const auto position = (*writer)->Progress(record::SourceId{});
  ASSERT_TRUE(position.ok());
  EXPECT_TRUE(position->has_value());
  EXPECT_EQ(CountRows(dir / "db"), 1U);
}

}  // namespace
}  // namespace pdns::store_rocks
