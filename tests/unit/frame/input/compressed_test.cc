// Compressed captures: what becomes of whole, cut and damaged data of each format.
#include <gtest/gtest.h>
#include <lzma.h>
#define ZSTD_STATIC_LINKING_ONLY  // for ZSTD_getFrameHeader
#include <zstd.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "frame/input/input.h"
#include "frame/input/zstd.h"
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

// A block of lz4, zstd or bzip2, of which nothing comes out when it is cut or damaged.
constexpr std::size_t kBlock = 128U << 10;

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

// Their capture, in several blocks of each format.
const std::string& PackedFrames(const std::string& format) {
  static std::map<std::string, std::string> packed;
  std::string& bytes = packed[format];
  if (!bytes.empty()) return bytes;
  const char* options = format == "bzip2" ? "bzip2:compression-level=1"
                        : format == "lz4" ? "lz4:block-size=4,lz4:block-checksum=1"
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
    ASSERT_EQ(read.end, End::kCut) << cut << " of " << packed.size() << ": " << read.reason;
    ASSERT_TRUE(IsPrefix(read.frames, SomeFrames())) << cut;
    // All but the last block was given.
    const double unpacked = static_cast<double>(cut) * ratio;
    ASSERT_GT(static_cast<double>(SizeOf(read.frames) + 2 * kBlock), unpacked) << cut;
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
// block; a checksum at the end of a block comes too late for what the block gave.
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
  const std::size_t expected = good > 2 * kBlock ? good - 2 * kBlock : 0;
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

// The header of each format is read before anything is allocated for it.
TEST_P(CompressedInput, TakesNothingThatIsNotGranted) {
  const std::string packed = PackedFrames(GetParam());
  UnpackMemory memory(100U << 10, "find more");
  UnpackShare share(memory, nullptr);
  auto input = Unpack(std::make_unique<MemoryInput>(packed), &share);
  std::vector<std::uint8_t> some(1000);
  const Status status = input.ok() ? (*input)->Read(some).status() : input.status();
  EXPECT_EQ(status.code(), Code::kIo);
  EXPECT_TRUE(status.message().starts_with(GetParam())) << status.message();
  EXPECT_TRUE(status.message().ends_with("find more")) << status.message();
  EXPECT_EQ(memory.peak(), 0U);
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

// A compression of what is compressed already: each takes its memory, and there is an end.
TEST(CompressedInputAlone, LayersAreCountedAndBounded) {
  const std::string capture = Capture({"one", "two"});
  std::string packed = Compress("zstd", capture);
  for (int layers = 1; layers <= kMostLayers + 1; ++layers) {
    const Read read = ReadCompressed(packed, 1);
    if (layers > kMostLayers) {
      EXPECT_EQ(read.end, End::kForeign);
      EXPECT_NE(read.reason.find("compressions in one another"), std::string::npos) << read.reason;
    } else {
      EXPECT_EQ(read.frames, (std::vector<std::string>{"one", "two"})) << read.reason;
      EXPECT_EQ(read.end, End::kStop);
    }
    packed = Compress(kCompressions.at(layers % 2 == 0 ? 0 : 4), packed);  // gzip, lz4
  }
  UnpackMemory memory(1U << 30, "");
  UnpackShare share(memory, nullptr);
  std::string thrice = capture;
  for (const char* format : {"bzip2", "bzip2", "bzip2"}) thrice = Compress(format, thrice);
  EXPECT_EQ(ReadFrames(Unpack(std::make_unique<MemoryInput>(thrice), &share)).frames.size(), 2U);
  EXPECT_EQ(memory.peak(), 3 * (5U << 20));
}

constexpr std::size_t kMost = 96U << 20;

std::string WithXzDictionary(const std::string& bytes, std::uint32_t dictionary) {
  lzma_options_lzma options;
  EXPECT_FALSE(lzma_lzma_preset(&options, 0));
  options.dict_size = dictionary;
  const lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  lzma_stream stream = LZMA_STREAM_INIT;
  EXPECT_EQ(lzma_stream_encoder(&stream, filters, LZMA_CHECK_CRC32), LZMA_OK);
  std::string out(1 << 16, '\0');
  stream.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  stream.avail_in = bytes.size();
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  stream.avail_out = out.size();
  EXPECT_EQ(lzma_code(&stream, LZMA_FINISH), LZMA_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  lzma_end(&stream);
  return out;
}

// One raw block behind a header with a window of its own.
std::string WithZstdWindow(const std::string& bytes, unsigned window_log) {
  constexpr unsigned kLeastLog = 10;
  const auto last_raw_block = static_cast<std::uint32_t>(bytes.size()) << 3 | 1;
  std::string out("\x28\xb5\x2f\xfd\0", 5);  // no checksum, no content size
  out += static_cast<char>((window_log - kLeastLog) << 3);
  for (unsigned i = 0; i < 3; ++i) out += static_cast<char>(last_raw_block >> (8 * i));
  return out + bytes;
}

// Frames before the one that takes too much are good; it is told then, and is no damage.
void ExpectTold(const std::string& small, const std::string& dear, const std::string& sentence) {
  for (const std::string& before : {std::string(), small}) {
    UnpackMemory memory(kMost, "give more");
    UnpackShare share(memory, nullptr);
    const Read read = ReadFrames(Unpack(std::make_unique<MemoryInput>(before + dear), &share));
    EXPECT_EQ(read.frames.size(), before.empty() ? 0U : 2U);
    EXPECT_EQ(read.end, before.empty() && read.end == End::kForeign ? End::kForeign : End::kFailed);
    EXPECT_NE(read.reason.find(sentence), std::string::npos) << read.reason;
    EXPECT_EQ(share.missed(), 0U);
    EXPECT_LE(memory.peak(), kMost);
  }
}

// A file says how much memory it takes to unpack it, up to 4 GiB.
TEST(Xz, AFileThatTakesTooMuchMemoryIsTold) {
  const std::string capture = Capture({"a", "b"});
  for (const std::uint32_t dictionary : {1U << 12, 1U << 20, 64U << 20}) {  // the last as xz -9
    UnpackMemory memory(kMost, "give more");
    UnpackShare share(memory, nullptr);
    const std::string packed = WithXzDictionary(capture, dictionary);
    const Read fine = ReadFrames(Unpack(std::make_unique<MemoryInput>(packed, 1), &share));
    EXPECT_EQ(fine.frames, (std::vector<std::string>{"a", "b"})) << fine.reason;
    EXPECT_GT(memory.peak(), dictionary);
    EXPECT_LT(memory.peak(), dictionary + (1U << 20));
  }
  const std::string small = WithXzDictionary(capture, 1U << 20);
  const std::string sentence = "MiB to unpack, and files may have 96 together; give more";
  ExpectTold(small, WithXzDictionary(capture, 96U << 20), "xz: it takes 97 " + sentence);
  ExpectTold(small, WithXzDictionary(capture, 1U << 30), "xz: it takes 1025 " + sentence);
}

// A zstd frame says how large a window it takes, up to 3.75 TiB. Source: RFC 8878, 3.1.1.1.2.
TEST(Zstd, AFileThatTakesTooMuchMemoryIsTold) {
  const std::string capture = Capture({"a", "b"});
  for (const unsigned window_log : {10U, 26U}) {
    UnpackMemory memory(kMost, "give more");
    UnpackShare share(memory, nullptr);
    const std::string packed = WithZstdWindow(capture, window_log);
    const Read fine = ReadFrames(Unpack(std::make_unique<MemoryInput>(packed, 1), &share));
    EXPECT_EQ(fine.frames, (std::vector<std::string>{"a", "b"})) << fine.reason;
    EXPECT_EQ(memory.peak(), (std::size_t{1} << window_log) + (1U << 20));
  }
  for (const unsigned window_log : {27U, 28U, 31U, 41U}) {
    const std::string needed = std::to_string((std::uint64_t{1} << (window_log - 20)) + 1);
    ExpectTold(
        WithZstdWindow(capture, 20), WithZstdWindow(capture, window_log),
        "zstd: it takes " + needed + " MiB to unpack, and files may have 96 together; give more");
  }
}

// Without a share, as pdns-tap reads.
TEST(Zstd, AloneThereIsEnoughForTheUsualOnes) {
  const std::string capture = Capture({"a", "b"});
  EXPECT_EQ(ReadCompressed(WithZstdWindow(capture, 27)).frames.size(), 2U);
  EXPECT_EQ(ReadCompressed(WithXzDictionary(capture, 64U << 20)).frames.size(), 2U);
  EXPECT_NE(ReadCompressed(WithZstdWindow(capture, 28)).reason.find("compress it anew"),
            std::string::npos);
}

// Makes the header of block `number` one that no block may have: where its type stands, bits 1 and
// 2, both set. Source: RFC 8878, 3.1.1.2. `zstd`: one frame without a size, its header 6 bytes.
void BreakBlock(std::string& zstd, int number) {
  std::size_t at = 6;
  for (int i = 0; i < number; ++i) {
    const auto byte = [&](std::size_t k) -> unsigned {
      return static_cast<std::uint8_t>(zstd.at(at + k));
    };
    const unsigned header = byte(0) | byte(1) << 8 | byte(2) << 16;
    ASSERT_EQ(header & 1, 0U) << "the last block";
    at += 3 + ((header >> 1 & 3) == 1 ? 1 : header >> 3);
  }
  zstd.at(at) = static_cast<char>(zstd.at(at) | 6);
}

// libzstd drops what a call unpacked before it met a fault: no call goes beyond one block.
TEST(Zstd, WhatLiesBeforeAFaultIsHandedOnHoweverItIsRead) {
  std::string bytes;
  while (bytes.size() < 6 * std::size_t{ZSTD_BLOCKSIZE_MAX}) bytes += std::to_string(bytes.size());
  std::string packed = Compress("zstd", bytes);
  ASSERT_NO_FATAL_FAILURE(BreakBlock(packed, 4));
  const std::string before = bytes.substr(0, 4 * std::size_t{ZSTD_BLOCKSIZE_MAX});
  for (const std::size_t step : {std::size_t{7}, std::size_t{4096}, packed.size()}) {
    for (const std::size_t room : {std::size_t{1000}, std::size_t{1} << 17, std::size_t{4} << 20}) {
      UnpackMemory memory(std::size_t{16} << 20, "");
      UnpackShare share(memory, nullptr);
      const auto input = MakeZstdInput(std::make_unique<testing::MemoryInput>(packed, step), share);
      std::vector<std::uint8_t> some(room);
      std::string unpacked;
      auto got = input->Read(some);
      for (; got.ok() && *got > 0; got = input->Read(some))
        unpacked.append(reinterpret_cast<const char*>(some.data()), *got);
      EXPECT_EQ(got.status().code(), Code::kMalformed) << step << " " << room;
      EXPECT_TRUE(unpacked == before) << step << " " << room << ": " << unpacked.size();
    }
  }
}

// The oracle is libzstd's own reader of headers, which its stable interface leaves out.
TEST(Zstd, WindowsAreThoseThatLibzstdReads) {
  std::mt19937 random(13);
  int good = 0;
  for (int trial = 0; trial < 20'000; ++trial) {
    std::string head("\x28\xb5\x2f\xfd", 4);
    while (head.size() < 5 + random() % (kMostZstdHeader + 3)) head += static_cast<char>(random());
    if (head.size() > 4 && trial % 4 != 0) head[4] &= '\xf7';  // the reserved bit
    if (trial % 7 == 0) head.replace(0, 4, std::string("\x5a\x2a\x4d\x18", 4));
    ZSTD_frameHeader expected;
    const std::size_t result = ZSTD_getFrameHeader(&expected, head.data(), head.size());
    const auto window = ZstdWindow(AsBytes(head));
    if (result != 0) continue;  // cut off, or what the decoder refuses
    ++good;
    ASSERT_TRUE(window.has_value()) << trial;
    const bool skippable = expected.frameType == ZSTD_skippableFrame;
    ASSERT_EQ(*window, skippable ? 0 : std::max<std::uint64_t>(expected.windowSize, 1024)) << trial;
  }
  EXPECT_GT(good, 5000);
}

TEST(Zstd, SkippableFramesAndManyFramesAreRead) {
  const std::string skippable("\x50\x2a\x4d\x18\x03\0\0\0xyz", 11);
  const std::string whole = Capture(SomeFrames());
  std::string packed;
  for (std::size_t at = 0; at < whole.size(); at += 5000)
    packed += WithZstdWindow(whole.substr(at, 5000), 13) + skippable;
  for (const std::size_t step : {1U, 17U, 4096U, 1U << 30}) {
    const Read read = ReadCompressed(packed, step);
    EXPECT_EQ(read.frames, SomeFrames());
    EXPECT_EQ(read.end, End::kStop) << read.reason;
  }
}

}  // namespace
}  // namespace pdns::frame
