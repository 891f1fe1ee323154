// What became of the frames and records of a source, or of all: every one counted under one name.
#pragma once

#include <array>
#include <cstdint>

#include "record/fate.h"

namespace pdns::ingest {

struct Counters {
  std::uint64_t frames = 0;
  std::array<std::uint64_t, record::kFrameFates> frame{};      // by FrameFate
  std::array<std::uint64_t, record::kMessageTypes> skipped{};  // by dnstap message type
  std::array<std::uint64_t, record::kRecordFates> record{};    // by RecordFate

  std::uint64_t Of(record::FrameFate fate) const { return frame[static_cast<std::size_t>(fate)]; }
  std::uint64_t Of(record::RecordFate fate) const { return record[static_cast<std::size_t>(fate)]; }

  void Count(record::FrameFate fate) {
    ++frames;
    ++frame[static_cast<std::size_t>(fate)];
  }
  void Count(record::RecordFate fate) { ++record[static_cast<std::size_t>(fate)]; }

  void Add(const Counters& other);
  void Subtract(const Counters& other);  // what was added before

  // Holds always: frames are the sum over all fates, the skipped ones the sum over all types.
  bool AddUp() const;

  // A resolver that forwards: it wrote FORWARDER_RESPONSE frames, which were not asked for, and
  // none that were. Its operator would wonder at an empty database.
  bool OnlyForwards() const;
};

}  // namespace pdns::ingest
