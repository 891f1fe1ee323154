#include "ingest/storing.h"

#include <chrono>

#include "base/wait.h"

namespace pdns::ingest {

bool Storing::Await(const Stop& stop) const {
  constexpr std::chrono::milliseconds kLook(50);
  while (!on()) {
    if (WaitForStop(stop, kLook)) return false;
  }
  return true;
}

void NotStored::Add(const NotStored& other) {
  const auto add = [](Frames& into, const Frames& more) {
    into.kept += more.kept;
    into.lost += more.lost;
  };
  add(unavailable, other.unavailable);
  add(full, other.full);
  add(failed, other.failed);
}

NotStored::Frames NotStored::Sum() const {
  return {unavailable.kept + full.kept + failed.kept, unavailable.lost + full.lost + failed.lost};
}

}  // namespace pdns::ingest
