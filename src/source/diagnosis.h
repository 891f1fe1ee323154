// What the counters of a source tell about it.
#pragma once

#include <cstdint>
#include <string>

#include "record/counters.h"

namespace pdns::source {

using record::Counters;

// A resolver that forwards: it wrote FORWARDER_RESPONSE frames, which were not asked for, and none
// that were. Its operator would wonder at an empty database.
bool OnlyForwards(const Counters& counters);

// Frames that were refused for their time, which another clock might take.
std::uint64_t RefusedForTime(const Counters& counters);

// Nothing was used, and some were refused for their time.
bool OnlyRefusedForTime(const Counters& counters);

// What to say of a stream of which more than half was refused for its time; else empty.
std::string TimeComplaint(const Counters& counters);

}  // namespace pdns::source
