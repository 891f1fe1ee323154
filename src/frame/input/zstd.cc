#include "frame/input/zstd.h"

#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

namespace pdns::frame {
namespace {

constexpr std::size_t kBlock = 128U << 10;
// The decoder's tables, its buffers of a block each, and ours; measured 0.5 MiB.
constexpr std::size_t kBesideWindow = 1U << 20;

class ZstdInput final : public Input {
 public:
  ZstdInput(std::unique_ptr<Input> raw, UnpackShare& share)
      : raw_(std::move(raw)), share_(share), block_(kBlock), in_{block_.data(), 0, 0} {}
  ~ZstdInput() override { ZSTD_freeDCtx(decoder_); }
  ZstdInput(const ZstdInput&) = delete;
  ZstdInput& operator=(const ZstdInput&) = delete;

  Result<std::size_t> Read(std::span<std::uint8_t> into) override {
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    while (!ended_ && out.pos == 0) {
      if (Status status = between_ ? BeginFrame() : Status(); !status.ok()) return End(status);
      if (ended_) break;
      const std::size_t in_before = in_.pos;
      const std::size_t left = Decompress(out);
      if (ZSTD_isError(left) != 0) {
        // What was unpacked before the fault is handed on first; the next call tells of it.
        fault_ = FaultOf(left);
        ended_ = true;
      } else if (left == 0) {
        between_ = true;
      } else if (out.pos == 0 && in_.pos == in_.size) {
        if (Status filled = Fill(); !filled.ok()) return End(filled);
        cut_ = ended_ = in_.size == 0;
      } else if (out.pos == 0 && in_.pos == in_before) {
        fault_ = Damage("it does not go on");
        ended_ = true;
      }
    }
    if (out.pos == 0 && !fault_.ok()) return std::exchange(fault_, {});
    return out.pos;
  }

  std::string cut() const override {
    std::string outer = raw_->cut();
    if (!outer.empty() || !cut_) return outer;
    return fmt::format("the zstd data is cut off at byte {}", at_);
  }
  std::uint64_t consumed() const override { return raw_->consumed(); }
  bool reopenable() const override { return raw_->reopenable(); }

 private:
  // One block a call, or one header: a call that meets a fault drops what it has unpacked itself.
  // libzstd tells how much comes next, with the header of a block behind it.
  std::size_t Decompress(ZSTD_outBuffer& out) {
    constexpr std::size_t kBlockHeader = 3;
    if (full_) {  // first the rest of the last block, with nothing behind it
      const std::size_t left = Decompress(out, 0);
      if (out.pos > 0 || ZSTD_isError(left) != 0 || left == 0) return left;
    }
    return Decompress(out, next_ > kBlockHeader ? next_ - kBlockHeader : next_);
  }

  std::size_t Decompress(ZSTD_outBuffer& out, std::size_t most) {
    ZSTD_inBuffer piece{in_.src, in_.pos + std::min(in_.size - in_.pos, most), in_.pos};
    const std::size_t left = ZSTD_decompressStream(decoder_, &out, &piece);
    at_ += piece.pos - in_.pos;
    in_.pos = piece.pos;
    full_ = out.pos == out.size;
    next_ = ZSTD_isError(left) != 0 || left == 0 ? 1 : left;
    return left;
  }

  Status End(Status status) {
    ended_ = true;
    return status;
  }

  // More behind what is left of the block, which moves to its front. It stays as it is at the end.
  Status Fill() {
    const std::size_t left = in_.size - in_.pos;
    std::memmove(block_.data(), block_.data() + in_.pos, left);
    in_ = {block_.data(), left, 0};
    const auto got = raw_->Read(std::span(block_).subspan(left));
    if (!got.ok()) return got.status();
    raw_ended_ = *got == 0;
    in_.size += *got;
    return {};
  }

  // Before the decoder sees a frame: gets what it takes. Ends where there is none, and at a stop.
  Status BeginFrame() {
    while (in_.size - in_.pos < kMostZstdHeader && !raw_ended_) {
      if (Status filled = Fill(); !filled.ok()) return filled;
    }
    if (in_.pos == in_.size) {
      ended_ = true;
      return {};
    }
    between_ = false;
    // What is no frame, or is cut off, the decoder tells itself; it allocates nothing for it.
    const auto window = ZstdWindow(Bytes(block_).subspan(in_.pos, in_.size - in_.pos));
    return Allow(window.value_or(0));
  }

