#include "base/bytes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>

namespace pdns {
namespace {

std::string Varint(std::uint64_t value) {
  std::string out;
  AppendVarint(out, value);
  return out;
}

TEST(Cursor, TakesUpToTheEndAndNoFurther) {
  const std::string text = "abc";
  Cursor cursor(AsBytes(text));
  EXPECT_EQ(AsText(cursor.Read(2)), "ab");
  EXPECT_EQ(cursor.left(), 1U);
  EXPECT_FALSE(cursor.AtEnd());
  EXPECT_EQ(AsText(cursor.Read(1)), "c");
  EXPECT_TRUE(cursor.AtEnd());
  EXPECT_TRUE(cursor.Read(0).empty());
  EXPECT_TRUE(cursor.ok());
  EXPECT_TRUE(cursor.Read(1).empty());
  EXPECT_FALSE(cursor.ok());
  EXPECT_FALSE(cursor.AtEnd());
}

TEST(Cursor, StaysFailedThoughASmallerReadWouldFit) {
  const std::string text = "abcd";
  Cursor cursor(AsBytes(text));
  EXPECT_TRUE(cursor.Read(5).empty());
  EXPECT_TRUE(cursor.Read(1).empty());
  EXPECT_TRUE(cursor.Read(0).empty());
  EXPECT_EQ(cursor.U8(), 0U);
  EXPECT_EQ(cursor.U16(), 0U);
  EXPECT_EQ(cursor.U32(), 0U);
  EXPECT_EQ(cursor.Varint(), 0U);
  EXPECT_FALSE(cursor.ok());
  EXPECT_EQ(cursor.left(), 0U);
}

TEST(Cursor, HugeLengthsDoNotWrapAround) {
  const std::string text = "abcd";
  Cursor cursor(AsBytes(text));
  cursor.Read(2);
  EXPECT_TRUE(cursor.Read(std::numeric_limits<std::size_t>::max()).empty());
  EXPECT_FALSE(cursor.ok());
}

TEST(Cursor, BeginsAnywhereInside) {
  const std::string text = "abcd";
  EXPECT_EQ(AsText(Cursor(AsBytes(text), 1).Read(3)), "bcd");
  EXPECT_TRUE(Cursor(AsBytes(text), 4).AtEnd());
  Cursor beyond(AsBytes(text), 5);
  EXPECT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.left(), 0U);
  EXPECT_FALSE(Cursor(AsBytes(text), std::numeric_limits<std::size_t>::max()).ok());
}

TEST(Cursor, IntegersAreInNetworkOrder) {
  const std::string text("\xfe\x80\x01\x89\xab\xcd\xef", 7);
  Cursor cursor(AsBytes(text));
  EXPECT_EQ(cursor.U8(), 0xfeU);
  EXPECT_EQ(cursor.U16(), 0x8001U);
  EXPECT_EQ(cursor.U32(), 0x89abcdefU);
  EXPECT_TRUE(cursor.AtEnd());
}

TEST(Cursor, AnIntegerThatIsCutFails) {
  const std::string text("\1\2\3", 3);
  Cursor cursor(AsBytes(text));
  EXPECT_EQ(cursor.U32(), 0U);
  EXPECT_FALSE(cursor.ok());
}

TEST(Cursor, EmptyBytes) {
  Cursor cursor{Bytes()};
  EXPECT_TRUE(cursor.AtEnd());
  EXPECT_EQ(cursor.Varint(), 0U);
  EXPECT_FALSE(cursor.ok());
}

TEST(Varint, KnownForms) {
  EXPECT_EQ(Varint(0), std::string("\0", 1));
  EXPECT_EQ(Varint(0x7f), "\x7f");
  EXPECT_EQ(Varint(0x80), "\x80\x01");
  EXPECT_EQ(Varint(300), "\xac\x02");
  EXPECT_EQ(Varint(std::numeric_limits<std::uint64_t>::max()),
            "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST(Varint, ReadsBackAtEveryWidth) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    for (const std::uint64_t value :
         {std::uint64_t{1} << bit, (std::uint64_t{1} << bit) - 1, ~std::uint64_t{0} >> bit}) {
      const std::string encoded = Varint(value) + "x";
      Cursor cursor(AsBytes(encoded));
      EXPECT_EQ(cursor.Varint(), value);
      EXPECT_EQ(cursor.left(), 1U);
    }
  }
}

