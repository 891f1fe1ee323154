// Lines for the operator, on stderr, by spdlog: "pdns-ingest: warning: text". Colour on a terminal
// only, and not with NO_COLOR. Any thread may call. Bytes of foreign origin must be made printable
// by the caller.
#pragma once

#include <string_view>

namespace pdns {

// First thing in main, and again before there are threads when the options ask for another look.
// `verbose` shows LogDetail lines too; without `colour` there is none on a terminal either.
void StartLog(std::string_view program, bool verbose, bool colour = true);

void LogDetail(std::string_view line);
void LogInfo(std::string_view line);
void LogWarning(std::string_view line);
void LogError(std::string_view line);

}  // namespace pdns
