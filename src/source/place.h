// How far a source is taken, frame by frame: frames -> [Place] -> the position that a batch
// commits with them.
//
// A position holds a digest of the last frame, of 0.3 us. A place moves with every frame and so
// keeps the frame itself, in a buffer that is used again, and makes the digest when it is asked for
// the position: once a batch.
//
// A value; copies move by themselves. Each is one thread's at a time.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "record/position.h"

namespace pdns::source {

class Place {
 public:
  Place() = default;
  explicit Place(const record::SourceId& id, const record::Position& position = {})
      : id_(id), position_(position) {}

  // One frame further. `bytes` is the offset behind it; it is not empty.
  void Move(Bytes frame, std::uint64_t bytes);

  // What follows was found to be no frame.
  void Break() { position_.broken = true; }

  const record::SourceId& id() const { return id_; }
  std::uint64_t frames() const { return position_.frames; }
  std::uint64_t bytes() const { return position_.bytes; }
  bool broken() const { return position_.broken; }

  // The position with its digest, which costs a hash of the last frame.
  record::Position position() const;

 private:
  record::SourceId id_;
  record::Position position_;  // its last_frame is good while last_frame_ is empty
  std::string last_frame_;     // the last one that Move got
};

}  // namespace pdns::source
