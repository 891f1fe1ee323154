#include "tools/query/scan_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace pdns::tools {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(300);

void Write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

ScanLine::ScanLine() : terminal_(isatty(STDERR_FILENO) != 0), next_(begun_ + kPatience) {}

void ScanLine::Show(std::uint64_t keys, std::uint64_t rows) {
  const auto now = Clock::now();
  if (!terminal_ || now < next_) return;
  next_ = now + kPatience;
  shown_ = true;
  Write(fmt::format("\r\x1b[Klooked at {:.1f} M keys, {} rows; Ctrl-C ends it",
                    static_cast<double>(keys) / 1e6, rows));
}

void ScanLine::Wipe() {
  if (!shown_) return;
  shown_ = false;
  Write("\r\x1b[K");
}

bool ScanLine::slow() const { return Clock::now() - begun_ > kPatience; }

}  // namespace pdns::tools
