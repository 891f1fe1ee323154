#include "frame/input/lz4.h"

#include <lz4.h>
#include <lz4frame.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "frame/input/packed.h"

namespace pdns::frame {
namespace {

constexpr std::size_t kMagicSize = 4;
constexpr std::uint32_t kFrameMagic = 0x184d2204;
constexpr std::uint32_t kLegacyMagic = 0x184c2102;
constexpr std::uint32_t kSkippableMagic = 0x184d2a50;  // and the 15 behind it

// Beside a packed and an unpacked block: the window before the latter, and the block of the input.
constexpr std::size_t kBesideBlocks = 512U << 10;

constexpr std::size_t kLegacyBlock = 8U << 20;
constexpr std::size_t kMostLegacyPacked = LZ4_COMPRESSBOUND(kLegacyBlock);

std::uint32_t LittleEndian(Bytes four) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < kMagicSize; ++i) value |= std::uint32_t{four[i]} << (8 * i);
  return value;
}

bool IsSkippable(std::uint32_t magic) { return (magic & ~0xfU) == kSkippableMagic; }

bool IsMagic(std::uint32_t word) {
  return word == kFrameMagic || word == kLegacyMagic || IsSkippable(word);
}

// Can `some`, fewer than four bytes, be the first ones of a magic?
bool BeginsMagic(Bytes some) {
  const auto begins = [some](std::uint32_t magic) {
    for (std::size_t i = 0; i < some.size(); ++i)
      if (some[i] != static_cast<std::uint8_t>(magic >> (8 * i))) return false;
    return true;
  };
  for (std::uint32_t last = 0; last < 16; ++last)
    if (begins(kSkippableMagic | last)) return true;
  return begins(kFrameMagic) || begins(kLegacyMagic);
}

// What the blocks of the frame unpack to at most; the largest of all where its header is none.
std::size_t BlockSize(Bytes head) {
  const unsigned code = head.size() < kLz4Head ? 4 : head[kMagicSize + 1] >> 4 & 7U;
  return std::size_t{1} << (8 + 2 * std::max(code, 4U));
}

// A block of the legacy form, which has no frame around it: four bytes of size, then lz4 data.
// One thread at a time.
class LegacyBlock {
 public:
  // `size`: of the packed block with the four bytes in front, at most kMostLegacyPacked of them; or
  // the magic alone.
  void Begin(std::size_t size) {
    packed_.clear();
    if (packed_.capacity() < size) {  // never two at once
      std::vector<char>().swap(packed_);
      packed_.reserve(size);
    }
    packed_size_ = size;
    given_ = unpacked_size_ = 0;
    if (unpacked_ == nullptr) unpacked_ = std::make_unique_for_overwrite<char[]>(kLegacyBlock);
  }

  void Free() {
    std::vector<char>().swap(packed_);
    unpacked_.reset();
  }

  // Takes its packed bytes from the front of `packed`; returns how many.
  std::size_t Add(Bytes packed) {
    const std::size_t n = std::min(packed.size(), packed_size_ - packed_.size());
    packed_.insert(packed_.end(), packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(n));
    return n;
  }

  bool whole() const { return packed_.size() == packed_size_; }

  // Once it is whole. False: it is damaged.
  bool Unpack() {
    const std::size_t size = packed_size_ - kMagicSize;
    if (size == 0 || unpacked_size_ > 0) return true;
    const int got = LZ4_decompress_safe(packed_.data() + kMagicSize, unpacked_.get(),
                                        static_cast<int>(size), static_cast<int>(kLegacyBlock));
    unpacked_size_ = static_cast<std::size_t>(std::max(got, 0));
    return got >= 0;
  }

  // How many of its unpacked bytes went into `into`.
  std::size_t Give(std::span<std::uint8_t> into) {
    const std::size_t n = std::min(into.size(), unpacked_size_ - given_);
    std::memcpy(into.data(), unpacked_.get() + given_, n);
    given_ += n;
    return n;
  }

  bool given() const { return given_ == unpacked_size_; }

 private:
  std::vector<char> packed_;
  std::size_t packed_size_ = 0;
  std::unique_ptr<char[]> unpacked_;
  std::size_t unpacked_size_ = 0;
  std::size_t given_ = 0;
};

class Lz4Input final : public PackedInput {
 public:
  Lz4Input(std::unique_ptr<Input> raw, UnpackShare& share)
      : PackedInput(std::move(raw), "lz4", kLz4Head), share_(share) {}
  ~Lz4Input() override { LZ4F_freeDecompressionContext(frame_); }
  Lz4Input(const Lz4Input&) = delete;
  Lz4Input& operator=(const Lz4Input&) = delete;

