// Files of a database that are missing, cut, changed or swapped: whoever reads is told, and is
// never given a shorter answer without a word.
#include "store_rocks/check/damage.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "unit/store_rocks/truth.h"
#include "unit/store_rocks/zone.h"
#include "unit/support/sanitized.h"

namespace pdns::store_rocks {
namespace {

using record::RrType;
using testing::ReadFile;
using testing::TempDir;
using testing::WriteFile;
namespace fs = std::filesystem;

// Few rows that are long enough to go around the log.
Observations LongRows(char fill) {
  Observations rows;
  for (char i = 0; i < 70; ++i) {
    rows.Add(std::string("long") + fill + ".org", RrType::kTxt,
             std::string(65'000, fill) + std::to_string(i));
  }
  return rows;
}

// A database with several table files of every family, and with rows in its log when it is not
// closed.
class Damage : public ::testing::Test {
 protected:
  void Make(bool closed) {
    Zone zone(7);
    for (unsigned round = 0; round < 3; ++round) {
      const auto writer = OpenToWrite(path);
      ApplySmall(*writer, zone, round);
      const Observations rows = LongRows(static_cast<char>('a' + round));
      const Observations doubtful = RandomRows(zone, 10, true);
      const std::vector<record::SourcePosition> sources{{Source(1), Frames(100 + round)}};
      Apply(*writer, {sources, {}, rows.list(), doubtful.list(), {}});
      if (!closed && round == 2) ApplySmall(*writer, zone, round);
      if (closed || round < 2) {
        ASSERT_TRUE(writer->Close().ok());
      }
    }
    before = ReadAll(path);
    ASSERT_TRUE(before.status.ok()) << before.status.message();
  }

  static void ApplySmall(store::Writer& writer, Zone& zone, unsigned round) {
    const Observations some = RandomRows(zone, 60);
    const Observations doubtful = RandomRows(zone, 20, true);
    const std::vector<record::SourcePosition> sources{{Source(2), Frames(round)}};
    Apply(writer, {sources, {}, some.list(), doubtful.list(), {}});
  }

  std::vector<fs::path> Files(std::string_view extension) const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == extension) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  fs::path Manifest() const {
    std::string name = ReadFile(path + "/CURRENT");
    name.resize(name.find('\n'));
    return path + "/" + name;
  }

  // The database as it was, with one thing done to it.
  void With(const std::function<void(const std::string& copy)>& damage,
            const std::function<void(const std::string& copy)>& check) const {
    const std::string copy = dir / "copy";
    fs::remove_all(copy);
    fs::copy(path, copy, fs::copy_options::recursive);
    damage(copy);
    check(copy);
  }

  // Each must be told when the database is opened, to a reader and to a writer, by the name of one
  // of these files if any are given.
  void ExpectRefused(const std::string& what,
                     const std::function<void(const std::string& copy)>& damage,
                     const std::vector<std::string>& names = {}) const {
    With(damage, [&](const std::string& copy) {
      const auto reader = OpenDatabase(copy);
      EXPECT_FALSE(reader.ok()) << what;
      EXPECT_EQ(reader.status().code(), Code::kCorrupt) << what << reader.status().message();
      const auto writer = OpenWriter(copy, OfMemory());
      EXPECT_FALSE(writer.ok()) << what << ": opened to write";
      EXPECT_NE(writer.status().code(), Code::kNoInput) << what << writer.status().message();
      for (const std::string& said : {reader.status().message(), writer.status().message()}) {
        const auto named = [&](const std::string& name) {
          return said.find("its file " + name) != std::string::npos ||
                 said.find("files " + name + " and ") != std::string::npos ||
                 said.find(" and " + name + " are one") != std::string::npos;
        };
        EXPECT_TRUE(names.empty() || std::any_of(names.begin(), names.end(), named))
            << what << said;
      }
    });
  }

  TempDir dir;
  std::string path = dir / "db";
  Told before;
};

TEST_F(Damage, TableFilesThatAreMissingOrOfAnotherSize) {
  Make(true);
  const auto files = Files(".sst");
  ASSERT_GE(files.size(), 3 * kFamilies);
  for (const fs::path& file : files) {
    const std::string name = file.filename();
    const std::string bytes = ReadFile(file);
    const auto at = [&](const std::string& copy) { return copy + "/" + name; };
    const auto becomes = [&](const std::string& what, const std::string& content) {
      ExpectRefused(name + what, [&](const std::string& copy) { WriteFile(at(copy), content); },
                    {name});
    };
    ExpectRefused(name + " missing", [&](const std::string& copy) { fs::remove(at(copy)); },
                  {name});
    becomes(" empty", "");
    becomes(" cut", bytes.substr(0, bytes.size() - 1));
    becomes(" longer", bytes + "x");
    becomes(" no table", std::string(bytes.size(), 'x'));
  }
}

// Of the same family or another one, of the same size or another one.
TEST_F(Damage, TableFilesThatAreSwapped) {
  Make(true);
  const auto files = Files(".sst");
  for (std::size_t a = 0; a < files.size(); ++a) {
    for (std::size_t b = a + 1; b < std::min(a + 4, files.size()); ++b) {
      const std::string one = files[a].filename();
      const std::string other = files[b].filename();
      const auto put = [](const fs::path& file, const std::string& in_place_of) {
        fs::copy(file, in_place_of, fs::copy_options::overwrite_existing);
      };
      ExpectRefused(one + " and " + other + " swapped",
                    [&](const std::string& copy) {
                      put(files[a], copy + "/" + other);
                      put(files[b], copy + "/" + one);
                    },
                    {one, other});
      ExpectRefused(other + " in place of " + one,
                    [&](const std::string& copy) { put(files[b], copy + "/" + one); },
                    {one, other});
      if (HasFailure()) return;
    }
  }
}

// Two tables of one size, made alike: only what the file says of itself tells them apart.
TEST_F(Damage, TableFilesOfOneSizeAreToldApart) {
  for (unsigned round = 0; round < 2; ++round) {
    const auto writer = OpenToWrite(path);
    Observations rows;
    for (char i = 0; i < 70; ++i) {
      rows.Add("a.org", RrType::kTxt,
               std::string(65'000, static_cast<char>('a' + round)) + std::to_string(10 + i));
    }
    Apply(*writer, Trusted(rows));
    ASSERT_TRUE(writer->Close().ok());
  }
  before = ReadAll(path);
  std::size_t pairs = 0;
  const auto files = Files(".sst");
  for (const fs::path& one : files) {
    for (const fs::path& other : files) {
      if (one >= other || fs::file_size(one) != fs::file_size(other)) continue;
      ++pairs;
      ExpectRefused("swapped", [&](const std::string& copy) {
        fs::copy(one, copy + "/" + other.filename().string(), fs::copy_options::overwrite_existing);
        fs::copy(other, copy + "/" + one.filename().string(), fs::copy_options::overwrite_existing);
      });
      ExpectRefused("twice", [&](const std::string& copy) {
        fs::copy(one, copy + "/" + other.filename().string(), fs::copy_options::overwrite_existing);
      });
    }
  }
  EXPECT_GT(pairs, 0U) << "this shows nothing";
}

// A writer merges while its files are looked at, from its first moment on.
TEST(DamageOfAWriter, AFileThatIsMergedMeanwhileIsNotMissing) {
  const TempDir dir;
  const std::string path = dir / "db";
  rocksdb::Options options;
  options.create_if_missing = true;
  options.disable_auto_compactions = true;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, path, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  constexpr int kOthers = 100;  // looked at between the listing and the look at the one merged
  for (int i = 0; i < kOthers; ++i) {
    ASSERT_TRUE(db->Put({}, "a" + std::to_string(i), "").ok());
    ASSERT_TRUE(db->Flush({}).ok());
  }
  constexpr int kMerges = 300;
  const rocksdb::Slice key("key");
  std::atomic<int> merged{0};
  std::thread merges([&] {
    for (; merged < kMerges; ++merged) {
      EXPECT_TRUE(db->Put({}, key, "value").ok());
      EXPECT_TRUE(db->Flush({}).ok());
      EXPECT_TRUE(db->CompactRange({}, &key, &key).ok());
    }
  });
  Status checked;
  while (merged < kMerges && checked.ok()) checked = CheckFiles(*db, path);
  merges.join();
  EXPECT_TRUE(checked.ok()) << checked.message();
}

TEST_F(Damage, AByteThatChanged) {
  Make(true);
  for (const fs::path& file : Files(".sst")) {
    const std::string bytes = ReadFile(file);
    for (const std::size_t part : {0U, 3U, 8U}) {
      const std::size_t at = std::min(part * bytes.size() / 8, bytes.size() - 1);
      const std::string what = file.filename().string() + " byte " + std::to_string(at);
      With(
          [&](const std::string& copy) {
            std::string changed = bytes;
            changed[at] = static_cast<char>(changed[at] ^ 0x10);
            WriteFile(copy + "/" + file.filename().string(), changed);
          },
          [&](const std::string& copy) { ExpectToldOrSame(copy, before, what); });
    }
  }
}

TEST_F(Damage, TheListOfFiles) {
  for (const bool closed : {true, false}) {
    fs::remove_all(path);
    Make(closed);
    const std::string name = Manifest().filename();
    const std::string bytes = ReadFile(Manifest());
    const auto write = [&](const std::string& copy, const std::string& as) {
      WriteFile(copy + "/" + name, as);
    };
    ExpectRefused("missing", [&](const std::string& copy) { fs::remove(copy + "/" + name); });
    ExpectRefused("empty", [&](const std::string& copy) { write(copy, ""); });
    for (const std::size_t part : {1U, 2U, 4U, 6U, 7U}) {
      ExpectRefused(std::to_string(part) + "/8 of it", [&](const std::string& copy) {
        write(copy, bytes.substr(0, part * bytes.size() / 8));
      });
    }
    ExpectRefused("cut by one byte",
                  [&](const std::string& copy) { write(copy, bytes.substr(0, bytes.size() - 1)); });
    ExpectRefused("a byte changed", [&](const std::string& copy) {
      std::string changed = bytes;
      changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
      write(copy, changed);
    });
  }
}

TEST_F(Damage, WhatNamesTheListOfFiles) {
  Make(true);
  const auto write = [](const std::string& as) {
    return [as](const std::string& copy) { WriteFile(copy + "/CURRENT", as); };
  };
  ExpectRefused("missing", [](const std::string& copy) { fs::remove(copy + "/CURRENT"); });
  ExpectRefused("empty", write(""));
  ExpectRefused("another list", write("MANIFEST-999999\n"));
  ExpectRefused("a table file", write(Files(".sst")[0].filename().string() + "\n"));
  ExpectRefused("no name", write("rubbish\n"));
  ExpectRefused("no end of line", write(Manifest().filename().string()));
}

// Everything of it stands in table files.
TEST_F(Damage, TheLogOfAClosedDatabaseIsMissing) {
  Make(true);
  ASSERT_FALSE(Files(".log").empty());
  With(
      [&](const std::string& copy) {
        for (const fs::path& log : Files(".log")) fs::remove(copy + "/" + log.filename().string());
      },
      [&](const std::string& copy) { ExpectToldOrSame(copy, before, "no log"); });
}

// Nothing of it stands in table files yet.
TEST_F(Damage, TheLogOfAYoungDatabaseIsMissingOrCut) {
  for (const bool rows : {true, false}) {
    fs::remove_all(path);
    {
      const auto writer = OpenToWrite(path);
      if (rows) Apply(*writer, Trusted(Numbered(0, 10)));
    }
    const std::string name = Files(".log").back().filename();
    const std::string bytes = ReadFile(Files(".log").back());
    With([&](const std::string& copy) { fs::remove(copy + "/" + name); },
         [&](const std::string& copy) { ExpectTold(copy, "missing"); });
    if (!rows) continue;
    for (const std::size_t part : {0U, 4U, 7U}) {
      ExpectRefused("cut", [&](const std::string& copy) {
        WriteFile(copy + "/" + name, bytes.substr(0, bytes.size() * part / 8));
      });
    }
  }
}

TEST_F(Damage, ALogThatHoldsRows) {
  Make(false);
  for (const fs::path& log : Files(".log")) {
    const std::string bytes = ReadFile(log);
    if (bytes.empty()) continue;
    const std::string name = log.filename();
    const auto write = [&](const std::string& as) {
      return [&, as](const std::string& copy) { WriteFile(copy + "/" + name, as); };
    };
    ExpectRefused("missing", [&](const std::string& copy) { fs::remove(copy + "/" + name); });
    ExpectRefused("empty", write(""));
    for (const std::size_t part : {1U, 2U, 4U, 6U, 7U}) {
      ExpectRefused(std::to_string(part) + "/8 of it",
                    write(bytes.substr(0, part * bytes.size() / 8)));
    }
    ExpectRefused("cut by one byte", write(bytes.substr(0, bytes.size() - 1)));
    for (const std::size_t part : {0U, 1U, 4U, 7U}) {
      std::string changed = bytes;
      char& byte = changed[part * bytes.size() / 8];
      byte = static_cast<char>(byte ^ 1);
      ExpectRefused("a byte changed at " + std::to_string(part) + "/8", write(changed));
    }
  }
}

}  // namespace
}  // namespace pdns::store_rocks
