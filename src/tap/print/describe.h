// The full message as a tree: Frame -> [Describe] -> Tree. Keys are those of `dnstap-read -y`, with
// the fields it leaves out added.
#pragma once

#include <cstddef>

#include "tap/frame.h"
#include "tap/print/time_text.h"
#include "tap/print/tree.h"

namespace pdns::tap {

void Describe(Frame& frame, Zone zone, Tree& tree);

// For a payload that is no dnstap message.
void DescribeMalformed(Bytes payload, Tree& tree);

}  // namespace pdns::tap