 private:
  // In the legacy form a block is a part, and so is the magic in front of them.
  bool MayBegin(Bytes head) const override {
    if (head.size() < kMagicSize) return legacy_ || BeginsMagic(head);
    const std::uint32_t word = LittleEndian(head);
    return IsMagic(word) || (legacy_ && word > 0 && word <= kMostLegacyPacked);
  }

  Result<bool> Begin(Bytes head) override {
    const std::uint32_t word = head.size() < kMagicSize ? kFrameMagic : LittleEndian(head);
    if (word != kFrameMagic && !IsSkippable(word)) return BeginLegacy(word);
    legacy_ = false;
    block_.Free();
    auto allowed = Allow(2 * (IsSkippable(word) ? 0 : BlockSize(head)));
    if (!allowed.ok() || !*allowed) return allowed;
    if (frame_ == nullptr) LZ4F_createDecompressionContext(&frame_, LZ4F_VERSION);
    if (frame_ == nullptr) return Status::Io("lz4: no memory for its decoder");
    LZ4F_resetDecompressionContext(frame_);
    next_ = LZ4F_HEADER_SIZE_MIN;
    full_ = false;
    return true;
  }

  Result<bool> BeginLegacy(std::uint32_t word) {
    LZ4F_freeDecompressionContext(frame_);
    frame_ = nullptr;
    auto allowed = Allow(kLegacyBlock + kMagicSize + kMostLegacyPacked);
    if (!allowed.ok() || !*allowed) return allowed;
    legacy_ = true;
    block_.Begin(kMagicSize + (word == kLegacyMagic ? 0 : word));
    return true;
  }

  Result<bool> Allow(std::size_t blocks) {
    const std::size_t needed = blocks + kBesideBlocks;
    if (needed <= allowed_) return true;
    auto grown = share_.Grow("lz4", needed - allowed_);
    if (grown.ok() && *grown) allowed_ = needed;
    return grown;
  }

  Step Unpack(Bytes packed, std::span<std::uint8_t> into) override {
    if (legacy_) return UnpackLegacy(packed, into);
    // One block a call, or one header: a call that meets a fault drops what it has unpacked itself.
    // liblz4 tells how much comes next, with the header of a block behind it.
    if (full_) {  // first the rest of the last block, with nothing behind it
      Step step = UnpackFrame({}, into);
      if (step.written > 0 || step.ended || !step.fault.ok()) return step;
    }
    constexpr std::size_t kBlockHeader = LZ4F_BLOCK_HEADER_SIZE;
    const std::size_t most = next_ > kBlockHeader ? next_ - kBlockHeader : next_;
    return UnpackFrame(packed.first(std::min(packed.size(), most)), into);
  }

  Step UnpackFrame(Bytes packed, std::span<std::uint8_t> into) {
    Step step;
    step.read = packed.size();
    step.written = into.size();
    const std::uint8_t none = 0;
    next_ = LZ4F_decompress(frame_, into.data(), &step.written,
                            packed.empty() ? &none : packed.data(), &step.read, nullptr);
    if (LZ4F_isError(next_) != 0) {
      step.fault = Status::Malformed(LZ4F_getErrorName(next_));
      step.read = step.written = 0;
    }
    step.ended = next_ == 0;
    full_ = step.written == into.size();
    return step;
  }

  Step UnpackLegacy(Bytes packed, std::span<std::uint8_t> into) {
    Step step;
    step.read = block_.Add(packed);
    if (!block_.whole()) return step;
    if (!block_.Unpack()) {
      step.fault = Status::Malformed("a block that cannot be");
      return step;
    }
    step.written = block_.Give(into);
    step.ended = block_.given();
    return step;
  }

  UnpackShare& share_;
  std::size_t allowed_ = 0;  // drawn of the share
  LZ4F_dctx* frame_ = nullptr;
  std::size_t next_ = 0;  // bytes that the decoder asks for
  bool full_ = false;     // the last call filled its output: there may be more of it
  bool legacy_ = false;   // within the legacy form
  LegacyBlock block_;
};

}  // namespace

bool IsLz4(Bytes head) {
  if (head.size() < kLz4Head) return false;
  const std::uint32_t magic = LittleEndian(head);
  if (magic == kLegacyMagic) return true;
  const unsigned flags = head[kMagicSize];
  const unsigned size = head[kMagicSize + 1];
  // The version, a reserved bit; four sizes, the other bits reserved.
  return magic == kFrameMagic && (flags & 0xc2U) == 0x40 && size >> 4 >= 4 && size >> 4 < 8 &&
         (size & 0xfU) == 0;
}

std::unique_ptr<Input> MakeLz4Input(std::unique_ptr<Input> raw, UnpackShare& share) {
  return std::make_unique<Lz4Input>(std::move(raw), share);
}

}  // namespace pdns::frame
