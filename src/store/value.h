// The value of a row: Sighting <-> bytes. Laid down byte by byte in schema/keys.md.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "record/observation.h"

namespace pdns::store {

// Times after the year 9999 are no times: they would not fit a date of four digits either.
inline constexpr std::uint64_t kMaxSeconds = 253402300799;

void AppendValue(std::string& out, const record::Sighting& sighting);

// Nothing when the bytes are no value. Bytes behind the fields known here are passed over: a newer
// minor version may have written more.
std::optional<record::Sighting> DecodeValue(Bytes value);

}  // namespace pdns::store
