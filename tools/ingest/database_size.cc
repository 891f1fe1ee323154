#include "tools/ingest/database_size.h"

#include <fmt/format.h>

namespace pdns::tools {
namespace {

constexpr std::uint64_t kPart = 16;

std::string InMiB(std::uint64_t bytes) {
  constexpr double kMiB = 1 << 20;
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / kMiB);
}

}  // namespace

bool DatabaseSize::MayGrow(std::uint64_t bytes, std::uint64_t free) {
  const std::uint64_t most = full_ ? limits_.most - limits_.most / kPart : limits_.most;
  const std::uint64_t least =
      full_ ? limits_.least_free + limits_.least_free / kPart : limits_.least_free;
  const bool large = limits_.most > 0 && bytes >= most;
  const bool narrow = limits_.least_free > 0 && free < least;
  full_ = large || narrow;
  if (large) reason_ = fmt::format("it holds {} of {}", InMiB(bytes), InMiB(limits_.most));
  if (narrow && !large) {
    reason_ = fmt::format("its disk has {} free, and {} are to stay free", InMiB(free),
                          InMiB(limits_.least_free));
  }
  return !full_;
}

}  // namespace pdns::tools
