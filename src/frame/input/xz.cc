#include "frame/input/xz.h"

#include <fmt/format.h>
#include <lzma.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace pdns::frame {
namespace {

constexpr std::size_t kBlock = 64U << 10;
// What liblzma takes before it has seen a block; its dictionaries begin at 4 KiB.
constexpr std::uint64_t kFirstLimit = 64U << 10;

class XzInput final : public Input {
 public:
  XzInput(std::unique_ptr<Input> raw, UnpackShare& share)
      : raw_(std::move(raw)), share_(share), block_(kBlock) {
    begun_ = lzma_stream_decoder(&stream_, kFirstLimit, LZMA_CONCATENATED);
  }
  ~XzInput() override { lzma_end(&stream_); }
  XzInput(const XzInput&) = delete;
  XzInput& operator=(const XzInput&) = delete;

  Result<std::size_t> Read(std::span<std::uint8_t> into) override {
    if (begun_ != LZMA_OK) return Status::Io("xz: no memory for its decoder");
    stream_.next_out = into.data();
    stream_.avail_out = into.size();
    while (!ended_ && stream_.avail_out == into.size()) {
      if (Status filled = Fill(); !filled.ok()) return filled;
      const lzma_ret got = lzma_code(&stream_, raw_ended_ ? LZMA_FINISH : LZMA_RUN);
      if (got == LZMA_OK || (got == LZMA_MEMLIMIT_ERROR && Allow())) continue;
      ended_ = true;
      // What was unpacked before a fault is handed on first; the next call tells of it.
      // Cut off is no fault: all that is whole counts.
      cut_ = got == LZMA_BUF_ERROR && raw_ended_;
      if (!cut_ && got != LZMA_STREAM_END && got != LZMA_MEMLIMIT_ERROR) fault_ = FaultOf(got);
    }
    const std::size_t done = into.size() - stream_.avail_out;
    if (done == 0 && !fault_.ok()) return std::exchange(fault_, {});
    return done;
  }

  std::string cut() const override {
    std::string outer = raw_->cut();
    if (!outer.empty() || !cut_) return outer;
    return fmt::format("the xz data is cut off at byte {}", stream_.total_in);
  }
  std::uint64_t consumed() const override { return raw_->consumed(); }
  bool reopenable() const override { return raw_->reopenable(); }

 private:
  Status Fill() {
    if (stream_.avail_in > 0 || raw_ended_) return {};
    const auto got = raw_->Read(block_);
    if (!got.ok()) return got.status();
    raw_ended_ = *got == 0;
    stream_.next_in = block_.data();
    stream_.avail_in = *got;
    return {};
  }

  // What the next block takes. False: it cannot be had, which fault_ says, or a stop came.
  bool Allow() {
    const std::uint64_t needed = lzma_memusage(&stream_) + kBlock;
    const auto grown = share_.Grow("xz", needed - allowed_);
    if (!grown.ok()) fault_ = grown.status();
    if (!grown.ok() || !*grown) return false;
    allowed_ = needed;
    return lzma_memlimit_set(&stream_, needed - kBlock) == LZMA_OK;
  }

  Status FaultOf(lzma_ret got) const {
    if (got == LZMA_MEM_ERROR) return Status::Io("xz: no memory for its decoder");
    return Status::Malformed(
        fmt::format("compressed data is damaged: xz, at byte {}", stream_.total_in));
  }

  std::unique_ptr<Input> raw_;
  UnpackShare& share_;
  std::vector<std::uint8_t> block_;
  std::uint64_t allowed_ = 0;  // drawn of the share
  lzma_stream stream_ = LZMA_STREAM_INIT;
  lzma_ret begun_;
  bool raw_ended_ = false;
  bool cut_ = false;
  bool ended_ = false;
  Status fault_;
};

}  // namespace

bool IsXz(Bytes head) {
  constexpr std::array<std::uint8_t, kXzMagic> kMagic{0xfd, '7', 'z', 'X', 'Z', 0};
  return head.size() >= kMagic.size() && std::equal(kMagic.begin(), kMagic.end(), head.begin());
}

std::unique_ptr<Input> MakeXzInput(std::unique_ptr<Input> raw, UnpackShare& share) {
  return std::make_unique<XzInput>(std::move(raw), share);
}

}  // namespace pdns::frame
