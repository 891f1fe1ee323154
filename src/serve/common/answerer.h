// Makes each answer in a thread of its own: a handler -> [Answerer] -> a snapshot, an Ending, a
// Body -> whoever writes the answer.
//
// What all answers cost together is bounded by `most_at_once`; what a single one does, by
// `most_time`: it looks for so long, and then writes what it has found for as long again at most,
// beside one write that may wait for its peer as long as http::ConnectionTable lets it. Answers
// that sort, or hold what they have told or a list, take more memory than a stream of rows: of
// these there are at most kMostLarge, some 400 MB each at worst, and half of them for one key.
// Answers that have no end are a quarter of `most_at_once` at most, so that they leave room for the
// others. Beyond these bounds a request is told to come again (503).
//
// Any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
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
  static constexpr std::size_t kMostLarge = 4;
  static constexpr std::size_t kMostLargeOfAKey = kMostLarge / 2;
  static constexpr std::chrono::milliseconds kGrace{500};
  static constexpr const char* kBusy = "too many answers are being made: try again";

  struct Settings {
    Moment::Open open;
    std::chrono::milliseconds most_time;
    std::size_t most_at_once;
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
    kLarge,
    kEndless,  // `most_time` does not end it
  };

  // `type`: the Content-Type.
  void Start(Asked asked, const char* type, Answering answer, Size size = Size::kStream);

  // A thread, and nothing else. False: there are too many.
  bool StartJob(std::function<void()> job) { return threads_.Start(std::move(job)); }
  Result<std::unique_ptr<store::Snapshot>> NewSnapshot() { return moment_.NewSnapshot(); }

 private:
  struct Job;
  void Make(Job& job);
  // False: there is none left. What was claimed is freed under the same size and key.
  bool ClaimPlace(Size size, const std::string& key);
  void FreePlace(Size size, const std::string& key);
  static void RefuseBusy(Asked& asked);

  std::chrono::milliseconds most_time_;
  Stop stop_;
  std::array<std::size_t, 3> most_;  // by Size
  std::array<std::atomic<std::size_t>, 3> running_{};
  std::mutex keys_mutex_;
  std::map<std::string, std::size_t> large_of_key_;  // of keys that have some
  Moment moment_;
  Threads threads_;  // the last: its threads use all of the others
};

}  // namespace pdns::serve
