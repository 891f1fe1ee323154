// Frames as dnstap-read -y has them: Frame -> [FrameToYaml] -> one YAML document, the full message.
//
// Every text is in double quotes, with no escapes but \" and \\, so that nothing in it can be taken
// for YAML; words of our own stand plain.
#pragma once

#include <string>

#include "tap/frame.h"
#include "tap/print/time_text.h"

namespace pdns::tap {

// 7-bit; ends with a newline, and holds no document separator.
std::string FrameToYaml(Frame& frame, Zone zone);
std::string MalformedToYaml(Bytes payload);

}  // namespace pdns::tap
