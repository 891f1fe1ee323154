// JSON of the plain kind that programs write a line of: text -> [ReadQuickly] -> the events of
// json::Read, for a sixth of its cost (2,000 instructions for a row of 275 bytes, not 12,000).
//
// Read is a text in 7-bit without control characters, which holds an object of texts, whole
// numbers without sign, and lists of these; blanks nowhere; of escapes \\, \" and \/ alone.
// Everything else, and everything that is no JSON, is left to json::Read, which is the oracle in
// tests/fuzz/import_line.cc and the unit test: what this reads, that reads as the same events.
//
// Functions: any thread, each with its own events.
#pragma once

#include <cstddef>
#include <string_view>

#include "json/reader.h"

namespace pdns::source {

// False: json::Read must read it. The events that came until then say nothing.
bool ReadQuickly(std::string_view text, const json::Limits& limits, json::Events& events);

}  // namespace pdns::source
