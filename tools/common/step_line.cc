#include "tools/common/step_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace pdns::tools {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(300);

}  // namespace

StepLine::StepLine() : terminal_(isatty(STDERR_FILENO) != 0), next_(Clock::now() + kPatience) {}

void StepLine::Show(std::string_view what, std::uint64_t done, std::uint64_t total) {
  const auto now = Clock::now();
  if (!terminal_ || now < next_) return;
  next_ = now + kPatience;
  shown_ = true;
  std::string text = fmt::format("\r\x1b[K{}: {:.1f} M", what, static_cast<double>(done) / 1e6);
  if (total > 0) {
    // What is estimated may be passed.
    text +=
        fmt::format(" of {:.1f} M ({} %)", static_cast<double>(total) / 1e6,
                    std::min<std::uint64_t>(100, done / std::max<std::uint64_t>(1, total / 100)));
  }
  std::fputs((text + "; Ctrl-C ends it").c_str(), stderr);
}

void StepLine::Wipe() {
  if (!shown_) return;
  shown_ = false;
  std::fputs("\r\x1b[K", stderr);
}

}  // namespace pdns::tools
