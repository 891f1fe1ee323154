// SIGTERM and SIGINT ask for a stop; a second one ends the process at once. SIGPIPE is ignored.
#pragma once

#include "base/stop.h"

namespace pdns::tools {

// `stop` outlives the process's use of signals.
void StopOnSignals(Stop& stop);

// From now on SIGHUP asks for a reload, and does not end the process.
void ReloadOnSignal();

// Was a reload asked for since the last call?
bool ReloadWanted();

}  // namespace pdns::tools
