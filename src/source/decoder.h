// What a record says: record bytes -> [Decoder] -> tuples with their sightings.
//
// The work has two halves, so that several threads may share one source. Open() looks at the record
// as far as one thread must, in the order of the records: is it wanted, and who saw it? Decode()
// does the rest, by the decoder of any thread. Every record is counted under one outcome, and every
// tuple it holds under another (record/outcome.h), by the half that finds it.
//
// One thread at a time, each with a decoder of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "record/counters.h"
#include "record/observation.h"
#include "record/sensors.h"

namespace pdns::source {

// A record that is wanted. Views of the record, or of the decoder that opened it.
struct Opened {
  std::optional<Bytes> body;  // what Decode reads; a record may lack it
  std::optional<Bytes> zone;  // wire name of the zone whose server answered, if it is known
  std::optional<std::uint64_t> seconds;  // since 1970, unchecked; a record may lack it
  record::SensorSet sensors = 0;         // that saw it
};

struct Observation {
  record::Tuple tuple;
  record::Sighting sighting;
};

// What a person should know of a record that was not used, or not all of it: its number in the
// stream, from 1, and a sentence, printable.
struct Remark {
  std::uint64_t record = 0;
  std::string text;
};

// Of each source so many remarks are kept, the first ones: all are counted.
inline constexpr std::size_t kMostRemarks = 8;

class Decoder {
 public:
  virtual ~Decoder() = default;

  // Null: the record ends here, counted in `counters`. Else good until the next Open, and no longer
  // than the record.
  virtual const Opened* Open(Bytes record, record::Counters& counters) = 0;

  // Counts the record, and what it holds, and returns what is to be stored. Good until the next
  // Decode, and no longer than what `opened` views.
  virtual std::span<const Observation> Decode(const Opened& opened, record::Counters& counters) = 0;

  // Equal numbers for records about the same question, which then meet in one thread's window.
  virtual std::size_t QuestionNumber(const Opened& opened) const = 0;

  // The first remarks, kMostRemarks at most, since the last call. Kinds whose records nobody finds
  // by a number have none.
  virtual std::vector<Remark> ReleaseRemarks() { return {}; }

  // The latest time among the records decoded; the epoch when there were none.
  virtual std::chrono::sys_seconds newest() const = 0;
};

}  // namespace pdns::source
