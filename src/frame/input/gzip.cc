#include "frame/input/gzip.h"

#define ZLIB_CONST  // for input that is not written to
#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "frame/input/packed.h"

namespace pdns::frame {
namespace {

// zlib takes 7 KiB and a window of 32 KiB, and the block of packed bytes 128 KiB.
constexpr std::size_t kMemory = 1U << 20;
constexpr std::array<std::uint8_t, 3> kMagic{0x1f, 0x8b, 8};  // the last one: deflate

class GzipInput final : public PackedInput {
 public:
  GzipInput(std::unique_ptr<Input> raw, UnpackShare& share)
      : PackedInput(std::move(raw), "gzip", kGzipHeader), share_(share) {}
  ~GzipInput() override {
    if (begun_) inflateEnd(&stream_);
  }
  GzipInput(const GzipInput&) = delete;
  GzipInput& operator=(const GzipInput&) = delete;

 private:
  bool MayBegin(Bytes head) const override {
    const std::size_t n = std::min(head.size(), kMagic.size());
    return std::equal(kMagic.begin(), kMagic.begin() + n, head.begin());
  }

  Result<bool> Begin(Bytes /*head*/) override {
    constexpr int kGzipAlone = 16;
    if (begun_) {
      inflateReset(&stream_);
      return true;
    }
    auto grown = share_.Grow("gzip", kMemory);
    if (!grown.ok() || !*grown) return grown;
    begun_ = inflateInit2(&stream_, kGzipAlone + MAX_WBITS) == Z_OK;
    if (!begun_) return Status::Io("gzip: no memory for its decoder");
    return true;
  }

  Step Unpack(Bytes packed, std::span<std::uint8_t> into) override {
    constexpr std::size_t kMost = 1U << 30;  // zlib counts by 32 bits
    stream_.next_in = packed.data();
    stream_.avail_in = static_cast<uInt>(std::min(packed.size(), kMost));
    stream_.next_out = into.data();
    stream_.avail_out = static_cast<uInt>(std::min(into.size(), kMost));
    const int got = inflate(&stream_, Z_NO_FLUSH);
    Step step;
    step.read = static_cast<std::size_t>(stream_.next_in - packed.data());
    step.written = static_cast<std::size_t>(stream_.next_out - into.data());
    step.ended = got == Z_STREAM_END;
    if (got == Z_MEM_ERROR) {
      step.fault = Status::Io("gzip: no memory for its decoder");
    } else if (got != Z_OK && got != Z_STREAM_END && got != Z_BUF_ERROR) {
      step.fault = Status::Malformed(stream_.msg != nullptr ? stream_.msg : "no reason given");
    }
    return step;
  }

  UnpackShare& share_;
  z_stream stream_{};
  bool begun_ = false;
};

}  // namespace

bool IsGzip(Bytes head) {
  constexpr std::uint8_t kReservedFlags = 0xe0;
  return head.size() >= kGzipHeader && std::equal(kMagic.begin(), kMagic.end(), head.begin()) &&
         (head[kMagic.size()] & kReservedFlags) == 0;
}

std::unique_ptr<Input> MakeGzipInput(std::unique_ptr<Input> raw, UnpackShare& share) {
  return std::make_unique<GzipInput>(std::move(raw), share);
}

}  // namespace pdns::frame
