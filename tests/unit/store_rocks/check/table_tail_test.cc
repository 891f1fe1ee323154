// The end of a table file, bit by bit: RocksDB itself is the oracle, and would end the process.
#include "store_rocks/check/table_tail.h"

#include <gtest/gtest.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "unit/store_rocks/truth.h"
#include "unit/store_rocks/zone.h"

namespace pdns::store_rocks {
namespace {

using testing::ReadFile;
using testing::TempDir;
using testing::WriteFile;
namespace fs = std::filesystem;

class TableTail : public ::testing::Test {
 protected:
  void SetUp() override {
    Zone zone(7);
    {
      const auto writer = OpenToWrite(path);
      const Observations rows = RandomRows(zone, 60);
      Apply(*writer, Trusted(rows));
      ASSERT_TRUE(writer->Close().ok());
    }
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.path().extension() == ".sst") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    ASSERT_FALSE(files.empty());
  }

  static bool Whole(const std::string& bytes) {
    return PropertiesAreWhole(AsBytes(bytes), bytes.size());
  }

  TempDir dir;
  std::string path = dir / "db";
  std::vector<fs::path> files;
};

TEST_F(TableTail, OfFilesAsTheyWereWritten) {
  EXPECT_TRUE(CheckTableTails(path).ok());
  for (const fs::path& file : files) EXPECT_TRUE(Whole(ReadFile(file))) << file;
}

// Each bit that changes is either seen, or RocksDB reads the same properties, or says that it
// cannot.
TEST_F(TableTail, OfFilesInWhichABitChanged) {
  const std::string bytes = ReadFile(files.front());
  const std::string changed_file = dir / "changed.sst";
  const rocksdb::Options options;
  const auto properties = [&](const std::string& file) -> std::string {
    rocksdb::SstFileReader reader(options);
    return reader.Open(file).ok() ? reader.GetTableProperties()->ToString() : "";
  };
  const std::string before = properties(files.front());
  ASSERT_FALSE(before.empty());
  constexpr std::size_t kLooked = 1400;
  std::size_t seen = 0;
  for (std::size_t at = bytes.size() - std::min(bytes.size(), kLooked); at < bytes.size(); ++at) {
    for (unsigned bit = 0; bit < 8; bit += bit == 0 ? 6 : 1) {  // 0, 6, 7
      std::string changed = bytes;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1U << bit));
      if (!Whole(changed)) {
        ++seen;
        continue;
      }
      WriteFile(changed_file, changed);
      const std::string after = properties(changed_file);
      EXPECT_TRUE(after.empty() || after == before) << at << ' ' << bit;
    }
  }
  EXPECT_GT(seen, kLooked);  // of three times as many
}

TEST_F(TableTail, OfFilesThatAreCut) {
  const std::string bytes = ReadFile(files.front());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_TRUE(Whole(bytes.substr(0, size))) << size << ": RocksDB says that it is no table";
}

// One bit of the last number of the properties: it ended the process of whoever opened the file.
TEST_F(TableTail, IsSaidByTheNameOfItsFile) {
  const std::string bytes = ReadFile(files.back());
  const auto with = [&](std::size_t i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 0x80);
    return changed;
  };
  std::vector<std::size_t> dangerous;
  for (std::size_t i = bytes.size() - 53; i-- > bytes.size() - 400;)  // in front of the footer
    if (!Whole(with(i))) dangerous.push_back(i);
  ASSERT_GT(dangerous.size(), 100U);
  for (std::size_t i = 0; i < dangerous.size(); i += 16) {
    WriteFile(files.back(), with(dangerous[i]));
    const Status statuses[] = {OpenDatabase(path).status(), OpenWriter(path, OfMemory()).status()};
    for (const Status& status : statuses) {
      EXPECT_EQ(status.code(), Code::kCorrupt) << dangerous[i];
      EXPECT_NE(status.message().find("its file " + files.back().filename().string()),
                std::string::npos)
          << status.message();
    }
  }
  WriteFile(files.back(), bytes);
  EXPECT_TRUE(OpenDatabase(path).ok());
}

// Where the list of files says that a file ends stands what could be a footer but for its magic
// number, and it says that blocks have no checksum. The search for the damaged file must not read
// by it: that ended the process, for files in one another's place now and then.
TEST_F(TableTail, OfAFileThatIsLongerThanTheListSays) {
  const std::string bytes = ReadFile(files.back());
  const std::size_t footer = bytes.size() - 53;
  for (std::size_t at = bytes.size() - 80; at-- > bytes.size() - 160;) {  // around their end
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x80);
    changed[footer] = 0;  // no checksum
    changed.back() = 'x';
    WriteFile(files.back(), changed + "longer");
    EXPECT_EQ(OpenDatabase(path).status().code(), Code::kCorrupt) << at;
  }
}

}  // namespace
}  // namespace pdns::store_rocks
