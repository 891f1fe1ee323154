// Compressed captures: what libarchive makes of whole, cut and damaged data of each format.
#include <gtest/gtest.h>
#include <lzma.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "frame/input.h"
#include "frame/reader.h"
#include "unit/support/compress.h"
#include "unit/support/frame_stream.h"
#include "unit/support/inputs.h"
#include "unit/support/temp_dir.h"

namespace pdns::frame {
namespace {

using pdns::testing::Capture;
using pdns::testing::Compress;
using pdns::testing::kCompressions;
using pdns::testing::MemoryInput;
using pdns::testing::NoWaiter;
using pdns::testing::TempDir;
using pdns::testing::TestData;
using pdns::testing::WriteFile;

struct Read {
  std::vector<std::string> frames;
  End end = End::kNone;
  std::string reason;
};

Read ReadFrames(Result<std::unique_ptr<Input>> input) {
  Read read;
  if (!input.ok()) {
    read.end = End::kForeign;
    read.reason = input.status().message();
    return read;
  }
  Reader reader(std::move(*input));
  while (const auto frame = reader.Next()) read.frames.emplace_back(AsText(*frame));
  read.end = reader.end();
  read.reason = reader.reason();
  return read;
}

Read ReadCompressed(const std::string& bytes, std::size_t step = 1U << 30) {
  return ReadFrames(Unpack(std::make_unique<MemoryInput>(bytes, step)));
}

// libarchive hands out what it unpacks in portions, 128 KiB the largest; of the portion in which it
// meets a cut or damage nothing comes out.
constexpr std::size_t kPortion = 128U << 10;

// Frames that compress, but not to nothing.
const std::vector<std::string>& SomeFrames() {
  static const std::vector<std::string> frames = [] {
    std::mt19937 random(10);
    std::vector<std::string> made(3000);
    for (std::string& frame : made) {
      frame.resize(100 + random() % 200);
      for (char& byte : frame) byte = static_cast<char>(random() % 40);
    }
    return made;
  }();
  return frames;
}

// Their capture, in several blocks of each format; gzip without compression, since of its damage
// libarchive finds only what cannot be decoded.
const std::string& PackedFrames(const std::string& format) {
  static std::map<std::string, std::string> packed;
  std::string& bytes = packed[format];
  if (!bytes.empty()) return bytes;
  const char* options = format == "bzip2"  ? "bzip2:compression-level=1"
                        : format == "lz4"  ? "lz4:block-size=4,lz4:block-checksum=1"
                        : format == "gzip" ? "gzip:compression-level=0"
                                           : nullptr;
  return bytes = Compress(format, Capture(SomeFrames()), options);
}

std::size_t SizeOf(const std::vector<std::string>& frames) {
  std::size_t size = 0;
  for (const std::string& frame : frames) size += 4 + frame.size();
  return size;
}

bool IsPrefix(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

struct CompressedInput : ::testing::TestWithParam<const char*> {};

TEST_P(CompressedInput, IsToldByContentAndReadWhole) {
  TempDir dir;
  NoWaiter waiter;
  WriteFile(dir / "capture.txt", Compress(GetParam(), TestData("bind-rr.dnstap")));
  const Read read = ReadFrames(OpenInput(dir / "capture.txt", waiter));
  EXPECT_EQ(read.frames.size(), 1661U);  // tests/data/bind-rr.counters.txt
  EXPECT_EQ(read.end, End::kStop) << read.reason;
  EXPECT_EQ(waiter.asked, 0);
}

TEST_P(CompressedInput, KnowsHowMuchOfTheFileIsUsedUp) {
  const std::string packed = PackedFrames(GetParam());
  auto input = Unpack(std::make_unique<MemoryInput>(packed, 1000));
  ASSERT_TRUE(input.ok());
  EXPECT_FALSE((*input)->reopenable());
  const auto skipped = (*input)->Skip(~std::uint64_t{0});
  ASSERT_TRUE(skipped.ok());
  EXPECT_EQ(*skipped, Capture(SomeFrames()).size());
  EXPECT_EQ((*input)->consumed(), packed.size());
}

TEST_P(CompressedInput, ComesInPortionsOfAnySize) {
  const std::string packed = Compress(GetParam(), Capture({"one", "two"}));
  for (const std::size_t step : {1U, 2U, 7U, 100U}) {
    const Read read = ReadCompressed(packed, step);
    EXPECT_EQ(read.frames, (std::vector<std::string>{"one", "two"})) << step;
    EXPECT_EQ(read.end, End::kStop) << read.reason;
  }
}

TEST_P(CompressedInput, TwoFilesOneBehindTheOther) {
  const std::string packed =
      Compress(GetParam(), Capture({"one"})) + Compress(GetParam(), Capture({"two"}));
  const Read read = ReadCompressed(packed);
  EXPECT_EQ(read.frames, (std::vector<std::string>{"one", "two"})) << read.reason;
  EXPECT_EQ(read.end, End::kStop);
}

// Cut anywhere it is a capture still being written or whose writer was killed: no error.
TEST_P(CompressedInput, CutAnywhereKeepsWholeFrames) {
  const std::string packed = PackedFrames(GetParam());
  std::vector<std::size_t> cuts;
  for (std::size_t cut = 24; cut < 64; ++cut) cuts.push_back(cut);
  for (std::size_t tail = 1; tail < 16; ++tail) cuts.push_back(packed.size() - tail);
  std::mt19937 random(11);
  for (int i = 0; i < 20; ++i) cuts.push_back(64 + random() % (packed.size() - 64));
  const auto ratio = static_cast<double>(SizeOf(SomeFrames())) / static_cast<double>(packed.size());
  for (const std::size_t cut : cuts) {
    const Read read = ReadCompressed(packed.substr(0, cut));
    // When only a checksum is missing all is there, STOP included.
    const bool all = read.frames.size() == SomeFrames().size();
    ASSERT_TRUE(read.end == End::kCut || (all && read.end == End::kStop))
        << cut << " of " << packed.size() << ": " << read.reason;
    ASSERT_TRUE(IsPrefix(read.frames, SomeFrames())) << cut;
    // All but the last portion was given, and the block that bzip2 needs whole.
    const double unpacked = static_cast<double>(cut) * ratio;
    ASSERT_GT(static_cast<double>(SizeOf(read.frames) + 2 * kPortion), unpacked) << cut;
  }
}

// Too short to tell one format from another, or from rubbish: refused or cut, but never a frame.
TEST_P(CompressedInput, CutInTheFirstBytes) {
  const std::string packed = PackedFrames(GetParam());
  for (std::size_t cut = 0; cut < 24; ++cut) {
    const Read read = ReadCompressed(packed.substr(0, cut));
    EXPECT_TRUE(read.frames.empty());
    EXPECT_TRUE(read.end == End::kCut || read.end == End::kForeign) << cut;
    EXPECT_FALSE(read.reason.empty());
  }
}

// As a capture that was compressed before its first byte was written. Libarchive's writer of lz4
// crashes over nothing: these bytes are the lz4 program's.
TEST_P(CompressedInput, OfNothingIsCutAtItsStart) {
  const std::string by_lz4("\x04\x22\x4d\x18\x64\x40\xa7\x00\x00\x00\x00\x05\x5d\xcc\x02", 15);
  const bool lz4 = std::string_view(GetParam()) == "lz4";
  const Read read = ReadCompressed(lz4 ? by_lz4 : Compress(GetParam(), ""));
  EXPECT_TRUE(read.frames.empty());
  EXPECT_EQ(read.end, End::kCut) << read.reason;
}

// Wide enough to hit what no decoder can pass over. What came before is good, but for the last
// portion; a checksum at the end of a block comes too late for what the block gave.
TEST_P(CompressedInput, DamagedInTheMiddleIsMalformed) {
  const std::string packed = PackedFrames(GetParam());
  const std::string whole = Capture(SomeFrames());
  constexpr std::size_t kDamaged = 140'000;
  std::string damaged = packed;
  const std::size_t at = packed.size() - kDamaged - 1000;
  std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(at), kDamaged, '\xff');
  auto input = Unpack(std::make_unique<MemoryInput>(damaged));
  ASSERT_TRUE(input.ok());
  std::vector<std::uint8_t> some(1000);
  std::string all;
  auto got = (*input)->Read(some);
  for (; got.ok() && *got > 0; got = (*input)->Read(some))
    AppendBytes(all, Bytes(some).first(*got));
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.status().code(), Code::kMalformed);
  EXPECT_NE(got.status().message().find("damaged"), std::string::npos) << got.status().message();
  const std::size_t good = whole.size() * at / packed.size();
  const std::size_t expected = good > 2 * kPortion ? good - 2 * kPortion : 0;
  EXPECT_EQ(all.substr(0, expected), whole.substr(0, expected));
  got = (*input)->Read(some);  // no more will come
  EXPECT_TRUE(got.ok() && *got == 0);
}

TEST_P(CompressedInput, DamagedInTheMiddleIsNoGoodEnd) {
  std::string damaged = PackedFrames(GetParam());
  std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(damaged.size() / 2), 140'000, '\xff');
  const Read read = ReadCompressed(damaged);
  EXPECT_EQ(read.end, End::kBroken) << read.reason;
  EXPECT_LT(read.frames.size(), SomeFrames().size());
}

TEST_P(CompressedInput, CompressedRubbishIsForeign) {
  const Read read = ReadCompressed(Compress(GetParam(), std::string(5000, 'x')));
  EXPECT_TRUE(read.frames.empty());
  EXPECT_EQ(read.end, End::kForeign);
}

TEST_P(CompressedInput, AFailureOfTheSystemIsNoDamage) {
  const std::string packed = PackedFrames(GetParam());
  for (const std::size_t cut : {std::size_t{0}, std::size_t{5}, packed.size() / 2}) {
    auto input = Unpack(
        std::make_unique<MemoryInput>(packed.substr(0, cut), 1U << 30, Status::Io("disk gone")));
    const Status status = input.ok() ? (*input)->Skip(~std::uint64_t{0}).status() : input.status();
    EXPECT_EQ(status.code(), Code::kIo) << cut;
    EXPECT_EQ(status.message(), "disk gone") << cut;
  }
}

// Whatever is flipped: an end is reached, and no frame is made up without a word.
TEST_P(CompressedInput, RandomDamageIsSurvived) {
  const std::string packed = Compress(GetParam(), Capture({"one", "two", "three"}));
  std::mt19937 random(12);
  for (int trial = 0; trial < 300; ++trial) {
    std::string damaged = packed;
    damaged[random() % damaged.size()] ^= static_cast<char>(1U << random() % 8);
    const Read read = ReadCompressed(damaged);
    EXPECT_NE(read.end, End::kNone);
    // lz4's checksum stands behind the data that it covers.
    EXPECT_TRUE(read.frames.size() <= 3 || read.end == End::kBroken) << read.frames.size();
  }
}

INSTANTIATE_TEST_SUITE_P(EachFormat, CompressedInput, ::testing::ValuesIn(kCompressions),
                         [](const auto& format) { return std::string(format.param); });

TEST(CompressedInputAlone, UncompressedRubbishIsRefused) {
  const auto input = Unpack(std::make_unique<MemoryInput>("not compressed at all, by any means"));
  ASSERT_FALSE(input.ok());
  EXPECT_EQ(input.status().code(), Code::kMalformed);
}

// A small file that unpacks to a large one is read as a stream, and costs no memory.
TEST(CompressedInputAlone, BombsAreForeign) {
  const std::string packed = Compress("gzip", Compress("gzip", std::string(50U << 20, 'x')));
  const Read read = ReadCompressed(packed);
  EXPECT_TRUE(read.frames.empty());
  EXPECT_EQ(read.end, End::kForeign);
}

// A file says how much memory it takes to unpack it, up to 4 GiB.
TEST(Xz, AFileThatTakesTooMuchMemoryIsTold) {
  const std::string capture = Capture({"a", "b"});
  const auto packed = [&capture](std::uint32_t dictionary) {
    lzma_options_lzma options;
    EXPECT_FALSE(lzma_lzma_preset(&options, 0));
    options.dict_size = dictionary;
    const lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
    lzma_stream stream = LZMA_STREAM_INIT;
    EXPECT_EQ(lzma_stream_encoder(&stream, filters, LZMA_CHECK_CRC32), LZMA_OK);
    std::string out(1 << 16, '\0');
    stream.next_in = reinterpret_cast<const std::uint8_t*>(capture.data());
    stream.avail_in = capture.size();
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream.avail_out = out.size();
    EXPECT_EQ(lzma_code(&stream, LZMA_FINISH), LZMA_STREAM_END);
    out.resize(out.size() - stream.avail_out);
    lzma_end(&stream);
    return out;
  };
  auto fine = Unpack(std::make_unique<MemoryInput>(packed(64U << 20)));  // as xz -9
  ASSERT_TRUE(fine.ok());
  std::vector<std::uint8_t> some(1000);
  auto got = (*fine)->Read(some);
  ASSERT_TRUE(got.ok()) << got.status().message();
  EXPECT_EQ(*got, capture.size());
  // Whole blocks before it are good.
  for (const std::string& before : {std::string(), packed(1U << 20)}) {
    auto input = Unpack(std::make_unique<MemoryInput>(before + packed(128U << 20)));
    ASSERT_TRUE(input.ok());
    got = (*input)->Read(some);
    if (!before.empty()) {
      ASSERT_TRUE(got.ok());
      EXPECT_EQ(*got, capture.size());
      got = (*input)->Read(some);
    }
    ASSERT_FALSE(got.ok());
    EXPECT_EQ(got.status().code(), Code::kIo);
    EXPECT_NE(got.status().message().find("MiB to unpack, and may take 96"), std::string::npos)
        << got.status().message();
  }
}

// A zstd frame says how large a window it takes, up to 3.75 TiB. Source: RFC 8878, 3.1.1.1.2.
TEST(Zstd, AFileThatTakesTooMuchMemoryIsTold) {
  const std::string capture = Capture({"a", "b"});
  const auto packed = [&capture](unsigned window_log) {
    constexpr unsigned kLeastLog = 10;
    const auto last_raw_block = static_cast<std::uint32_t>(capture.size()) << 3 | 1;
    std::string out("\x28\xb5\x2f\xfd\0", 5);  // no checksum, no content size
    out += static_cast<char>((window_log - kLeastLog) << 3);
    for (unsigned i = 0; i < 3; ++i) out += static_cast<char>(last_raw_block >> (8 * i));
    return out + capture;
  };
  EXPECT_EQ(ReadCompressed(packed(27)).frames, (std::vector<std::string>{"a", "b"}));
  for (const unsigned window_log : {28U, 31U, 41U}) {
    const auto input = Unpack(std::make_unique<MemoryInput>(packed(window_log)));
    ASSERT_FALSE(input.ok()) << window_log;
    EXPECT_EQ(input.status().code(), Code::kIo);
    EXPECT_NE(input.status().message().find("may take 128"), std::string::npos)
        << input.status().message();
  }
}

}  // namespace
}  // namespace pdns::frame
