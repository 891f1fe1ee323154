#include "ingest/storing.h"

#include <poll.h>

namespace pdns::ingest {

bool Storing::Await(const Stop& stop) const {
  constexpr int kLook = 50;  // ms
  while (!on()) {
    if (stop.requested()) return false;
    pollfd wish{stop.fd(), POLLIN, 0};
    poll(&wish, 1, kLook);
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
