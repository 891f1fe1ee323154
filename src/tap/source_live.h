// The frames that a running ingester takes, as it takes them: its control socket -> [PrintLive] ->
// Printer.
//
// The ingester does not wait for its listeners: what was too much for this one it leaves out, and
// says how many frames that were. Protocol: one line {"op":"tap"}; back one line of JSON,
// {"ok":true} or {"error":"...","code":64}, and then Frame Streams with data frames and, where
// frames were left out, a control frame of type 0x64726f70 ("drop") with their number, u64 BE.
// Guest: RapidJSON.
#pragma once

#include <chrono>
#include <string>

#include "base/status.h"
#include "base/stop.h"
#include "tap/printer.h"

namespace pdns::tap {

// Until the ingester ends, which is no error, or `stop` is requested. An ingester that comes back
// within `patience`, as it does after a reload, is joined anew. kNoInput: no ingester is at
// `path`; kDenied: this user may not connect; kUsage, kNoInput, kDenied or kIo as the ingester
// says; kIo: the connection failed or what came over it cannot be read.
Status PrintLive(const std::string& path, std::chrono::milliseconds patience, const Stop& stop,
                 Printer& printer);

}  // namespace pdns::tap