TEST(Varint, EveryTruncationFails) {
  for (const std::uint64_t value : {std::uint64_t{0x80}, ~std::uint64_t{0}}) {
    const std::string whole = Varint(value);
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      Cursor cursor(AsBytes(whole).first(cut));
      EXPECT_EQ(cursor.Varint(), 0U);
      EXPECT_FALSE(cursor.ok()) << cut;
    }
  }
}

TEST(Varint, OverlongFormsFail) {
  const std::string forms[] = {
      std::string("\x80\x00", 2),
      std::string("\x81\x00", 2),
      std::string("\xff\x80\x00", 3),
      std::string("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 10),
  };
  for (const std::string& form : forms) {
    Cursor cursor(AsBytes(form));
    EXPECT_EQ(cursor.Varint(), 0U);
    EXPECT_FALSE(cursor.ok()) << ToHex(AsBytes(form));
  }
}

TEST(Varint, BeyondSixtyFourBitsFails) {
  const std::string nine(9, '\xff');
  for (const std::string& last : {std::string("\x02"), std::string("\x7f"), std::string("\x81\x01"),
                                  std::string("\x80\x01"), std::string("\xff\xff")}) {
    const std::string form = nine + last;
    Cursor cursor(AsBytes(form));
    EXPECT_EQ(cursor.Varint(), 0U);
    EXPECT_FALSE(cursor.ok()) << ToHex(AsBytes(form));
  }
}

// Whatever is read back was written in its one form.
TEST(Varint, RandomBytesReadOnlyAsTheyAreWritten) {
  std::mt19937_64 random(1);
  unsigned accepted = 0;
  for (int trial = 0; trial < 200'000; ++trial) {
    std::string bytes(1 + random() % 11, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 3 == 0 ? 0x80 : random());
    Cursor cursor(AsBytes(bytes));
    const std::uint64_t value = cursor.Varint();
    if (!cursor.ok()) continue;
    ++accepted;
    ASSERT_EQ(Varint(value), bytes.substr(0, cursor.position())) << ToHex(AsBytes(bytes));
  }
  EXPECT_GT(accepted, 10'000U);
}

TEST(Bytes, LowerByteTouchesAsciiCapitalsOnly) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool capital = byte >= 0x41 && byte <= 0x5a;
    EXPECT_EQ(LowerByte(static_cast<std::uint8_t>(byte)), capital ? byte + 0x20 : byte);
  }
}

TEST(Bytes, HexOfEveryByte) {
  EXPECT_EQ(ToHex(AsBytes(std::string("\0\x0f\xf0\xff", 4))), "000ff0ff");
  EXPECT_EQ(ToHex({}), "");
  EXPECT_EQ(FromHex("000ff0FF"), std::string("\0\x0f\xf0\xff", 4));
  EXPECT_EQ(FromHex(""), "");
  for (const char* none : {"0", "0g", "g0", "00 11", "0x", " 00", "\xc3\xa9"})
    EXPECT_EQ(FromHex(none), std::nullopt) << none;
}

TEST(Printable, NothingSteersATerminal) {
  EXPECT_EQ(Printable("plain text, 7-bit ~"), "plain text, 7-bit ~");
  EXPECT_EQ(Printable(std::string_view("a\0b\x1b[2J\n\x7f\xc3\xa9", 11)),
            "a\\x00b\\x1b[2J\\x0a\\x7f\\xc3\\xa9");
}

}  // namespace
}  // namespace pdns
