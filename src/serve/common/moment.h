// The database as a server has it: there or not, and not older than it has to be.
//
//   store::OpenDatabase -> [Moment] -> store::Snapshot for each request
//
// What is committed is in a snapshot kFresh later, at most twice that. To look whether something
// was costs little, but where something was, files are opened; so a thread of its own does it,
// while requests come. At rest it sleeps, and the first request after a rest waits for a look. A
// request waits for kPatience at most, and is answered from the moment before.
//
// A database that is missing, damaged or of another schema, or gets so, is looked at again, at most
// every kRetry, and served once that is mended; until then NewSnapshot says why.
//
// Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/status.h"
#include "store/database.h"

namespace pdns::serve {

class Moment {
 public:
  static constexpr std::chrono::milliseconds kFresh{400};
  static constexpr std::chrono::milliseconds kRetry{1000};
  static constexpr std::chrono::milliseconds kPatience{1000};
  static constexpr std::chrono::seconds kRest{30};  // without a request: nobody looks any more

  using Open = std::function<Result<std::unique_ptr<store::Database>>()>;

  // `open` is called from the thread of its own.
  explicit Moment(Open open);
  ~Moment();
  Moment(const Moment&) = delete;
  Moment& operator=(const Moment&) = delete;

  // Errors: those of opening, and of store::Database.
  Result<std::unique_ptr<store::Snapshot>> NewSnapshot();

 private:
  using Clock = std::chrono::steady_clock;

  void Run();
  void Look(std::unique_lock<std::mutex>& lock);

  Open open_;
  std::mutex mutex_;
  std::condition_variable asked_for_;  // a look
  std::condition_variable looked_at_;
  std::shared_ptr<store::Database> database_;  // none: why_ says why
  Status why_;                                 // set by Look alone
  Clock::time_point asked_{};                  // the last request
  Clock::time_point looked_{};                 // the last look began
  std::uint64_t looks_ = 0;
  bool wanted_ = true;  // a look, at once
  bool stopping_ = false;
  std::thread thread_;  // the last: it uses all of the others
};

}  // namespace pdns::serve
