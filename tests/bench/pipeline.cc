#include "pipeline.h"

#include <chrono>
#include <utility>

#include "dns/answers.h"
#include "dnstap/decode.h"
#include "frame/input/input.h"
#include "frame/reader.h"
#include "record/outcome.h"

namespace pdns::bench {
namespace {

using record::FrameOutcome;
using record::RecordOutcome;

// Regular files never make it wait.
class NoWaiter final : public frame::Waiter {
 public:
  bool AwaitReadable(int) override { return true; }
};

}  // namespace

Result<Read> ReadCapture(
    const std::string& path,
    const std::function<void(const record::Tuple&, const record::Sighting&)>& sink) {
  NoWaiter waiter;
  auto input = frame::OpenInput(path, waiter);
  if (!input.ok()) return input.status();
  frame::Reader reader(std::move(*input));
  dnstap::Decoder decoder(dnstap::SetOf(dnstap::kResolverResponse));
  dnstap::Response response;
  dns::AnswerReader answers;
  Read read;
  while (const auto payload = reader.Next()) {
    ++read.frames;
    if (decoder.Decode(*payload, response) != FrameOutcome::kUsed) continue;
    if (!response.message || !response.seconds || !answers.Walk(*response.message)) continue;
    if (answers.Refusal() != FrameOutcome::kUsed) continue;
    ++read.used;
    const std::chrono::sys_seconds time{std::chrono::seconds(*response.seconds)};
    for (const dns::Answer& answer : answers.Judge(response.zone)) {
      if (answer.outcome != RecordOutcome::kStored) continue;
      ++read.stored;
      sink(answer.tuple, {.first = time, .last = time, .count = 1, .bailiwick = answer.bailiwick});
    }
  }
  if (reader.end() != frame::End::kStop && reader.end() != frame::End::kCut) {
    return Status::Malformed(path + ": " + reader.reason());
  }
  return read;
}

}  // namespace pdns::bench
