// What becomes of compressed captures whose end is cut, damaged, or followed by something.
#include <gtest/gtest.h>
#include <lz4.h>

#include <array>
#include <string>
#include <vector>

#include "frame/input/gzip.h"
#include "frame/input/input.h"
#include "frame/reader.h"
#include "unit/support/compress.h"
#include "unit/support/frame_stream.h"
#include "unit/support/inputs.h"

namespace pdns::frame {
namespace {

using pdns::testing::Capture;
using pdns::testing::Compress;
using pdns::testing::MemoryInput;

constexpr std::array<const char*, 3> kPacked{"gzip", "bzip2", "lz4"};

struct Read {
  std::vector<std::string> frames;
  End end = End::kNone;
  std::string reason;
};

Read ReadPacked(const std::string& bytes, std::size_t step = 1U << 30) {
  Read read;
  auto input = Unpack(std::make_unique<MemoryInput>(bytes, step));
  if (!input.ok()) return {{}, End::kForeign, input.status().message()};
  Reader reader(std::move(*input));
  while (const auto frame = reader.Next()) read.frames.emplace_back(AsText(*frame));
  read.end = reader.end();
  read.reason = reader.reason();
  return read;
}

// However it is read, the outcome is the same.
Read ReadInAnyPieces(const std::string& bytes) {
  Read whole = ReadPacked(bytes);
  for (const std::size_t step : {1U, 7U, 4096U}) {
    const Read cut = ReadPacked(bytes, step);
    EXPECT_EQ(cut.frames, whole.frames) << step;
    EXPECT_EQ(cut.end, whole.end) << step;
    EXPECT_EQ(cut.reason, whole.reason) << step;
  }
  return whole;
}

const std::vector<std::string> kOne{"one"};

struct PackedInput : ::testing::TestWithParam<const char*> {
  std::string Pack(const std::string& bytes) const { return Compress(GetParam(), bytes); }
};

// Of xz and zstd, too, which have readers of their own.
struct AnyFormat : PackedInput {};

// A second file of another kind behind the first would be missed by nobody.
TEST_P(PackedInput, SomethingElseBehindItIsTold) {
  const std::string packed = Pack(Capture({"one"}));
  const std::string plain = Capture({"two"});
  const bool gzip = std::string_view(GetParam()) == "gzip";
  for (const std::string& rest :
       {std::string("junk"), plain, "\x01" + plain, Compress(gzip ? "bzip2" : "gzip", plain),
        std::string(300'000, '\0') + "junk", std::string(5, '\0') + packed}) {
    const Read read = ReadInAnyPieces(packed + rest);
    EXPECT_EQ(read.frames, kOne);
    EXPECT_EQ(read.end, End::kBroken) << rest.substr(0, 10);
    EXPECT_EQ(read.reason, "the " + std::string(GetParam()) + " data ends at byte " +
                               std::to_string(packed.size()) +
                               " and is followed by something else");
  }
}

TEST_P(PackedInput, PaddingByZerosIsNoDamage) {
  const std::string packed = Pack(Capture({"one"}));
  for (const std::size_t zeros : {1U, 512U, 300'000U}) {
    const Read read = ReadInAnyPieces(packed + std::string(zeros, '\0'));
    EXPECT_EQ(read.frames, kOne);
    EXPECT_EQ(read.end, End::kStop) << zeros << ": " << read.reason;
  }
}

// Where the last frame and STOP are there, a checksum is missing, or what may come behind it.
TEST_P(AnyFormat, CutAtAnyByteIsNotWhole) {
  const std::string packed = Pack(Capture({"one"}));
  for (std::size_t cut = 24; cut < packed.size(); ++cut) {
    const Read read = ReadInAnyPieces(packed.substr(0, cut));
    EXPECT_EQ(read.end, End::kCut) << cut;
    EXPECT_NE(read.reason.find("data is cut off at byte " + std::to_string(cut)), std::string::npos)
        << read.reason;
  }
}

TEST_P(AnyFormat, ASecondFileCutAtAnyByteIsNotWhole) {
  const std::string first = Pack(Capture({"one"}));
  const std::string second = Pack(Capture({"two", "three"}));
  for (std::size_t cut = 1; cut < second.size(); ++cut) {
    const Read read = ReadInAnyPieces(first + second.substr(0, cut));
    ASSERT_FALSE(read.frames.empty());
    EXPECT_EQ(read.frames.front(), "one");
    EXPECT_EQ(read.end, End::kCut) << cut << ": " << read.reason;
    EXPECT_NE(read.reason.find("data is cut off at byte "), std::string::npos) << read.reason;
  }
}

// Cut within a compression that lies in another.
TEST_P(PackedInput, ACutOfWhatLiesAroundItIsTold) {
  const std::string twice = Pack(Pack(Capture({"one"})));
  const Read read = ReadInAnyPieces(twice.substr(0, twice.size() - 1));
  EXPECT_EQ(read.frames, kOne);
  EXPECT_EQ(read.end, End::kCut);
  EXPECT_EQ(read.reason, "the " + std::string(GetParam()) + " data is cut off at byte " +
                             std::to_string(twice.size() - 1));
}

// But for a bit that changes nothing of what is unpacked: time, system and the like in the header
// of gzip (RFC 1952, 2.3.1), the last bits of the last byte, another way to the same bytes.
TEST_P(PackedInput, NoFlippedBitGoesUnseen) {
  const std::vector<std::string> frames{"one", "two", "three"};
  const std::string packed = Pack(Capture(frames));
  std::size_t unseen = 0;
  for (std::size_t bit = 0; bit < 8 * packed.size(); ++bit) {
    std::string flipped = packed;
    flipped[bit / 8] ^= static_cast<char>(1U << bit % 8);
    const Read read = ReadPacked(flipped);
    if (read.end != End::kStop) continue;
    if (bit >= 8 * kGzipHeader) ++unseen;
    EXPECT_EQ(read.frames, frames) << bit;
  }
  EXPECT_LT(unseen, 10U);
}

INSTANTIATE_TEST_SUITE_P(EachFormat, AnyFormat, ::testing::ValuesIn(pdns::testing::kCompressions),
                         [](const auto& format) { return std::string(format.param); });
INSTANTIATE_TEST_SUITE_P(EachFormat, PackedInput, ::testing::ValuesIn(kPacked),
                         [](const auto& format) { return std::string(format.param); });

TEST(Gzip, FramesBeforeAWrongChecksumOrLengthCount) {
  const std::string packed = Compress("gzip", Capture({"one"}));
  for (const std::size_t from_end : {8U, 5U, 4U, 1U}) {
    std::string damaged = packed;
    damaged[packed.size() - from_end] ^= 0x10;
    const Read read = ReadInAnyPieces(damaged + packed);
    EXPECT_EQ(read.frames, kOne);
    EXPECT_EQ(read.end, End::kBroken);
    EXPECT_EQ(read.reason.find(
                  from_end > 4 ? "compressed data is damaged: gzip: incorrect data check, at"
                               : "compressed data is damaged: gzip: incorrect length check, at"),
              0U)
        << read.reason;
  }
}

// A member with all that its header may have. Source: RFC 1952, 2.3.
TEST(Gzip, AMemberWithNameCommentAndChecksumOfItsHeaderIsRead) {
  const std::string packed = Compress("gzip", Capture({"one"}));
  const std::string extra("\x03\0abc", 5);
  const std::string with_name = packed.substr(0, 3) + "\x1c" + packed.substr(4, 6) + extra +
                                std::string("name\0comment\0", 13) + packed.substr(10);
  const Read read = ReadInAnyPieces(with_name + with_name);
  EXPECT_EQ(read.frames, (std::vector<std::string>{"one", "one"}));
  EXPECT_EQ(read.end, End::kStop) << read.reason;
}

std::string Skippable(char last_of_magic, const std::string& bytes) {
  std::string frame = last_of_magic + std::string("\x2a\x4d\x18", 3);
  for (unsigned i = 0; i < 4; ++i) frame += static_cast<char>(bytes.size() >> (8 * i));
  return frame + bytes;
}

TEST(Lz4, SkippableFramesArePassedOver) {
  const std::string packed = Compress("lz4", Capture({"one"}));
  for (const std::string& bytes : {std::string(), std::string("x"), std::string(300'000, 'x')}) {
    const std::string some = Skippable('\x50', bytes) + Skippable('\x5f', "abc");
    const Read read = ReadInAnyPieces(packed + some + packed + some);
    EXPECT_EQ(read.frames, (std::vector<std::string>{"one", "one"}));
    EXPECT_EQ(read.end, End::kStop) << bytes.size() << ": " << read.reason;
  }
  const Read cut = ReadInAnyPieces(packed + Skippable('\x50', "abcdef").substr(0, 10));
  EXPECT_EQ(cut.frames, kOne);
  EXPECT_EQ(cut.end, End::kCut);
}

// Of nothing, as by `lz4 < /dev/null`: not the end of the file.
TEST(Lz4, AFrameOfNothingMayStandAnywhere) {
  const std::string nothing("\x04\x22\x4d\x18\x64\x40\xa7\x00\x00\x00\x00\x05\x5d\xcc\x02", 15);
  const std::string packed = Compress("lz4", Capture({"one"}));
  const Read read = ReadInAnyPieces(nothing + packed + nothing + packed);
  EXPECT_EQ(read.frames, (std::vector<std::string>{"one", "one"}));
  EXPECT_EQ(read.end, End::kStop) << read.reason;
}

// The magic, then blocks: a size, and lz4 data that is one run of literals here.
std::string Legacy(const std::vector<std::string>& blocks) {
  std::string packed("\x02\x21\x4c\x18", 4);
  for (const std::string& block : blocks) {
    std::string data = "\xf0";  // 15 literals and more
    std::size_t more = block.size() - 15;
    for (; more >= 255; more -= 255) data += '\xff';
    data += static_cast<char>(more) + block;
    for (unsigned i = 0; i < 4; ++i) packed += static_cast<char>(data.size() >> (8 * i));
    packed += data;
  }
  return packed;
}

TEST(Lz4, TheLegacyFormIsRead) {
  const std::string capture = Capture({"one", std::string(300, 'x')});
  const std::string legacy = Legacy({capture.substr(0, 60), capture.substr(60)});
  const std::string frame = Compress("lz4", capture);
  const Read read =
      ReadInAnyPieces(legacy + legacy + Skippable('\x51', "x") + frame + legacy + frame);
  EXPECT_EQ(read.frames.size(), 10U);
  EXPECT_EQ(read.end, End::kStop) << read.reason;
  for (std::size_t cut = legacy.size() + 1; cut < 2 * legacy.size(); ++cut) {
    if (cut == legacy.size() + 4) continue;  // the magic alone is whole, as between two blocks
    EXPECT_NE(ReadPacked((legacy + legacy).substr(0, cut)).end, End::kStop) << cut;
  }
}

TEST(Lz4, DamageOfTheLegacyFormIsTold) {
  const std::string capture = Capture({"one"});
  std::string damaged = Legacy({capture});
  damaged[8] = '\x0f';  // a match before any byte
  EXPECT_EQ(ReadInAnyPieces(Legacy({capture}) + damaged).end, End::kBroken);
  const Read followed = ReadInAnyPieces(Legacy({capture}) + "\xff\xff\xff\xff");
  EXPECT_EQ(followed.frames, kOne);
  EXPECT_EQ(followed.end, End::kBroken);
}

// The memory of the largest frame, not of their sum.
TEST(Lz4, TakesTwoOfItsBlocks) {
  const std::string capture = Capture({"one"});
  const std::string small = Compress("lz4", capture, "lz4:block-size=4");
  const std::string large = Compress("lz4", capture, "lz4:block-size=7");
  constexpr std::size_t kBeside = 512U << 10;
  const std::array<std::pair<std::string, std::size_t>, 3> cases{
      {{small + small, kBeside + (128U << 10)},
       {small + large + small, kBeside + (8U << 20)},
       {Legacy({capture}) + large, kBeside + 4 + (8U << 20) + LZ4_COMPRESSBOUND(8U << 20)}}};
  for (const auto& [packed, most] : cases) {
    UnpackMemory memory(100U << 20, "");
    UnpackShare share(memory, nullptr);
    auto input = Unpack(std::make_unique<MemoryInput>(packed), &share);
    ASSERT_TRUE(input.ok());
    EXPECT_TRUE((*input)->Skip(~std::uint64_t{0}).ok());
    EXPECT_EQ(memory.peak(), most);
  }
}

// As pzstd writes them: in front of each frame, with its size.
TEST(SkippableFrames, MayStandInFront) {
  for (const char* format : {"zstd", "lz4"}) {
    const std::string packed = Compress(format, Capture({"one"}));
    for (const std::string& bytes :
         {std::string(), std::string("size"), std::string(300'000, 'x')}) {
      const std::string some = Skippable('\x50', bytes) + Skippable('\x5f', "abc");
      const Read read = ReadInAnyPieces(some + packed + some + packed);
      EXPECT_EQ(read.frames, (std::vector<std::string>{"one", "one"})) << format;
      EXPECT_EQ(read.end, End::kStop) << bytes.size() << ": " << read.reason;
    }
    EXPECT_EQ(ReadPacked(Compress("gzip", Skippable('\x51', "a") + packed)).frames, kOne);
  }
}

TEST(SkippableFrames, AloneTheyHoldNothing) {
  const std::string some = Skippable('\x50', "abcd") + Skippable('\x5a', "");
  const std::string packed = some + Compress("zstd", Capture({"one"}));
  for (std::size_t cut = 10; cut < some.size() + 4; ++cut) {
    const Read read = ReadInAnyPieces(packed.substr(0, cut));
    EXPECT_TRUE(read.frames.empty());
    EXPECT_EQ(read.end, End::kCut) << cut << ": " << read.reason;
  }
}

TEST(SkippableFrames, SomethingElseBehindThemIsTold) {
  const std::string capture = Capture({"one"});
  for (const std::string& rest : {capture, Compress("gzip", capture), std::string(99, 'x')}) {
    for (const std::string& some : {Skippable('\x50', ""), Skippable('\x50', "abcdef")}) {
      const Read read = ReadInAnyPieces(some + rest);
      EXPECT_EQ(read.end, End::kForeign);
      EXPECT_EQ(read.reason, "skippable frames of zstd or lz4 are followed by something else");
    }
  }
}

// However many there are, they are passed over one by one: no memory, no depth of calls.
TEST(SkippableFrames, ManyCostNothing) {
  std::string many;
  for (int i = 0; i < 300'000; ++i) many += Skippable('\x50', i % 2 == 0 ? "" : "abcd");
  UnpackMemory memory(100U << 10, "");
  UnpackShare share(memory, nullptr);
  const auto input = Unpack(std::make_unique<MemoryInput>(many), &share);
  ASSERT_TRUE(input.ok());
  EXPECT_EQ((*input)->consumed(), many.size());
  EXPECT_EQ(memory.peak(), 0U);
}

TEST(Bzip2, FramesBeforeAWrongChecksumCount) {
  const std::string packed = Compress("bzip2", Capture({"one"}));
  std::string damaged = packed;
  damaged[packed.size() - 2] ^= 0x10;
  const Read read = ReadInAnyPieces(packed + damaged + packed);
  EXPECT_EQ(read.frames, (std::vector<std::string>{"one", "one"}));
  EXPECT_EQ(read.end, End::kBroken);
  EXPECT_EQ(read.reason.find("compressed data is damaged: bzip2: "), 0U) << read.reason;
}

}  // namespace
}  // namespace pdns::frame
