#include "tools/common/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <utility>

namespace pdns::tools {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPeriod = std::chrono::milliseconds(500);
constexpr double kMiB = 1 << 20;

std::string DescribeFiles(const source::Progress& progress, double seconds) {
  const auto done = static_cast<double>(progress.bytes_done);
  const auto total = static_cast<double>(progress.bytes_total);
  const double rate = seconds > 0 ? static_cast<double>(progress.frames) / seconds : 0;
  std::string text = fmt::format("{:.1f} of {:.1f} MiB", done / kMiB, total / kMiB);
  if (total > 0) text += fmt::format(" ({:.0f} %)", 100 * done / total);
  text += fmt::format(", {:.0f} frames/s", rate);
  if (total > 0 && done >= total) {
    text += ", all read, writing";
  } else if (done > 0 && total > done) {
    const auto left = static_cast<long>(seconds * (total - done) / done);
    text += fmt::format(", {}:{:02} left", left / 60, left % 60);
  }
  return text;
}

}  // namespace

ProgressLine::ProgressLine(const source::Progress& progress, Describe describe)
    : progress_(progress), describe_(describe ? std::move(describe) : &DescribeFiles) {
  if (isatty(STDERR_FILENO) != 0) thread_ = std::thread([this] { Run(); });
}

ProgressLine::~ProgressLine() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  ending_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ProgressLine::Run() {
  constexpr const char* kWipe = "\r\x1b[K";
  const auto start = Clock::now();
  std::unique_lock lock(mutex_);
  bool shown = false;
  while (!ending_.wait_for(lock, kPeriod, [this] { return ended_; })) {
    const std::chrono::duration<double> elapsed = Clock::now() - start;
    std::fprintf(stderr, "%s%s", kWipe, describe_(progress_, elapsed.count()).c_str());
    std::fflush(stderr);
    shown = true;
  }
  if (shown) std::fputs(kWipe, stderr);
}

}  // namespace pdns::tools
