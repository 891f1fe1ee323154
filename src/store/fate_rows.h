// The rows of the meta index that count what became of frames and records, and the one that says
// since when: bytes <-> counters. Laid down byte by byte in schema/keys.md.
//
// One row a counter, found by its name: a version that knows more names adds rows, and one that
// knows fewer leaves them as they are.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace pdns::store {

// `name` is the counter's full name, "refused.rcode" (record/counters.h).
inline constexpr std::string_view kFatePrefix = "fate/";
std::string FateKey(std::string_view name);
std::string FateValue(std::uint64_t count);

// Nothing when the bytes are no value. Bytes behind the fields known here are passed over.
std::optional<std::uint64_t> DecodeFateValue(Bytes value);

// The first minor version that counts.
inline constexpr std::uint64_t kCountingMinor = 1;

// When counting began in a database that held rows already.
inline constexpr std::string_view kCountedSinceKey = "fates-since";
std::string CountedSinceValue(std::chrono::sys_seconds since);
std::optional<std::chrono::sys_seconds> DecodeCountedSinceValue(Bytes value);

}  // namespace pdns::store
