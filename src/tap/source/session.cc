#include "tap/source/session.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/wait.h"
#include "tap/source/live.h"
#include "tap/source/sources.h"

namespace pdns::tap {
namespace {

constexpr std::chrono::seconds kPatience(5);  // for an ingester that is being restarted

// A thread a source; the caller's own watches for the end.
class Session {
 public:
  Session(const PrintOptions& options, int output, const Stop& interrupt)
      : output_(output), interrupt_(interrupt), printer_(options, output, interrupt, stop_) {}

  void Start(const SourceList& sources) {
    running_ = 1;  // more are to come
    if (!sources.files.empty()) Spawn([this, &sources] { PrintFiles(sources.files); });
    for (const std::string& path : sources.followed) {
      Spawn([this, &path] { Keep(FollowFile(path, stop_, printer_)); });
    }
    for (const std::string& path : sources.sockets) {
      Spawn([this, &path] { Keep(PrintSocket(path, stop_, printer_)); });
    }
    if (!sources.control.empty()) {
      Spawn([this, &sources] { Keep(PrintLive(sources.control, kPatience, stop_, printer_)); });
    }
    Ended();
  }

  Outcome Finish() {
    Watch();
    for (std::thread& thread : threads_) thread.join();
    printer_.Flush();
    Outcome outcome{printer_.counts(), std::move(status_), interrupt_.requested(), reader_gone_};
    const int error = printer_.output_error();
    outcome.reader_gone = outcome.reader_gone || error == EPIPE;
    if (error != 0 && error != EPIPE) {
      outcome.status = Status::Errno("the output cannot be written", error);
      LogError(outcome.status.message());
    }
    return outcome;
  }

 private:
  void Spawn(std::function<void()> work) {
    ++running_;
    threads_.emplace_back([this, work = std::move(work)] {
      work();
      Ended();
    });
  }

  void Ended() {
    if (--running_ == 0) stop_.Request();
  }

  void PrintFiles(const std::vector<std::string>& files) {
    for (const std::string& path : files) {
      if (!stop_.requested()) Keep(PrintFile(path, stop_, printer_));
    }
  }

  void Keep(Status status) {
    if (status.ok()) return;
    LogError(status.message());
    const std::lock_guard lock(mutex_);
    if (status_.ok()) status_ = std::move(status);
  }

  // Ends when `stop_` is requested: by the last source, by the printer, or here. A reader that goes
  // away is noticed while there is nothing to write to it.
  void Watch() {
    const int longest = interrupt_.fd() < 0 ? LongestPoll(interrupt_) : LongestPoll(stop_);
    while (!stop_.requested()) {
      std::array<pollfd, 3> events{
          {{interrupt_.fd(), POLLIN, 0}, {stop_.fd(), POLLIN, 0}, {output_, 0, 0}}};
      if (poll(events.data(), events.size(), longest) < 0 && errno != EINTR) return;
      reader_gone_ = (events[2].revents & (POLLERR | POLLNVAL)) != 0;
      if (reader_gone_ || interrupt_.requested()) stop_.Request();
    }
  }

  int output_;
  const Stop& interrupt_;
  Stop stop_;
  Printer printer_;
  bool reader_gone_ = false;
  std::atomic<int> running_{0};
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  Status status_;
};

}  // namespace

bool SourceList::live() const {
  const auto comes = [](const std::string& path) {
    std::error_code error;
    return path == "-" || !std::filesystem::is_regular_file(path, error);
  };
  return !followed.empty() || !sockets.empty() || !control.empty() ||
         std::any_of(files.begin(), files.end(), comes);
}

Outcome Run(const SourceList& sources, const PrintOptions& options, int output,
            const Stop& interrupt) {
  Session session(options, output, interrupt);
  session.Start(sources);
  return session.Finish();
}

}  // namespace pdns::tap
