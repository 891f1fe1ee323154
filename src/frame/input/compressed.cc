// Tells the compression, layer after layer, until what comes out is none.
#include <fmt/format.h>

#include <algorithm>
#include <array>
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
};

constexpr auto kFormats = std::to_array<Format>({
    {IsGzip, MakeGzipInput},
    {IsBzip2, MakeBzip2Input},
    {IsXz, MakeXzInput},
    {IsZstd, MakeZstdInput},
    {IsLz4, MakeLz4Input},
});

// The longest that is looked at.
constexpr std::size_t kMagic = std::max({kGzipHeader, kBzip2Head, kXzMagic, kZstdMagic, kLz4Head});

Result<std::string> ReadHead(Input& input) {
  std::string head;
  std::array<std::uint8_t, kMagic> some{};
  while (head.size() < kMagic) {
    const auto got = input.Read(std::span(some).first(kMagic - head.size()));
    if (!got.ok()) return got.status();
    if (*got == 0) break;
    AppendBytes(head, Bytes(some).first(*got));
  }
  return head;
}

Result<std::unique_ptr<Input>> UnpackAll(std::unique_ptr<Input> raw, UnpackShare& share) {
  for (int layers = 0;; ++layers) {
    auto head = ReadHead(*raw);
    if (!head.ok()) return head.status();
    auto whole = std::make_unique<Replayed>(*head, std::move(raw));
    const auto* const format =
        std::find_if(kFormats.begin(), kFormats.end(),
                     [&head](const Format& one) { return one.recognizes(AsBytes(*head)); });
    if (format == kFormats.end()) {
      if (layers > 0) return std::unique_ptr<Input>(std::move(whole));
      return Status::Malformed(
          "neither a Frame Streams file nor compressed (gzip, bzip2, xz, zstd, lz4)");
    }
    if (layers == kMostLayers) {
      return Status::Malformed(
          fmt::format("more than {} compressions in one another", kMostLayers));
    }
    raw = format->make(std::move(whole), share);
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
