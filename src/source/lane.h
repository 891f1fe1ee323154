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
#include "record/sensors.h"
#include "source/diagnosis.h"
#include "source/policy.h"

namespace pdns::source {

// A frame of an accepted type: what stands in it, and the bit of the sensor that sent it.
struct Opened {
  dnstap::Response response;
  record::SensorSet sensors = 0;
};

class Lane {
 public:
  // `sensors` outlives the lane; all lanes of a process have the same one.
  Lane(const Policy& policy, record::SensorTable& sensors)
      : policy_(policy), decoder_(policy.accepted), sensors_(sensors) {}

  // Counts the frame and its records, and folds what is to be stored into `window`.
  void Take(Bytes payload, aggregate::Window& window, Counters& counters);

  // The same in two steps, for two threads with a lane each: what stands in the frame, good until
  // the next call; null when the frame ends here, counted.
  const Opened* Open(Bytes payload, Counters& counters);
  void Take(const Opened& frame, aggregate::Window& window, Counters& counters);

  // The latest time among the frames taken; the epoch when there were none.
  std::chrono::sys_seconds newest() const { return newest_; }

 private:
  record::FrameOutcome Judge(const dnstap::Response& response);
  void Fold(const dns::Answer& answer, record::SensorSet sensors, aggregate::Window& window,
            Counters& counters) const;

  Policy policy_;
  dnstap::Decoder decoder_;
  record::SensorOfFrame sensors_;
  Opened opened_;
  dns::AnswerReader answers_;
  std::chrono::sys_seconds time_;
  std::chrono::sys_seconds newest_;
};

}  // namespace pdns::source
