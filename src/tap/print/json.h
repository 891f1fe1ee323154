// Frames for programs: Frame -> [FrameToJson] -> one JSON object on one line, the full message.
// Guest: RapidJSON.
#pragma once

#include <string>

#include "tap/frame.h"
#include "tap/print/time_text.h"

namespace pdns::tap {

// 7-bit, without a newline.
std::string FrameToJson(Frame& frame, Zone zone);
std::string MalformedToJson(Bytes payload);

}  // namespace pdns::tap
