#include "ask/utf8_text.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "unit/support/utf16.h"

namespace pdns::ask {
namespace {

using testing::Utf16;

std::string All(const std::string& bytes) {
  std::istringstream in(bytes);
  Utf8Text text(in);
  std::string all;
  for (std::string_view piece = text.Peek(); !piece.empty(); piece = text.Peek()) {
    all += piece;
    text.Pass(piece.size());
  }
  return all;
}

TEST(Utf8Text, TellsTheCodingByItsMark) {
  for (const char* plain : {"", "a", "ab", "abc", "\xff", "\xfe\xfe", "\xef\xbb", "b\xc3\xbcro"})
    EXPECT_EQ(All(plain), plain);
  EXPECT_EQ(All("\xef\xbb\xbfx"), "x");
  for (const bool big : {false, true}) {
    EXPECT_EQ(All(Utf16(u"\ufeff", big)), "");
    EXPECT_EQ(All(Utf16(u"\ufeffb\u00fc\u3048\U0001f600", big)),
              "b\xc3\xbc\xe3\x81\x88\xf0\x9f\x98\x80");
    EXPECT_EQ(All(Utf16(u"\ufeffx", big) + "y"), "x");
    const std::u16string halves{0xfeff, 0xd83d, u'a', 0xde00, 0xd83d, 0xd83d, 0xde00, 0xd83d};
    const std::string unknown = "\xef\xbf\xbd";
    EXPECT_EQ(All(Utf16(halves, big)),
              unknown + "a" + unknown + unknown + "\xf0\x9f\x98\x80" + unknown);
  }
}

// Pairs and letters on either side of the border between two pieces.
TEST(Utf8Text, PiecesMeetWithoutASeam) {
  for (std::size_t before = Utf8Text::kPiece / 2 - 4; before < Utf8Text::kPiece / 2 + 2; ++before) {
    std::u16string units = u"\ufeff" + std::u16string(before, u'x') + u"\U0001f600\u3048";
    std::string wanted = std::string(before, 'x') + "\xf0\x9f\x98\x80\xe3\x81\x88";
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(All(Utf16(units, false)) == wanted) << before;
      units += std::u16string(Utf8Text::kPiece / 2, u'y');
      wanted += std::string(Utf8Text::kPiece / 2, 'y');
    }
  }
}

// However long the text is.
TEST(Utf8Text, HoldsOnePiece) {
  std::istringstream in(Utf16(u"\ufeff", false) + std::string(std::size_t{16} << 20, '\x40'));
  Utf8Text text(in);
  std::size_t all = 0;
  for (std::string_view piece = text.Peek(); !piece.empty(); piece = text.Peek()) {
    EXPECT_LE(piece.size(), 3 * Utf8Text::kPiece / 2);
    all += piece.size();
    text.Pass(piece.size());
  }
  EXPECT_EQ(all, std::size_t{24} << 20);
}

TEST(Utf8Text, LinesAreCutWhereTheyAreLong) {
  const std::string longest(Utf8Text::kMaxLine, 'x');
  std::istringstream in("a\n\n" + longest + "\n" + longest + "y\nb");
  Utf8Text text(in);
  std::vector<std::string> lines;
  for (std::string line; text.NextLine(line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0] + "|" + lines[1] + "|" + lines[4], "a||b");
  EXPECT_TRUE(lines[2] == longest && lines[3] == longest);
}

}  // namespace
}  // namespace pdns::ask
