// A record's way into a window, in one step.
#pragma once

#include "aggregate/window.h"
#include "base/bytes.h"
#include "record/counters.h"
#include "source/decoder.h"

namespace pdns::testing {

inline void DecodeInto(source::Decoder& decoder, Bytes record, aggregate::Window& window,
                       record::Counters& counters) {
  const source::Opened* opened = decoder.Open(record, counters);
  if (opened == nullptr) return;
  for (const source::Observation& seen : decoder.Decode(*opened, counters))
    window.Add(seen.tuple, seen.sighting);
}

}  // namespace pdns::testing
