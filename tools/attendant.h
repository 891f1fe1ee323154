// The thread that attends to a running service: signals, statistics, the manager's watchdog.
//
// SIGTERM and SIGINT ask for a stop; a second one ends the process at once. SIGHUP asks for a stop
// after which the program is to be started anew (Reloads()), or is a stop like the others where
// nothing live would be lost by it. SIGUSR1 prints all figures. SIGPIPE and SIGXFSZ are ignored.
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

// Call first thing, before there are threads: all of them leave signals to the attendant.
void BlockSignals();

class Attendant {
 public:
  struct Charge {
    std::function<std::vector<Figure>()> figures;  // empty: SIGUSR1 has nothing to print
    std::function<bool()> alive;          // asked at each beat of the watchdog; empty: always
    std::function<Status()> may_reload;   // empty: SIGHUP is a stop; not ok: refused, in its words
    std::chrono::seconds stats_interval;  // zero: no line
  };

  Attendant(Stop& stop, Charge charge);
  ~Attendant();  // as End
  Attendant(const Attendant&) = delete;
  Attendant& operator=(const Attendant&) = delete;

  bool reloads() const { return reloads_; }

  // Hears no more signals: those that come from now on wait for the next process. The last word on
  // reloads().
  bool End();

  // What the figures and the liveness are asked of is about to go; signals are heard further on.
  void Forget();

 private:
  using Clock = std::chrono::steady_clock;

  void Run();
  void OnSignal(int signal);
  void Tick();
  Clock::duration UntilTick() const;

  Stop& stop_;
  std::mutex mutex_;
  Charge charge_;  // figures and alive: guarded by mutex_
  Stop ended_;
  std::atomic<bool> reloads_{false};
  std::vector<Figure> last_;
  Clock::time_point last_line_ = Clock::now();
  Clock::time_point last_beat_ = Clock::now();
  std::chrono::microseconds watchdog_{};
  int signal_fd_;
  std::thread thread_;
};

}  // namespace pdns::tools
