// Numbers as ClickHouse writes them: little-endian. base/bytes.h has network order.
//
// Functions keep no state.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>

#include "base/bytes.h"

namespace pdns::store_clickhouse {

template <std::unsigned_integral T>
void AppendLittle(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> 8 * i)));
}

// Fails the cursor where too few bytes are left.
template <std::unsigned_integral T>
T ReadLittle(Cursor& cursor) {
  const Bytes bytes = cursor.Read(sizeof(T));
  T value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i)
    value = static_cast<T>(static_cast<std::uint64_t>(value) << 8 | bytes[i - 1]);
  return value;
}

}  // namespace pdns::store_clickhouse
