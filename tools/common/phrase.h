// A library names what is wrong; a tool says what its options can do about it.
#pragma once

#include <string>

#include "base/status.h"

namespace pdns::tools {

// The message, and behind it what the remedy is called here. Any thread.
std::string Phrased(const Status& status);

// Logs it as what ended the program, and returns the exit code.
int Refuse(const Status& status);

}  // namespace pdns::tools
