// What a window holds, as tuples that own their bytes.
#pragma once

#include <vector>

#include "aggregate/window.h"
#include "unit/support/entries.h"

namespace pdns::testing {

inline std::vector<Observed> Trusted(aggregate::Window& window) {
  std::vector<const record::Entry*> entries;
  window.ListTrusted(entries);
  return Read(entries);
}

inline std::vector<Observed> Quarantined(aggregate::Window& window) {
  std::vector<const record::Entry*> entries;
  window.ListQuarantined(entries);
  return Read(entries);
}

}  // namespace pdns::testing
