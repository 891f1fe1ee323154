// The stages in a row: payload -> dnstap -> dns -> verdicts -> window. The one place that names
// them.
//
// One frame, one thread, no lock and no queue. The order of the checks is the order of
// record/outcome.h.
#pragma once

#include <chrono>
#include <cstdint>

#include "aggregate/window.h"
#include "base/bytes.h"
#include "dns/answers.h"
#include "dnstap/decode.h"
#include "ingest/counters.h"
#include "record/sensors.h"

namespace pdns::ingest {

// What becomes of tuples that the checks refuse.
enum class Untrusted : std::uint8_t {
  kQuarantine,  // kept apart, as evidence
  kStore,       // the checks are off: stored like all others
  kDrop,        // counted only
};

std::uint64_t SystemSeconds();  // since 1970

struct LanePolicy {
  dnstap::TypeSet accepted = dnstap::SetOf(dnstap::kResolverResponse);
  Untrusted untrusted = Untrusted::kQuarantine;
  std::uint64_t (*now)() = SystemSeconds;  // frames a day ahead of it are refused
};

// A frame of an accepted type: what stands in it, and the bit of the sensor that sent it.
struct OpenedFrame {
  dnstap::Response response;
  record::SensorSet sensors = 0;
};

class Lane {
 public:
  // `sensors` outlives the lane; all lanes of a process have the same one.
  Lane(const LanePolicy& policy, record::SensorTable& sensors)
      : policy_(policy), decoder_(policy.accepted), sensors_(sensors) {}

  // Counts the frame and its records, and folds what is to be stored into `window`.
  void Take(Bytes payload, aggregate::Window& window, Counters& counters);

  // The same in two steps, for two threads with a lane each: what stands in the frame, good until
  // the next call; null when the frame ends here, counted.
  const OpenedFrame* Open(Bytes payload, Counters& counters);
  void Take(const OpenedFrame& frame, aggregate::Window& window, Counters& counters);

  // The latest time among the frames taken; the epoch when there were none.
  std::chrono::sys_seconds newest() const { return newest_; }

 private:
  record::FrameOutcome Judge(const dnstap::Response& response);
  void Fold(const dns::Answer& answer, record::SensorSet sensors, aggregate::Window& window,
            Counters& counters) const;

  LanePolicy policy_;
  dnstap::Decoder decoder_;
  record::SensorOfFrame sensors_;
  OpenedFrame opened_;
  dns::AnswerReader answers_;
  std::chrono::sys_seconds time_;
  std::chrono::sys_seconds newest_;
};

}  // namespace pdns::ingest
