// Fields of a row as text, the same in every format: Hit -> [...Text] -> 7-bit text without control
// characters.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "query/hit.h"

namespace pdns::render {

// "2026-11-22T18:41:16Z"; local: "2026-11-22T19:41:16+01:00".
std::string TimeText(std::chrono::sys_seconds time, bool local = false);

// "off_chain", "out_of_bailiwick", or both, joined by a comma.
std::string ReasonText(std::uint8_t reasons);

// The zone a row was accepted under, "." where it is not known.
std::string BailiwickText(const query::Hit& hit);

// What was asked, printable; "" where only one thing was.
std::string AskedText(const query::Hit& hit);

// "blah.org. > 205.150.150.140", printable.
std::string PathText(const query::Hit& hit);

}  // namespace pdns::render
