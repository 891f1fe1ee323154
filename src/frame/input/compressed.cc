// Tells the compression, layer after layer, until what comes out is none.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "frame/input/bzip2.h"
#include "frame/input/gzip.h"
#include "frame/input/input.h"
#include "frame/input/lz4.h"
#include "frame/input/xz.h"
#include "frame/input/zstd.h"

namespace pdns::frame {
namespace {

// What was read to look at it, and then the rest.
class Replayed final : public Input {
 public:
  Replayed(std::string head, std::unique_ptr<Input> rest)
      : head_(std::move(head)), rest_(std::move(rest)) {}

  Result<std::size_t> Read(std::span<std::uint8_t> into) override {
    if (head_.empty()) return rest_->Read(into);
    const std::size_t n = std::min(into.size(), head_.size());
    std::copy_n(head_.begin(), n, into.begin());
    head_.erase(0, n);
    return n;
  }
  std::string cut() const override { return rest_->cut(); }
  std::uint64_t consumed() const override { return rest_->consumed(); }
  bool reopenable() const override { return rest_->reopenable(); }

 private:
  std::string head_;
  std::unique_ptr<Input> rest_;
};

// An input with memory of its own, given back behind it.
class Alone final : public Input {
 public:
  Result<std::size_t> Read(std::span<std::uint8_t> into) override { return input_->Read(into); }
  Result<std::uint64_t> Skip(std::uint64_t n) override { return input_->Skip(n); }
  std::string cut() const override { return input_->cut(); }
  std::uint64_t consumed() const override { return input_->consumed(); }
  bool reopenable() const override { return input_->reopenable(); }

  UnpackShare& share() { return share_; }
  void Hold(std::unique_ptr<Input> input) { input_ = std::move(input); }

 private:
  UnpackMemory memory_{kUnpackAlone,
                       "compress it anew, with a window of 64 MiB (xz) or 128 MiB (zstd) at most"};
  UnpackShare share_{memory_, nullptr};
  std::unique_ptr<Input> input_;
};

// One compression: how it begins, and what unpacks it.
struct Format {
  bool (*recognizes)(Bytes head);
  std::unique_ptr<Input> (*make)(std::unique_ptr<Input> raw, UnpackShare& share);
  bool skips = false;  // its data may begin with skippable frames
};

constexpr auto kFormats = std::to_array<Format>({
    {IsGzip, MakeGzipInput},
    {IsBzip2, MakeBzip2Input},
    {IsXz, MakeXzInput},
    {IsZstd, MakeZstdInput, true},
    {IsLz4, MakeLz4Input, true},
});

// The longest that is looked at.
constexpr std::size_t kMagic = std::max({kGzipHeader, kBzip2Head, kXzMagic, kZstdMagic, kLz4Head});

// Until `head` has kMagic bytes, or there are no more.
Status ReadHead(Input& input, std::string& head) {
  std::array<std::uint8_t, kMagic> some{};
  while (head.size() < kMagic) {
    const auto got = input.Read(std::span(some).first(kMagic - head.size()));
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    AppendBytes(head, Bytes(some).first(*got));
  }
  return {};
}

// The whole of a skippable frame, header included, whose first bytes are `head`. zstd and lz4 have
// them in common. Source: RFC 8878, 3.1.2; pzstd puts one in front of each frame.
std::optional<std::uint64_t> SkippableSize(Bytes head) {
  constexpr std::array<std::uint8_t, 3> kBehindFirst{0x2a, 0x4d, 0x18};
  constexpr std::size_t kHeader = 8;
  if (head.size() < kHeader || head[0] >> 4 != 5 ||
      !std::equal(kBehindFirst.begin(), kBehindFirst.end(), head.begin() + 1)) {
    return std::nullopt;
  }
  std::uint64_t size = 0;
  for (unsigned i = 0; i < 4; ++i) size |= std::uint64_t{head[4 + i]} << (8 * i);
  return kHeader + size;
}

// The first bytes behind any skippable frames. Passing over frames takes no memory, and no longer
// than reading them.
struct Head {
  std::string bytes;
  bool skipped = false;  // there was a skippable frame in front
};

Result<Head> PassSkippable(Input& input) {
  Head head;
  while (true) {
    if (Status status = ReadHead(input, head.bytes); !status.ok()) return status;
    const auto size = SkippableSize(AsBytes(head.bytes));
    if (!size.has_value()) return head;
    head.skipped = true;
    const std::uint64_t held = std::min<std::uint64_t>(*size, head.bytes.size());
    head.bytes.erase(0, held);
    const auto skipped = input.Skip(*size - held);
    if (!skipped.ok()) return skipped.status();
  }
}

const Format* FormatOf(const Head& head) {
  for (const Format& one : kFormats)
    if (one.recognizes(AsBytes(head.bytes)) && (one.skips || !head.skipped)) return &one;
  return nullptr;
}

// What is not compressed, or not in a known way.
Result<std::unique_ptr<Input>> Uncompressed(Head head, std::unique_ptr<Input> rest, int layers) {
  if (head.skipped && head.bytes.size() == kMagic)
    return Status::Malformed("skippable frames of zstd or lz4 are followed by something else");
  if (head.skipped) head.bytes.clear();  // cut off: nothing was in it so far
  if (layers == 0 && !head.skipped) {
    return Status::Malformed(
        "neither a Frame Streams file nor compressed (gzip, bzip2, xz, zstd, lz4)");
  }
  return std::unique_ptr<Input>(std::make_unique<Replayed>(std::move(head.bytes), std::move(rest)));
}

Result<std::unique_ptr<Input>> UnpackAll(std::unique_ptr<Input> raw, UnpackShare& share) {
  for (int layers = 0;; ++layers) {
    auto head = PassSkippable(*raw);
    if (!head.ok()) return head.status();
    const Format* const format = FormatOf(*head);
    if (format == nullptr) return Uncompressed(std::move(*head), std::move(raw), layers);
    if (layers == kMostLayers) {
      return Status::Malformed(
          fmt::format("more than {} compressions in one another", kMostLayers));
    }
    raw = format->make(std::make_unique<Replayed>(head->bytes, std::move(raw)), share);
    if (format->recognizes == IsXz) return raw;  // what lies in xz is not looked at
  }
}

}  // namespace

Result<std::unique_ptr<Input>> Unpack(std::unique_ptr<Input> raw, UnpackShare* share) {
  if (share != nullptr) return UnpackAll(std::move(raw), *share);
  auto alone = std::make_unique<Alone>();
  auto input = UnpackAll(std::move(raw), alone->share());
  if (!input.ok()) return input;
  alone->Hold(std::move(*input));
  return std::unique_ptr<Input>(std::move(alone));
}

}  // namespace pdns::frame
