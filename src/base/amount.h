// Sizes and durations as people type them in options and parameters: text -> [Parse...] -> bytes,
// seconds.
//
// kUsage, naming the text, for what is none. Functions: any thread. Plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"

namespace pdns {

// "512M", "1G", "65536": bytes, with K, M, G, T as powers of 1024.
Result<std::uint64_t> ParseSize(std::string_view text);

// "90s", "15m", "1h", "30d", "2w"; "0" needs no unit. Any that fits a file's or a clock's time.
Result<std::chrono::seconds> ParseDuration(std::string_view text);

// An age, a size or both: "1h", "256M", "1h,256M". Small letters are units of time, capital ones of
// size; a bare number would be either, and is refused but for 0, which is both.
struct Bounds {
  std::optional<std::chrono::seconds> age;
  std::optional<std::uint64_t> size;
};
Result<Bounds> ParseBounds(std::string_view text);

}  // namespace pdns
