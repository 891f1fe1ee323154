// The thread that attends to a running service: signals, statistics, the manager's watchdog.
//
// SIGTERM and SIGINT ask for a stop; a second one ends the process at once. SIGHUP asks for a stop
// after which the program is to be started anew (Reloads()), or is a stop like the others where
// nothing live would be lost by it. SIGUSR1 prints all figures. SIGPIPE is ignored.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/figure.h"
#include "base/status.h"
#include "base/stop.h"

namespace pdns::tools {

// Call first thing, before there are threads: all of them leave signals to the supervisor.
void BlockSignals();

class SignalSupervisor {
 public:
  struct Handlers {
    std::function<std::vector<Figure>()> figures;  // empty: SIGUSR1 has nothing to print
    std::function<bool()> alive;  // asked at each beat of the watchdog; empty: always
    // Empty: SIGHUP is a stop. Not ok: it is refused, in its words. Asked in a thread of its own,
    // one question at a time; ends soon once `hurry` is requested.
    std::function<Status(const Stop& hurry)> may_reload;
    std::chrono::seconds stats_interval;  // zero: no line
  };

  SignalSupervisor(Stop& stop, Handlers handlers);
  ~SignalSupervisor();  // as End
  SignalSupervisor(const SignalSupervisor&) = delete;
  SignalSupervisor& operator=(const SignalSupervisor&) = delete;

  bool reloads() const { return reloads_; }
  // Was an end asked for by a signal?
  bool ends() const { return ends_; }

  // Hears no more signals: those that come from now on wait for the next process. The last word on
  // reloads().
  bool End();

  // What the figures and the liveness are asked of is about to go; signals are heard further on.
  void Forget();

 private:
  using Clock = std::chrono::steady_clock;

  void Run();
  void OnSignal(int signal);
  void OnHangUp();
  void OnAnswer();
  void Tick();
  std::chrono::milliseconds Wait() const;
  Clock::duration UntilTick() const;

  Stop& stop_;
  std::mutex mutex_;
  Handlers handlers_;  // figures and alive: guarded by mutex_
  Stop ended_;
  // The question whether a reload may be, while it is open.
  struct Question {
    Stop hurry;
    Stop answered;
    Status answer;       // once answered
    bool again = false;  // the signal came once more: the configuration may be another by now
    std::thread thread;
  };
  std::unique_ptr<Question> question_;
  unsigned asked_again_ = 0;  // in a row
  std::atomic<bool> reloads_{false};
  std::atomic<bool> ends_{false};
  std::vector<Figure> last_;
  Clock::time_point last_line_ = Clock::now();
  Clock::time_point last_beat_ = Clock::now();
  std::chrono::microseconds watchdog_{};
  int signal_fd_;
  std::thread thread_;
};

}  // namespace pdns::tools