  Status Allow(std::uint64_t window) {
    constexpr std::uint64_t kNever = ~std::uint64_t{0};
    const std::uint64_t needed = window > kNever - kBesideWindow ? kNever : window + kBesideWindow;
    if (needed > allowed_) {
      const auto grown = share_.Grow("zstd", needed - allowed_);
      if (!grown.ok()) return grown.status();
      if (!*grown) {
        ended_ = true;
        return {};
      }
      allowed_ = needed;
    }
    if (decoder_ == nullptr) decoder_ = ZSTD_createDCtx();
    if (decoder_ == nullptr) return Status::Io("zstd: no memory for its decoder");
    // libzstd's own check, should it read the header in another way.
    constexpr int kLeastLog = 10;
    constexpr int kMostLog = 31;
    const auto exact = static_cast<int>(window == 0 ? 0 : std::bit_width(window - 1));
    const int log = std::clamp(exact, kLeastLog, kMostLog);
    ZSTD_DCtx_setParameter(decoder_, ZSTD_d_windowLogMax, log);
    return {};
  }

  Status Damage(std::string_view what) const {
    return Status::Malformed(
        fmt::format("compressed data is damaged: zstd: {}, at byte {}", what, at_));
  }

  Status FaultOf(std::size_t result) const {
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge)
      return Status::Io("zstd: it takes more than 2048 MiB to unpack; compress it anew");
    if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
      return Status::Io("zstd: no memory for its decoder");
    return Damage(ZSTD_getErrorName(result));
  }

  std::unique_ptr<Input> raw_;
  UnpackShare& share_;
  std::vector<std::uint8_t> block_;
  ZSTD_inBuffer in_;
  ZSTD_DCtx* decoder_ = nullptr;
  std::uint64_t allowed_ = 0;  // drawn of the share
  std::uint64_t at_ = 0;       // offset of what is left of the block in the compressed data
  bool between_ = true;        // two frames
  std::size_t next_ = 1;       // bytes that the decoder asks for
  bool full_ = false;          // the last call filled its output: there may be more of it
  bool raw_ended_ = false;
  bool cut_ = false;
  bool ended_ = false;
  Status fault_;
};

}  // namespace

bool IsZstd(Bytes head) {
  constexpr std::array<std::uint8_t, kZstdMagic> kMagic{0x28, 0xb5, 0x2f, 0xfd};
  return head.size() >= kMagic.size() && std::equal(kMagic.begin(), kMagic.end(), head.begin());
}

std::optional<std::uint64_t> ZstdWindow(Bytes head) {
  constexpr std::array<std::uint8_t, 4> kDictionaryBytes{0, 1, 2, 4};
  constexpr std::array<std::uint8_t, 4> kSizeBytes{0, 2, 4, 8};
  constexpr std::uint64_t kLeast = 1024;
  const auto byte = [&head](std::size_t at) -> std::uint64_t { return head[at]; };
  if (head.size() >= kZstdMagic && (byte(0) & 0xf0) == 0x50 && byte(1) == 0x2a && byte(2) == 0x4d &&
      byte(3) == 0x18) {
    return 0;
  }
  if (!IsZstd(head) || head.size() <= kZstdMagic) return std::nullopt;
  const auto descriptor = static_cast<unsigned>(head[kZstdMagic]);
  const bool single_segment = (descriptor >> 5 & 1) != 0;
  std::size_t at = kZstdMagic + 1;
  if (!single_segment) {
    if (at >= head.size()) return std::nullopt;
    const auto base = std::uint64_t{1} << (10 + (byte(at) >> 3));
    return base + base / 8 * (byte(at) & 7);
  }
  // All of the frame lies in the window.
  at += kDictionaryBytes.at(descriptor & 3);
  const unsigned size_flag = descriptor >> 6;
  const std::size_t bytes = size_flag == 0 ? 1 : kSizeBytes.at(size_flag);
  if (head.size() < at + bytes) return std::nullopt;
  std::uint64_t size = size_flag == 1 ? 256 : 0;
  for (std::size_t i = 0; i < bytes; ++i) size += byte(at + i) << (8 * i);
  return std::max(size, kLeast);
}

std::unique_ptr<Input> MakeZstdInput(std::unique_ptr<Input> raw, UnpackShare& share) {
  return std::make_unique<ZstdInput>(std::move(raw), share);
}

}  // namespace pdns::frame
