#include "tools/ingest/signal_supervisor.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "ingest/figures.h"
#include "net/notify.h"

namespace pdns::tools {
namespace {

constexpr std::array<int, 4> kSignals{SIGTERM, SIGINT, SIGHUP, SIGUSR1};
constexpr auto kLongest = std::chrono::hours(1);

sigset_t Ours() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kSignals) sigaddset(&set, signal);
  return set;
}

}  // namespace

void BlockSignals() {
  const sigset_t set = Ours();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, nullptr);
}

SignalSupervisor::SignalSupervisor(Stop& stop, Handlers handlers)
    : stop_(stop), handlers_(std::move(handlers)), watchdog_(net::WatchdogInterval()) {
  const sigset_t set = Ours();
  signal_fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  thread_ = std::thread([this] { Run(); });
}

SignalSupervisor::~SignalSupervisor() {
  End();
  if (signal_fd_ >= 0) close(signal_fd_);
}

bool SignalSupervisor::End() {
  ended_.Request();
  if (thread_.joinable()) thread_.join();
  return reloads_;
}

void SignalSupervisor::Run() {
  {
    const std::lock_guard lock(mutex_);
    if (handlers_.stats_interval.count() > 0 && handlers_.figures) last_ = handlers_.figures();
  }
  const sigset_t signals = Ours();
  while (!ended_.requested()) {
    const int answered = question_ == nullptr ? -1 : question_->answered.fd();
    std::array<pollfd, 3> fds{
        {{signal_fd_, POLLIN, 0}, {ended_.fd(), POLLIN, 0}, {answered, POLLIN, 0}}};
    poll(fds.data(), fds.size(), static_cast<int>(Wait().count()));
    // Not read from its descriptor, which there is none of when descriptors are few.
    constexpr timespec kNoWait{};
    if (const int signal = sigtimedwait(&signals, nullptr, &kNoWait); signal > 0) OnSignal(signal);
    if (question_ != nullptr && question_->answered.requested()) OnAnswer();
    Tick();
  }
  if (question_ == nullptr) return;
  question_->hurry.Request();
  question_->thread.join();
  question_.reset();
}

void SignalSupervisor::OnSignal(int signal) {
  constexpr int kBySignal = 128;
  if (signal == SIGUSR1) {
    const std::lock_guard lock(mutex_);
    if (!handlers_.figures) return;
    LogInfo("figures since the start:");
    std::fputs(ingest::FiguresToText(handlers_.figures()).c_str(), stderr);
    return;
  }
  if (signal == SIGHUP && handlers_.may_reload) return OnHangUp();
  if (stop_.requested() && !reloads_) _exit(kBySignal + signal);
  ends_ = true;
  reloads_ = false;  // an end that is asked for while a reload is under way
  net::Notify("STOPPING=1");
  stop_.Request();
}

void SignalSupervisor::OnHangUp() {
  if (stop_.requested()) return;
  if (question_ != nullptr) {
    question_->again = true;
    return;
  }
  auto question = std::make_unique<Question>();
  try {
    question->thread = std::thread([this, &question = *question] {
      question.answer = handlers_.may_reload(question.hurry);
      question.answered.Request();
    });
  } catch (const std::system_error& error) {  // as std::thread says that there is no thread more
    return LogError("no reload, all goes on as before: no further thread: " +
                    error.code().message());
  }
  question_ = std::move(question);
}

void SignalSupervisor::OnAnswer() {
  const auto question = std::move(question_);
  question->thread.join();
  if (stop_.requested()) return;
  // In a storm of signals it is answered all the same.
  constexpr unsigned kMostInARow = 3;
  if (question->again && ++asked_again_ < kMostInARow) return OnHangUp();
  asked_again_ = 0;
  if (!question->answer.ok())
    return LogError("no reload, all goes on as before: " + question->answer.message());
  reloads_ = true;
  net::Notify("RELOADING=1");
  stop_.Request();
}

std::chrono::milliseconds SignalSupervisor::Wait() const {
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(UntilTick());
  // No descriptor was left for one of those that wake it: it looks itself.
  constexpr std::chrono::milliseconds kLook(100);
  const bool deaf =
      signal_fd_ < 0 || ended_.fd() < 0 || (question_ != nullptr && question_->answered.fd() < 0);
  return deaf ? std::min(wait, kLook) : wait;
}

SignalSupervisor::Clock::duration SignalSupervisor::UntilTick() const {
  const auto now = Clock::now();
  Clock::duration wait = kLongest;
  if (handlers_.stats_interval.count() > 0)
    wait = std::min<Clock::duration>(wait, last_line_ + handlers_.stats_interval - now);
  if (watchdog_.count() > 0)
    wait = std::min<Clock::duration>(wait, last_beat_ + watchdog_ / 2 - now);
  return std::max<Clock::duration>(wait, Clock::duration::zero());
}

void SignalSupervisor::Forget() {
  const std::lock_guard lock(mutex_);
  handlers_.figures = {};
  handlers_.alive = {};
}

void SignalSupervisor::Tick() {
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  if (watchdog_.count() > 0 && now - last_beat_ >= watchdog_ / 2) {
    last_beat_ = now;
    if (!handlers_.alive || handlers_.alive()) net::Notify("WATCHDOG=1");
  }
  if (handlers_.stats_interval.count() == 0 || now - last_line_ < handlers_.stats_interval) return;
  const auto elapsed = now - std::exchange(last_line_, now);
  if (!handlers_.figures) return;
  auto figures = handlers_.figures();
  const std::string line = ingest::StatisticsLine(last_, figures, elapsed);
  LogInfo(line);
  net::Notify("STATUS=" + line);
  last_ = std::move(figures);
}

}  // namespace pdns::tools
