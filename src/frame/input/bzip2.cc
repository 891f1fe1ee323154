#include "frame/input/bzip2.h"

#include <bzlib.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "frame/input/packed.h"

namespace pdns::frame {
namespace {

// For blocks of 900 kB, whatever the size: libbz2's manual has 100 kB and four bytes for each of
// the block.
constexpr std::size_t kMemory = 5U << 20;
constexpr std::string_view kMagic("BZh");

class Bzip2Input final : public PackedInput {
 public:
  Bzip2Input(std::unique_ptr<Input> raw, UnpackShare& share)
      : PackedInput(std::move(raw), "bzip2", kBzip2Head), share_(share) {}
  ~Bzip2Input() override { EndStream(); }
  Bzip2Input(const Bzip2Input&) = delete;
  Bzip2Input& operator=(const Bzip2Input&) = delete;

 private:
  bool MayBegin(Bytes head) const override {
    const std::size_t n = std::min(head.size(), kMagic.size());
    return AsText(head.first(n)) == kMagic.substr(0, n);
  }

  Result<bool> Begin(Bytes /*head*/) override {
    if (!granted_) {
      auto grown = share_.Grow("bzip2", kMemory);
      if (!grown.ok() || !*grown) return grown;
      granted_ = true;
    }
    EndStream();
    constexpr int kSilent = 0;
    constexpr int kFast = 0;
    begun_ = BZ2_bzDecompressInit(&stream_, kSilent, kFast) == BZ_OK;
    if (!begun_) return Status::Io("bzip2: no memory for its decoder");
    return true;
  }

  Step Unpack(Bytes packed, std::span<std::uint8_t> into) override {
    constexpr std::size_t kMost = 1U << 30;  // libbz2 counts by 32 bits
    // It only reads them.
    auto* const in = reinterpret_cast<char*>(const_cast<std::uint8_t*>(packed.data()));
    auto* const out = reinterpret_cast<char*>(into.data());
    stream_.next_in = in;
    stream_.avail_in = static_cast<unsigned>(std::min(packed.size(), kMost));
    stream_.next_out = out;
    stream_.avail_out = static_cast<unsigned>(std::min(into.size(), kMost));
    const int got = BZ2_bzDecompress(&stream_);
    Step step;
    step.read = static_cast<std::size_t>(stream_.next_in - in);
    step.written = static_cast<std::size_t>(stream_.next_out - out);
    step.ended = got == BZ_STREAM_END;
    if (got == BZ_MEM_ERROR) {
      step.fault = Status::Io("bzip2: no memory for its decoder");
    } else if (got != BZ_OK && got != BZ_STREAM_END) {
      step.fault = Status::Malformed("a block that cannot be, or a wrong checksum");
    }
    return step;
  }

  void EndStream() {
    if (begun_) BZ2_bzDecompressEnd(&stream_);
    begun_ = false;
    stream_ = {};
  }

  UnpackShare& share_;
  bool granted_ = false;
  bz_stream stream_{};
  bool begun_ = false;
};

}  // namespace

bool IsBzip2(Bytes head) {
  if (head.size() < kBzip2Head) return false;
  const std::string_view text = AsText(head);
  const char size = text[kMagic.size()];
  // Of a block, or of the end: the digits of pi, or of its root.
  const std::string_view of_block = text.substr(kMagic.size() + 1, 6);
  return text.starts_with(kMagic) && size >= '1' && size <= '9' &&
         (of_block == "1AY&SY" || of_block == "\x17rE8P\x90");
}

std::unique_ptr<Input> MakeBzip2Input(std::unique_ptr<Input> raw, UnpackShare& share) {
  return std::make_unique<Bzip2Input>(std::move(raw), share);
}

}  // namespace pdns::frame
