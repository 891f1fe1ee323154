#include "store_rocks/backup/note.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace pdns::store_rocks {
namespace {

store::BackupNote Note() {
  store::BackupNote note;
  note.identity = "0123456789abcdef";
  note.batches = std::numeric_limits<std::uint64_t>::max();
  note.tuples = 1'996'205;
  note.last_seen = std::chrono::sys_seconds(std::chrono::seconds(1'795'372'876));
  note.user = "pdns-ingest";
  note.group = "pdns-ingest";
  note.database = "/var/lib/pdns\ntuples=7\n=";
  return note;
}

TEST(BackupNote, ComesBack) {
  const auto read = ParseNote(NoteText(Note()));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->identity, Note().identity);
  EXPECT_EQ(read->batches, Note().batches);
  EXPECT_EQ(read->tuples, Note().tuples);
  EXPECT_EQ(read->last_seen, Note().last_seen);
  EXPECT_EQ(read->user, Note().user);
  EXPECT_EQ(read->group, Note().group);
  EXPECT_EQ(read->database, Note().database);
}

TEST(BackupNote, SkipsLinesOfALaterVersion) {
  const auto read = ParseNote("pdns-backup 1\nidentity=ab\ncolour=blue=green\ntuples=3\ndatabase=");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->tuples, 3U);
  EXPECT_EQ(read->database, "");
}

TEST(BackupNote, IsNothingElse) {
  const std::string text = NoteText(Note());
  // Each beginning but those that end within the path, which may be any.
  for (std::size_t size = 0; size < text.find("database=") + 9; ++size)
    EXPECT_FALSE(ParseNote(std::string_view(text).substr(0, size)).has_value()) << size;
  for (const char* bad :
       {"", "{}", "pdns-backup 2\nidentity=ab\ndatabase=/x", "pdns-backup 1\ndatabase=/x",
        "pdns-backup 1\nidentity=ab\ntuples=-1\ndatabase=/x",
        "pdns-backup 1\nidentity=ab\ntuples=18446744073709551616\ndatabase=/x",
        "pdns-backup 1\nidentity=ab\nlast-seen=9x\ndatabase=/x",
        "pdns-backup 1\nidentity=ab\nno sign\ndatabase=/x"})
    EXPECT_FALSE(ParseNote(bad).has_value()) << bad;
}

}  // namespace
}  // namespace pdns::store_rocks
