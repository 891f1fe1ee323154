// Whatever claims to be compressed: it comes to an end, in the memory that it was granted, and its
// bytes do not depend on how the reads are cut.
#include <algorithm>
#include <memory>
#include <string>

#include "check.h"
#include "frame/input/input.h"

namespace {

using pdns::Bytes;

class CutInput final : public pdns::frame::Input {
 public:
  CutInput(Bytes bytes, std::size_t most) : bytes_(bytes), most_(most) {}

  pdns::Result<std::size_t> Read(std::span<std::uint8_t> into) override {
    const std::size_t n = std::min({into.size(), bytes_.size() - at_, most_});
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), n, into.begin());
    at_ += n;
    return n;
  }
  std::uint64_t consumed() const override { return at_; }
  bool reopenable() const override { return true; }

 private:
  Bytes bytes_;
  std::size_t most_;
  std::size_t at_ = 0;
};

struct Outcome {
  std::string unpacked;
  bool good = false;
};

// Up to 4 MiB of what it unpacks to.
Outcome Unpack(Bytes bytes, std::size_t most) {
  constexpr std::size_t kMemory = 18U << 20;
  constexpr std::size_t kEnough = 4U << 20;
  pdns::frame::UnpackMemory memory(kMemory, "");
  Outcome outcome;
  {
    pdns::frame::UnpackShare share(memory, nullptr);
    const auto input = pdns::frame::Unpack(std::make_unique<CutInput>(bytes, most), &share);
    if (!input.ok()) return outcome;
    std::string some(64U << 10, '\0');
    while (outcome.unpacked.size() < kEnough) {
      const auto got = (*input)->Read({reinterpret_cast<std::uint8_t*>(some.data()), some.size()});
      outcome.good = got.ok();
      if (!got.ok() || *got == 0) break;
      outcome.unpacked.append(some, 0, *got);
    }
    MUST_HOLD(share.missed() == 0);
  }
  MUST_HOLD(memory.held() == 0);
  MUST_HOLD(memory.peak() <= kMemory);
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Outcome whole = Unpack({data, size}, size + 1);
  const Outcome cut = Unpack({data, size}, 7);
  MUST_HOLD(whole.good == cut.good);
  const std::size_t common = std::min(whole.unpacked.size(), cut.unpacked.size());
  MUST_HOLD(whole.unpacked.compare(0, common, cut.unpacked, 0, common) == 0);
  return 0;
}
