#include "render/wrap.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pdns::render {
namespace {

using Pieces = std::vector<std::string_view>;
using Widths = std::vector<std::size_t>;

TEST(Wrap, BehindASpaceThatIsNearElseAnywhere) {
  EXPECT_EQ(Wrap("", 5), (Pieces{""}));
  EXPECT_EQ(Wrap("abcde", 5), (Pieces{"abcde"}));
  EXPECT_EQ(Wrap("abcdef", 5), (Pieces{"abcde", "f"}));
  EXPECT_EQ(Wrap("abc defg", 6), (Pieces{"abc ", "defg"}));
  EXPECT_EQ(Wrap("a bcdefghij", 6), (Pieces{"a bcde", "fghij"}));
  EXPECT_EQ(Wrap("   ", 1), (Pieces{" ", " ", " "}));
}

TEST(Wrap, PiecesJoinedAreTheTextAndNoneIsTooWide) {
  std::string text;
  for (int i = 0; i < 300; ++i) text.push_back(i % 7 == 3 || i % 11 == 0 ? ' ' : 'x');
  for (std::size_t width = 1; width < 310; ++width) {
    std::string joined;
    for (const std::string_view piece : Wrap(text, width)) {
      EXPECT_LE(piece.size(), width);
      EXPECT_FALSE(piece.empty());
      joined += piece;
    }
    EXPECT_EQ(joined, text);
  }
}

TEST(ShareWidth, SmallNeedsFirst) {
  EXPECT_EQ(ShareWidth(Widths{}, 10, 5), Widths{});
  EXPECT_EQ(ShareWidth(Widths{10, 20}, 40, 5), (Widths{10, 20}));
  EXPECT_EQ(ShareWidth(Widths{100, 10, 100}, 70, 5), (Widths{30, 10, 30}));
  EXPECT_EQ(ShareWidth(Widths{200, 9, 30}, 101, 5), (Widths{62, 9, 30}));
  EXPECT_EQ(ShareWidth(Widths{100, 100}, 31, 5), (Widths{15, 16}));
}

TEST(ShareWidth, LeastIsGivenEvenWithoutRoom) {
  EXPECT_EQ(ShareWidth(Widths{100, 3, 100}, 0, 12), (Widths{12, 3, 12}));
  EXPECT_EQ(ShareWidth(Widths{100, 3, 100}, 20, 12), (Widths{12, 3, 12}));
}

}  // namespace
}  // namespace pdns::render
