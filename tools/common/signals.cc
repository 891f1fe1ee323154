#include "tools/common/signals.h"

#include <unistd.h>

#include <csignal>

namespace pdns::tools {
namespace {

Stop* wished = nullptr;
volatile std::sig_atomic_t reload = 0;

extern "C" void OnSignal(int signal) {
  constexpr int kBySignal = 128;
  if (wished->requested()) _exit(kBySignal + signal);
  wished->Request();
}

extern "C" void OnReload(int /*signal*/) { reload = 1; }

}  // namespace

void StopOnSignals(Stop& stop) {
  wished = &stop;
  struct sigaction action {};
  action.sa_handler = OnSignal;
  // A write that waits for a slow reader goes on: what was found so far is printed whole.
  action.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, nullptr);
}

void ReloadOnSignal() {
  struct sigaction action {};
  action.sa_handler = OnReload;
  action.sa_flags = SA_RESTART;
  sigaction(SIGHUP, &action, nullptr);
}

bool ReloadWanted() {
  if (reload == 0) return false;
  reload = 0;
  return true;
}

}  // namespace pdns::tools
