// The one-line form that dnstap-read users know: Frame -> [FrameToLine] -> "22-Nov-2026
// 18:41:16.119 RR 127.0.0.1:5300 <- 127.0.53.1:53 UDP 105b www.blah.org/IN/A".
//
// Where a frame does not say something, ? stands; dnstap-read would take UDP and port 0 for it.
#pragma once

#include <string>

#include "tap/frame.h"
#include "tap/print/time_text.h"

namespace pdns::tap {

struct LineOptions {
  Zone zone = Zone::kUtc;
  bool colour = false;  // the type coloured; red: a message that cannot be read or that failed
};

// 7-bit, without a newline.
std::string FrameToLine(Frame& frame, const LineOptions& options);

// For a payload that is no dnstap message: "malformed 17b".
std::string MalformedLine(std::size_t size, bool colour);

}  // namespace pdns::tap
