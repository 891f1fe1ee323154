// Makes each answer in a thread of its own: a handler -> [Answerer] -> a snapshot, an Ending, a
// Body -> whoever writes the answer.
//
// What all answers cost together is bounded by `most_at_once`; what a single one does, by
// `most_time`: it looks for so long, and then writes what it has found for as long again at most,
// beside one write that may wait for its peer as long as http::ConnectionTable lets it. Answers
// that sort, or hold what they have told or a list, take more memory than a stream of rows: they
// wait for Places, of which a key has half, or an address where there are no keys; so all together
// take 1.6 GB at worst, beside 128 MiB of lists that wait. Answers that have no end are a quarter
// of `most_at_once` at most, so that they leave room for the others. Beyond these bounds a request
// is told to come again (503).
//
// Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "base/stop.h"
#include "http/message.h"
#include "http/reply.h"
#include "serve/common/answering.h"
#include "serve/common/asker.h"
#include "serve/common/body.h"
#include "serve/common/moment.h"
#include "serve/common/places.h"
#include "serve/common/threads.h"
#include "store/database.h"

namespace pdns::serve {

// A request that was let in, until it is answered.
struct Asked {
  Asker asker;
  http::Reply reply;
  Refusing refusal = Refusal;
};

// Answers at once, and writes the log.
void Send(Asked& asked, http::Answer answer);
void Refuse(Asked& asked, int status, std::string_view text);
void RefusePath(Asked& asked);
void RefuseMethod(Asked& asked, std::string_view text, const char* allowed);

// Seconds, as times in requests count from.
std::chrono::sys_seconds NowInSeconds();

class Answerer {
 public:
  static constexpr std::chrono::milliseconds kGrace{500};
  static constexpr const char* kBusy = "too many answers are being made: try again";

  struct Settings {
    Moment::Open open;
    std::chrono::milliseconds most_time;
    std::size_t most_at_once;
    std::chrono::milliseconds patience = Places::kPatience;
  };
  explicit Answerer(const Settings& settings);

  // Asks all answers to end, and waits until those without an end have said so, kGrace at most.
  void End();

  // Ends all answers at once, and waits for their threads.
  ~Answerer() { stop_.Request(); }
  Answerer(const Answerer&) = delete;
  Answerer& operator=(const Answerer&) = delete;

  // Returns how many rows it told.
  using OwnedSnapshot = std::unique_ptr<store::Snapshot>;
  using Answering = std::function<std::uint64_t(OwnedSnapshot, const Ending&, Body&)>;

  enum class Size : std::uint8_t {
    kStream,
    kSorted,   // a place
    kLarge,    // four
    kEndless,  // `most_time` does not end it
  };

  // `type`: the Content-Type. `bytes`: what `answer` holds before it begins.
  void Start(Asked asked, const char* type, Answering answer, Size size = Size::kStream,
             std::size_t bytes = 0);

  // A thread, and nothing else. False: there are too many.
  bool StartJob(std::function<void()> job) { return threads_.Start(std::move(job)); }
  Result<std::unique_ptr<store::Snapshot>> NewSnapshot() { return moment_.NewSnapshot(); }

 private:
  struct Job;
  void Make(Job& job);
  // When there is room for it.
  void MakeInTurn(Job& job);
  static void RefuseBusy(Asked& asked);

  std::chrono::milliseconds most_time_;
  Stop stop_;
  const std::size_t most_endless_;
  std::atomic<std::size_t> endless_{0};
  Places places_;
  Moment moment_;
  Threads threads_;  // the last: its threads use all of the others
};

}  // namespace pdns::serve
