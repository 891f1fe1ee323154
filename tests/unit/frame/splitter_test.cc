#include "frame/splitter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "unit/support/frame_stream.h"

namespace pdns::frame {
namespace {

using pdns::testing::DataFrame;
using pdns::testing::RawControl;
using pdns::testing::StartFrame;
using pdns::testing::U32;

struct Cut {
  Piece piece;
  std::string payload;
  std::uint64_t position;

  friend bool operator==(const Cut&, const Cut&) = default;
};

void Push(Splitter& splitter, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = splitter.Room();
    ASSERT_FALSE(room.empty());
    const std::size_t n = std::min(room.size(), bytes.size());
    std::copy_n(bytes.begin(), n, room.begin());
    splitter.Filled(n);
    bytes.remove_prefix(n);
  }
}

// All pieces that are whole; a broken stream ends with one kBroken.
std::vector<Cut> Pieces(Splitter& splitter) {
  std::vector<Cut> cuts;
  while (true) {
    const Piece piece = splitter.Next();
    if (piece == Piece::kNeedMore) return cuts;
    const bool broken = piece == Piece::kBroken;
    cuts.push_back(
        {piece, broken ? "" : std::string(AsText(splitter.payload())), splitter.position()});
    if (broken) return cuts;
  }
}

std::vector<Cut> PushAll(Splitter& splitter, std::string_view bytes, std::size_t step) {
  std::vector<Cut> cuts;
  while (!bytes.empty()) {
    const std::size_t n = std::min(step, bytes.size());
    Push(splitter, bytes.substr(0, n));
    for (Cut& cut : Pieces(splitter)) cuts.push_back(std::move(cut));
    bytes.remove_prefix(n);
  }
  return cuts;
}

const std::string kStream = StartFrame() + DataFrame("a") + DataFrame(std::string(5000, 'b')) +
                            RawControl("") + DataFrame("c") + RawControl(std::string(512, 'd'));

std::vector<Cut> Expected() {
  const std::string start = StartFrame();
  std::vector<Cut> cuts{{Piece::kControl, start.substr(8), start.size()}};
  const auto add = [&cuts](Piece piece, std::string payload) {
    const std::uint64_t header = piece == Piece::kData ? 4 : 8;
    const std::uint64_t position = cuts.back().position + header + payload.size();
    cuts.push_back({piece, std::move(payload), position});
  };
  add(Piece::kData, "a");
  add(Piece::kData, std::string(5000, 'b'));
  add(Piece::kControl, "");
  add(Piece::kData, "c");
  add(Piece::kControl, std::string(512, 'd'));
  return cuts;
}

TEST(Splitter, ByteByByteAndInPortionsTheSame) {
  for (const std::size_t step : {1U, 2U, 3U, 7U, 1000U, 4096U, 100'000U}) {
    for (const std::size_t read_size : {1U, 64U, 4096U, 1U << 20}) {
      Splitter splitter(read_size);
      EXPECT_EQ(PushAll(splitter, kStream, step), Expected()) << step << " " << read_size;
      EXPECT_EQ(splitter.held(), 0U);
      EXPECT_EQ(splitter.position(), kStream.size());
    }
  }
}

TEST(Splitter, AtEveryCutOnlyWholePieces) {
  const auto expected = Expected();
  for (std::size_t cut = 0; cut <= kStream.size(); ++cut) {
    Splitter splitter(4096);
    const auto first = PushAll(splitter, std::string_view(kStream).substr(0, cut), cut + 1);
    const auto whole = std::count_if(expected.begin(), expected.end(),
                                     [cut](const Cut& one) { return one.position <= cut; });
    ASSERT_EQ(first.size(), static_cast<std::size_t>(whole)) << cut;
    ASSERT_EQ(splitter.position() + splitter.held(), cut);
    // The rest completes it.
    const auto rest = PushAll(splitter, std::string_view(kStream).substr(cut), kStream.size());
    ASSERT_EQ(first.size() + rest.size(), expected.size()) << cut;
    ASSERT_TRUE(std::equal(rest.begin(), rest.end(), expected.begin() + whole)) << cut;
  }
}

TEST(Splitter, TheLongestDataFrame) {
  const std::string longest(kMaxFrameLength, 'x');
  Splitter splitter(4096);
  const auto cuts = PushAll(splitter, DataFrame(longest) + DataFrame("y"), 10'000);
  ASSERT_EQ(cuts.size(), 2U);
  EXPECT_EQ(cuts[0].payload, longest);
  EXPECT_EQ(cuts[1].payload, "y");
}

TEST(Splitter, LengthsBeyondTheLimitsBreakTheStreamAtOnce) {
  static_assert(kMaxFrameLength == 1U << 20 && kMaxControlLength == 512);
  for (const std::string& header :
       {U32(kMaxFrameLength + 1), U32(0x7fffffff), U32(0x80000000), U32(0xffffffff),
        U32(0) + U32(kMaxControlLength + 1), U32(0) + U32(0xffffffff)}) {
    Splitter splitter(4096);
    const auto cuts = PushAll(splitter, DataFrame("good") + header, 100'000);
    ASSERT_EQ(cuts.size(), 2U);
    EXPECT_EQ(cuts[0].payload, "good");
    EXPECT_EQ(cuts[1].piece, Piece::kBroken);
    EXPECT_EQ(splitter.position(), 8U);  // before the length
    Push(splitter, DataFrame("later"));
    EXPECT_EQ(splitter.Next(), Piece::kBroken);
    EXPECT_EQ(splitter.Next(), Piece::kBroken);
  }
}

TEST(Splitter, MemoryIsOneFrameWhateverIsClaimed) {
  Splitter splitter(64U << 10);
  Push(splitter, U32(kMaxFrameLength));
  ASSERT_EQ(splitter.Next(), Piece::kNeedMore);
  std::size_t room = 0;
  for (int i = 0; i < 100; ++i) room = splitter.Room().size();
  EXPECT_LE(room, kMaxFrameLength + 4);
}

TEST(Splitter, IdlePeersAreCheap) {
  Splitter splitter(1U << 20);
  EXPECT_LE(splitter.Room().size(), 4096U);
}

// Jumps to every later position, with every amount held at the time.
TEST(Splitter, JumpOverHeldAndNotHeldBytes) {
  const std::string first = DataFrame("first");
  const std::string middle = DataFrame(std::string(50, 'm'));
  const std::string last = DataFrame("last");
  const std::string stream = first + middle + last;
  for (std::size_t held = 0; held <= middle.size() + last.size(); ++held) {
    Splitter splitter(4096);
    Push(splitter, stream.substr(0, first.size() + held));
    ASSERT_EQ(splitter.Next(), Piece::kData);
    static_cast<void>(splitter.payload());
    const std::uint64_t skip = splitter.Jump(middle.size());
    ASSERT_EQ(skip, middle.size() - std::min(held, middle.size()));
    ASSERT_EQ(splitter.position(), first.size() + middle.size());
    const std::size_t next = first.size() + held + skip;
    Push(splitter, stream.substr(next));
    const auto cuts = Pieces(splitter);
    ASSERT_EQ(cuts.size(), 1U) << held;
    ASSERT_EQ(cuts[0], (Cut{Piece::kData, "last", stream.size()})) << held;
  }
}

TEST(Splitter, JumpFromWithinAPieceForgetsItsLength) {
  Splitter splitter(4096);
  Push(splitter, U32(1000) + "abc");
  ASSERT_EQ(splitter.Next(), Piece::kNeedMore);  // now it waits for 1004 bytes
  EXPECT_EQ(splitter.Jump(1004), 997U);
  Push(splitter, DataFrame("z"));
  EXPECT_EQ(Pieces(splitter), (std::vector<Cut>{{Piece::kData, "z", 1009}}));
}

TEST(Splitter, JumpByNothing) {
  Splitter splitter(4096);
  EXPECT_EQ(splitter.Jump(0), 0U);
  Push(splitter, DataFrame("z"));
  EXPECT_EQ(splitter.Jump(0), 0U);
  EXPECT_EQ(Pieces(splitter).size(), 1U);
}

// Any bytes, in any portions: the portions do not matter, and what is cut lies in the stream.
TEST(Splitter, RandomStreams) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 300; ++trial) {
    std::string stream;
    for (int i = 0; i < 30; ++i) {
      switch (random() % 12) {
        case 0:
          stream += RawControl(std::string(random() % 514, 'c'));
          break;
        case 1:
          stream += U32(static_cast<std::uint32_t>(random() % (1U << 21)));
          break;
        default:
          stream += DataFrame(std::string(1 + random() % 300, 'd'));
      }
    }
    Splitter one(64);
    Splitter other(4096);
    const auto portions = PushAll(one, stream, 1 + random() % 50);
    const auto whole = PushAll(other, stream, stream.size());
    // A broken stream says so again with each portion.
    const auto end = std::find_if(portions.begin(), portions.end(),
                                  [](const Cut& cut) { return cut.piece == Piece::kBroken; });
    const auto size = end - portions.begin() + (end == portions.end() ? 0 : 1);
    ASSERT_EQ(std::vector<Cut>(portions.begin(), portions.begin() + size), whole);
    for (const Cut& cut : whole) {
      if (cut.piece == Piece::kBroken) break;
      ASSERT_EQ(stream.substr(cut.position - cut.payload.size(), cut.payload.size()), cut.payload);
    }
  }
}

// A reader of files asked the system once every 4 KiB before.
TEST(Splitter, RoomGrowsWhileReadsFillItAndNotElse) {
  constexpr std::size_t kReadSize = 256U << 10;
  const std::string frames = [] {
    std::string bytes;
    for (int i = 0; i < 5000; ++i) bytes += DataFrame(std::string(300, 'x'));
    return bytes;
  }();
  Splitter pouring(kReadSize);
  Splitter trickling(kReadSize);
  std::size_t reads = 0;
  for (std::string_view left = frames; !left.empty(); ++reads) {
    const auto room = pouring.Room();
    const std::size_t n = std::min(room.size(), left.size());
    std::copy_n(left.begin(), n, room.begin());
    pouring.Filled(n);
    left.remove_prefix(n);
    Pieces(pouring);
  }
  EXPECT_LT(reads, frames.size() / kReadSize + 10);
  EXPECT_GE(pouring.Room().size(), kReadSize / 2);
  PushAll(trickling, frames, 3000);
  EXPECT_LE(trickling.Room().size(), 4096U);
}

// A length is foreign: what it announces is no reason to take memory for it.
TEST(Splitter, MemoryFollowsWhatCameNotWhatIsAnnounced) {
  Splitter splitter(256U << 10);
  Push(splitter, U32(kMaxFrameLength) + "a little");
  EXPECT_TRUE(Pieces(splitter).empty());
  splitter.Room();
  EXPECT_LE(splitter.memory(), 8192U);
}

TEST(Splitter, TrimmedItGoesOnWhereItWas) {
  const std::string big(100'000, 'b');
  const std::string stream = StartFrame() + DataFrame(big) + DataFrame("last");
  for (const std::size_t cut : {std::size_t{0}, std::size_t{3}, StartFrame().size(),
                                StartFrame().size() + 2, std::size_t{50'000}, stream.size() - 1}) {
    Splitter splitter(256U << 10);
    auto cuts = PushAll(splitter, std::string_view(stream).substr(0, cut), 20'000);
    const std::size_t held = splitter.held();
    splitter.Trim();
    EXPECT_EQ(splitter.held(), held);
    EXPECT_EQ(splitter.memory(), held);
    EXPECT_EQ(splitter.rest().size(), held);
    for (const Cut& one : PushAll(splitter, std::string_view(stream).substr(cut), 20'000))
      cuts.push_back(one);
    ASSERT_EQ(cuts.size(), 3U) << cut;
    EXPECT_EQ(cuts[1].payload, big);
    EXPECT_EQ(cuts[2].payload, "last");
    EXPECT_EQ(cuts[2].position, stream.size());
  }
}

}  // namespace
}  // namespace pdns::frame
