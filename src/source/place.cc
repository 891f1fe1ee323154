#include "source/place.h"

#include "base/hash.h"

namespace pdns::source {

void Place::Move(Bytes frame, std::uint64_t bytes) {
  record::Advance(position_, frame);
  position_.bytes = bytes;
  position_.last_length = static_cast<std::uint32_t>(frame.size());
  position_.broken = false;
  last_frame_.assign(AsText(frame));
}

record::Position Place::position() const {
  record::Position position = position_;
  if (!last_frame_.empty()) position.last_frame = Sha256(AsBytes(last_frame_));
  return position;
}

}  // namespace pdns::source
