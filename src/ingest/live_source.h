// What resolvers send: frames of a listener, of all sockets -> [LiveSource] -> archive, taps,
// collector.
//
// What a resolver sends cannot be had again: the live source reads on whatever the disk does, as
// long as its windows have room. A frame that is archived moves its archive file as a source, so
// what a crash takes from the windows is taken from the archive later, and nothing twice.
//
// While the database takes no batches (storing.h), frames of accepted types are archived, counted
// as not stored, and do not come into the window. Where that begins and ends the archive begins a
// new file, so that a file moves a source with each of its frames or with none.
//
// Frames that are refused for their time are archived as well. Where the clock was put forward or
// back between them and others, the archive begins a new file, too: what a wrong clock refused is
// no part of a file that moves, and a run by the right clock takes it.
//
// Runs in one thread; figures() and beat() are for any.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "base/log_limit.h"
#include "control/taps.h"
#include "frame/listen/listener.h"
#include "ingest/collector.h"
#include "ingest/report.h"
#include "source/clock.h"
#include "source/report.h"

namespace pdns::ingest {

struct LiveFigures {
  struct Socket {
    std::string name;
    record::Counters counters;
    frame::ListenerFigures listener;
  };
  std::vector<Socket> sockets;
  std::size_t window_memory = 0;
  std::chrono::sys_seconds newest;  // frame; the epoch when there was none
  NotStored not_stored;
};

class LiveSource final : public frame::FrameSink {
 public:
  // What it works with; all of it outlives it.
  struct Surroundings {
    frame::Listener& listener;
    Drainer& drainer;
    control::Taps& taps;
    source::Progress& progress;
    archive::Archive* archive =
        nullptr;  // or none; archives all frames, or those of accepted types
    bool archive_all = false;
    const Storing* storing = nullptr;  // null: the database always takes batches
  };

  LiveSource(const Surroundings& around, const source::Policy& policy,
             const CollectorLimits& limits);

  // Until `ended`, which is asked each turn and whenever the listener is woken. `on_ready` is
  // called once, when what peers had sent before is read.
  void Run(const std::function<bool()>& ended, const std::function<void()>& on_ready,
           std::chrono::milliseconds longest_turn = std::chrono::seconds(1));

  // After Run. With `keep` the connections are left as they stand, for the next process; without,
  // what peers have sent already is read. Everything is handed over when it returns.
  std::vector<frame::HandedPeer> End(bool keep);

  // After End: one for each socket.
  std::vector<source::Report> reports() const;

  LiveFigures figures() const;
  // When it last came round.
  std::chrono::steady_clock::time_point beat() const { return beat_; }

  // Do frames come into the window now? In its thread.
  bool stores() const { return state_ == Storing::State::kOn; }

  // To be called when a file of the archive ends, in its thread: was anything of it taken,
  // or is all of it refused for its time, for a later run to take?
  bool FileMoves();

  void OnFrame(std::size_t socket, Bytes payload) override;
  void OnBrokenStream(std::size_t socket) override;

 private:
  void Turn(std::chrono::milliseconds longest);
  void LookAtStoring();
  void LookAtClock(const source::Opened& frame);
  void PutOff(Bytes payload, record::Counters& counters);
  bool Archived(Bytes payload);
  void Publish();
  void WarnOfForwarders();
  void WarnOfTimes();

  Surroundings around_;
  Collector collector_;
  std::vector<source::Report> reports_;  // one for each socket
  Storing::State state_ = Storing::State::kOn;
  bool archive_stands_ = false;  // its disk took nothing for long: frames do not wait for it
  NotStored not_stored_;
  NotStored::Frames told_;  // of them, when frames came into the window last
  std::vector<bool> warned_;
  std::vector<record::Counters> judged_;  // whose times were looked at, for each socket
  LogLimit time_warnings_{""};
  std::uint64_t (*now_)();
  source::ClockJumps clock_;
  bool untimely_ = false;  // the last frame was refused for its time
  std::atomic<std::chrono::steady_clock::time_point> beat_{std::chrono::steady_clock::now()};
  mutable std::mutex mutex_;
  LiveFigures figures_;  // guarded by mutex_
  std::chrono::steady_clock::time_point published_{};
};

}  // namespace pdns::ingest
