// Lines for the operator, on stderr, by spdlog: "pdns-ingest: warning: text". Colour on a terminal
// only, and not with NO_COLOR. Any thread may call. Bytes of foreign origin must be made printable
// by the caller.
#pragma once

#include <string_view>

namespace pdns {

// Call once, first thing in main. `verbose` shows LogDetail lines too.
void StartLog(std::string_view program, bool verbose);

void LogDetail(std::string_view line);
void LogInfo(std::string_view line);
void LogWarning(std::string_view line);
void LogError(std::string_view line);

}  // namespace pdns
