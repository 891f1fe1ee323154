// A reload's question to the program that would be started: may it? Program, arguments -> a child
// with --check -> its answer. So the program that lies there now is asked, which an upgrade may
// have put there, and it is known to start at all.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/stop.h"

namespace pdns::tools {

inline constexpr std::chrono::milliseconds kLongestAnswer{30'000};

// Takes as long as a start, `longest` at most. `environment` is one entry NAME=VALUE for the child
// alone. kUsage: the program says no, in its words; kIo: it cannot be asked, gives no answer in
// time, or `hurry` was requested. Any thread; no two at once.
Status AskProgram(const std::string& program, const std::vector<std::string>& arguments,
                  const std::string& environment, const Stop& hurry,
                  std::chrono::milliseconds longest = kLongestAnswer);

}  // namespace pdns::tools
