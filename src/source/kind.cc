#include "source/kind.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "source/cof.h"
#include "source/dnstap.h"

namespace pdns::source {
namespace {

// The first that recognizes a stream reads it. dnstap stays the first of them.
constexpr auto kKinds = std::to_array<Kind>({
    {"dnstap", frame::BeginsFrameStreams, ReadDnstap, DecodeDnstap, kDnstapOutcomes},
    {"cof", BeginsCof, ReadCof, DecodeCof, kCofOutcomes},
});

// An input whose first bytes were read to recognize it, and are read again.
class LookedAtInput final : public frame::Input {
 public:
  LookedAtInput(std::string head, Status failure, std::unique_ptr<frame::Input> rest)
      : head_(std::move(head)), failure_(std::move(failure)), rest_(std::move(rest)) {}

  Result<std::size_t> Read(std::span<std::uint8_t> into) override {
    if (!head_.empty()) {
      const std::size_t n = std::min(into.size(), head_.size());
      std::memcpy(into.data(), head_.data(), n);
      head_.erase(0, n);
      return n;
    }
    if (!failure_.ok()) return failure_;
    return rest_->Read(into);
  }

  bool Await() override { return rest_->Await(); }

  Result<std::uint64_t> Skip(std::uint64_t n) override {
    const std::uint64_t held = std::min<std::uint64_t>(n, head_.size());
    head_.erase(0, held);
    if (held == n) return held;
    if (!failure_.ok()) return failure_;
    const auto skipped = rest_->Skip(n - held);
    if (!skipped.ok()) return skipped.status();
    return held + *skipped;
  }

  std::string cut() const override { return rest_->cut(); }
  std::uint64_t consumed() const override { return rest_->consumed(); }
  bool reopenable() const override { return rest_->reopenable(); }

 private:
  std::string head_;
  Status failure_;  // that came behind the head
  std::unique_ptr<frame::Input> rest_;
};

}  // namespace

std::span<const Kind> Kinds() { return kKinds; }

bool IsOfAnyKind(std::string_view head) {
  return std::any_of(kKinds.begin(), kKinds.end(),
                     [head](const Kind& kind) { return kind.recognizes(head); });
}

const Kind& Dnstap() { return kKinds.front(); }

OpenedSource OpenReader(std::unique_ptr<frame::Input> input) {
  std::string head;
  Status failure;
  while (head.size() < frame::kHeadSize) {
    std::array<std::uint8_t, frame::kHeadSize> some;
    const auto got = input->Read(std::span(some).first(some.size() - head.size()));
    if (got.status().code() == Code::kBusy) {
      static_cast<void>(input->Await());
      continue;
    }
    if (!got.ok()) failure = got.status();
    if (!got.ok() || *got == 0) break;
    AppendBytes(head, Bytes(some).first(*got));
  }
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                 [&head](const Kind& one) { return one.recognizes(head); });
  const Kind& chosen = kind == kKinds.end() ? Dnstap() : *kind;
  auto whole =
      std::make_unique<LookedAtInput>(std::move(head), std::move(failure), std::move(input));
  return {&chosen, chosen.read(std::move(whole))};
}

}  // namespace pdns::source
