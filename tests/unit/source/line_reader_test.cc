// Lines whatever the pieces they come in; their numbers; what is no line.
#include "source/line_reader.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "unit/support/inputs.h"

namespace pdns::source {
namespace {

using pdns::testing::MemoryInput;

struct Read {
  std::vector<std::pair<std::uint64_t, std::string>> lines;
  std::vector<std::uint64_t> positions;
  End end = End::kNone;
  std::string reason;
};

void ReadRest(LineReader& reader, Read& read) {
  while (const auto record = reader.Next()) {
    const auto line = SplitLine(*record);
    ASSERT_TRUE(line.has_value());
    read.lines.emplace_back(line->number, std::string(line->text));
    read.positions.push_back(reader.position());
  }
  read.end = reader.end();
  read.reason = reader.reason();
}

Read ReadAll(const std::string& text, std::size_t piece) {
  LineReader reader(std::make_unique<MemoryInput>(text, piece));
  Read read;
  ReadRest(reader, read);
  return read;
}

using Lines = std::vector<std::pair<std::uint64_t, std::string>>;

TEST(LineReader, NumbersLinesWhateverThePieces) {
  const std::string text = "one\n\n\r\ntwo\r\n\nthree and more\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, text.size()}) {
    const Read read = ReadAll(text, piece);
    EXPECT_EQ(read.lines, (Lines{{1, "one"}, {4, "two"}, {6, "three and more"}}));
    EXPECT_EQ(read.positions, (std::vector<std::uint64_t>{4, 12, text.size()}));
    EXPECT_EQ(read.end, End::kStop);
  }
}

TEST(LineReader, ALineWithoutItsEndStays) {
  const Read read = ReadAll("one\ntwo", 3);
  EXPECT_EQ(read.lines, (Lines{{1, "one"}}));
  EXPECT_EQ(read.positions, (std::vector<std::uint64_t>{4}));
  EXPECT_EQ(read.end, End::kCut);
  EXPECT_EQ(read.reason, "ends inside a line");
  EXPECT_EQ(ReadAll("", 1).end, End::kStop);
}

TEST(LineReader, ALongLineIsHandedUpCutAndCostsNoMemory) {
  for (const std::size_t size :
       {kLongestLine - 1, kLongestLine, kLongestLine + 1, kLongestLine + 2, 7 * kLongestLine + 5}) {
    const std::string text = "a\n" + std::string(size, 'x') + "\nb\r\n";
    for (const std::size_t piece : {std::size_t{4096}, text.size()}) {
      const Read read = ReadAll(text, piece);
      ASSERT_EQ(read.lines.size(), 3U) << size;
      EXPECT_EQ(read.lines[1].second.size(), std::min(size, kLongestLine + 1));
      EXPECT_EQ(read.lines[2], std::make_pair(std::uint64_t{3}, std::string("b")));
      EXPECT_EQ(read.positions, (std::vector<std::uint64_t>{2, size + 3, size + 6}));
      EXPECT_EQ(read.end, End::kStop);
    }
  }
}

TEST(LineReader, GoesOnBehindAPositionWithTheSameNumbers) {
  const std::string text = "one\n\ntwo\nthree\n";
  const Read whole = ReadAll(text, 5);
  for (std::size_t i = 0; i < whole.lines.size(); ++i) {
    LineReader reader(std::make_unique<MemoryInput>(text, 3));
    ASSERT_TRUE(reader.SkipTo(whole.positions[i]));
    Read rest;
    ReadRest(reader, rest);
    EXPECT_EQ(rest.lines,
              Lines(whole.lines.begin() + static_cast<std::ptrdiff_t>(i) + 1, whole.lines.end()));
  }
  LineReader reader(std::make_unique<MemoryInput>(text, 3));
  EXPECT_FALSE(reader.SkipTo(text.size() + 1));
  EXPECT_EQ(reader.end(), End::kCut);
}

TEST(LineReader, TellsWhatFailed) {
  LineReader damaged(std::make_unique<MemoryInput>("one\ntw", 2, Status::Malformed("damaged")));
  Read read;
  ReadRest(damaged, read);
  EXPECT_EQ(read.lines, (Lines{{1, "one"}}));
  EXPECT_EQ(read.end, End::kBroken);
  EXPECT_EQ(read.reason, "damaged");
  LineReader failed(std::make_unique<MemoryInput>("one\n", 2, Status::Io("no disk")));
  EXPECT_FALSE(failed.PassRest().ok());
  EXPECT_EQ(failed.end(), End::kFailed);
}

TEST(SplitLine, RefusesWhatIsNoRecord) {
  EXPECT_FALSE(SplitLine(AsBytes("1234567")).has_value());
  EXPECT_FALSE(SplitLine(AsBytes(std::string(9, '\0'))).has_value());
}

}  // namespace
}  // namespace pdns::source
