// Where frames come from: a path or a socket -> [Print...] -> Printer. Each takes until its source
// ends or `stop` is requested, on a thread of the caller's.
//
// A Status that is not ok says what ended it: kNoInput: not there, or not Frame Streams of dnstap;
// kIo: the system failed. What was taken before is printed all the same.
#pragma once

#include <string>

#include "base/status.h"
#include "base/stop.h"
#include "tap/print/printer.h"

namespace pdns::tap {

// A capture, plain or compressed; "-" is standard input. A capture that is cut off or breaks is
// told in a line of the log.
Status PrintFile(const std::string& path, const Stop& stop, Printer& printer);

// A capture that is still being written, over rotation and truncation, from its beginning; it need
// not be there yet. A file that is no capture, or that breaks, is told in a line of the log and
// waited out. Ends with `stop` only.
Status FollowFile(const std::string& path, const Stop& stop, Printer& printer);

// A Unix socket that is made here and that resolvers write to. kUsage when `path` cannot be one.
Status PrintSocket(const std::string& path, const Stop& stop, Printer& printer);

}  // namespace pdns::tap
