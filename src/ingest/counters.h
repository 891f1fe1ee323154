// What the counters of a source tell about it.
#pragma once

#include "record/counters.h"

namespace pdns::ingest {

using record::Counters;

// A resolver that forwards: it wrote FORWARDER_RESPONSE frames, which were not asked for, and none
// that were. Its operator would wonder at an empty database.
bool OnlyForwards(const Counters& counters);

}  // namespace pdns::ingest
