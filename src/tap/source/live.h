// The frames that a running ingester takes, as it takes them: its control socket -> [PrintLive] ->
// Printer.
//
// The ingester does not wait for a tap: frames that were too many for this one are left out, and
// the stream says how many (control/taps.h). Protocol: control/message.h.
#pragma once

#include <chrono>
#include <string>

#include "base/status.h"
#include "base/stop.h"
#include "tap/print/printer.h"

namespace pdns::tap {

// Until the ingester ends, which is no error, or `stop` is requested. An ingester that comes back
// within `patience`, as it does after a reload, is joined anew. kNoInput: no ingester is at
// `path`; kDenied: this user may not connect; kUsage, kNoInput, kDenied or kIo as the ingester
// says; kIo: the connection failed or what came over it cannot be read.
Status PrintLive(const std::string& path, std::chrono::milliseconds patience, const Stop& stop,
                 Printer& printer);

}  // namespace pdns::tap
