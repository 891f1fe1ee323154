#include "frame/input/packed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace pdns::frame {
namespace {

constexpr std::size_t kBlock = 128U << 10;

}  // namespace

PackedInput::PackedInput(std::unique_ptr<Input> raw, std::string_view format, std::size_t head_size)
    : raw_(std::move(raw)), format_(format), head_size_(head_size), block_(kBlock) {}

Result<std::size_t> PackedInput::Read(std::span<std::uint8_t> into) {
  std::size_t written = 0;
  while (!ended_ && written == 0) {
    if (between_) {
      fault_ = BeginPart();
    } else {
      Step step = Unpack(rest(), into);
      Pass(step.read);
      written = step.written;
      between_ = step.ended;
      // Only now is it known how far the fault lies.
      if (!step.fault.ok()) {
        fault_ = step.fault.code() == Code::kMalformed ? Damage(step.fault.message()) : step.fault;
      } else if (written == 0 && step.read == 0 && !between_) {
        fault_ = rest().empty() ? Fill() : Damage("it does not go on");
        cut_ = ended_ = rest().empty();
      }
    }
    ended_ = ended_ || !fault_.ok();
  }
  // What was unpacked before a fault is handed on first; the next call tells of the fault.
  if (written == 0 && !fault_.ok()) return std::exchange(fault_, {});
  return written;
}

// What lies around it was cut earlier.
std::string PackedInput::cut() const {
  std::string outer = raw_->cut();
  if (!outer.empty() || !cut_) return outer;
  return fmt::format("the {} data is cut off at byte {}", format_, at_);
}

Status PackedInput::Damage(std::string_view what) const {
  return Status::Malformed(
      fmt::format("compressed data is damaged: {}: {}, at byte {}", format_, what, at_));
}

void PackedInput::Pass(std::size_t n) {
  begin_ += n;
  at_ += n;
}

// More behind what is left of the block, which moves to its front. Nothing more at the end.
Status PackedInput::Fill() {
  if (raw_ended_) return {};
  const std::size_t left = end_ - begin_;
  std::memmove(block_.data(), block_.data() + begin_, left);
  begin_ = 0;
  end_ = left;
  const auto got = raw_->Read(std::span(block_).subspan(left));
  if (!got.ok()) return got.status();
  raw_ended_ = *got == 0;
  end_ += *got;
  return {};
}

Status PackedInput::BeginPart() {
  while (rest().size() < head_size_ && !raw_ended_) {
    if (Status filled = Fill(); !filled.ok()) return filled;
  }
  const Bytes head = rest().first(std::min(rest().size(), head_size_));
  if (head.empty()) {
    ended_ = true;
    return {};
  }
  if (!MayBegin(head)) return PassZeros();
  const auto begun = Begin(head);
  if (!begun.ok()) return begun.status();
  between_ = false;
  ended_ = !*begun;
  return {};
}

Status PackedInput::PassZeros() {
  const std::uint64_t from = at_;
  while (!rest().empty()) {
    const Bytes some = rest();
    if (std::any_of(some.begin(), some.end(), [](std::uint8_t one) { return one != 0; })) {
      return Status::Malformed(fmt::format(
          "the {} data ends at byte {} and is followed by something else", format_, from));
    }
    Pass(some.size());
    if (Status filled = Fill(); !filled.ok()) return filled;
  }
  ended_ = true;
  return {};
}

}  // namespace pdns::frame
