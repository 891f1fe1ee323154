#include "frame/input_xz.h"

#include <fmt/format.h>
#include <lzma.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace pdns::frame {
namespace {

constexpr std::size_t kBlock = 64U << 10;

class XzInput final : public Input {
 public:
  explicit XzInput(std::unique_ptr<Input> raw) : raw_(std::move(raw)), block_(kBlock) {
    begun_ = lzma_stream_decoder(&stream_, kMostXzMemory, LZMA_CONCATENATED);
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
      if (got == LZMA_OK) continue;
      ended_ = true;
      // What was unpacked before a fault is handed on first; the next call tells of it.
      if (got != LZMA_STREAM_END) fault_ = FaultOf(got);
    }
    const std::size_t done = into.size() - stream_.avail_out;
    if (done == 0 && !fault_.ok()) return std::exchange(fault_, {});
    return done;
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

  // Cut off is no fault: all that is whole counts.
  Status FaultOf(lzma_ret got) const {
    if (got == LZMA_BUF_ERROR && raw_ended_) return {};
    if (got == LZMA_MEMLIMIT_ERROR) {
      return Status::Io(fmt::format(
          "xz: it takes {} MiB to unpack, and may take {}; compress it anew, with xz -9 or less",
          (lzma_memusage(&stream_) >> 20) + 1, kMostXzMemory >> 20));
    }
    return Status::Malformed("compressed data is damaged: xz");
  }

  std::unique_ptr<Input> raw_;
  std::vector<std::uint8_t> block_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  lzma_ret begun_;
  bool raw_ended_ = false;
  bool ended_ = false;
  Status fault_;
};

}  // namespace

bool IsXz(Bytes head) {
  constexpr std::array<std::uint8_t, kXzMagic> kMagic{0xfd, '7', 'z', 'X', 'Z', 0};
  return head.size() >= kMagic.size() && std::equal(kMagic.begin(), kMagic.end(), head.begin());
}

std::unique_ptr<Input> MakeXzInput(std::unique_ptr<Input> raw) {
  return std::make_unique<XzInput>(std::move(raw));
}

}  // namespace pdns::frame
