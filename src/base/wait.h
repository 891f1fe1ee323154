// Waits that a stop ends: a descriptor, a stop and a time -> [WaitFor] -> which of them came first.
//
// Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/stop.h"

namespace pdns {

enum class Woken : std::uint8_t { kReady, kStopped, kTimeout };

// Waits until `fd` has one of `events` (POLLIN, POLLOUT) or was hung up, `stop` is requested, or
// `longest` has passed; without `longest`, as long as it takes. A stop comes before all else.
// Milliseconds are whole, and a wait below one is one. A stop that had no descriptor left
// (Stop::fd) is looked at every 100 ms.
Woken WaitFor(int fd, short events, const Stop& stop,
              std::optional<std::chrono::nanoseconds> longest = std::nullopt);

// How long a poll(2) of one's own that has stop.fd() may wait, in milliseconds: without end (-1),
// or until the stop is looked at again, where it had no descriptor left.
int LongestPoll(const Stop& stop);

// Waits for the stop alone. False: the time has passed.
bool WaitForStop(const Stop& stop, std::optional<std::chrono::nanoseconds> longest = std::nullopt);

}  // namespace pdns
