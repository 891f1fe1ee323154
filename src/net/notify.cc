#include "net/notify.h"

#include <systemd/sd-daemon.h>

#include <cstdlib>

namespace pdns::net {
namespace {
constexpr int kKeep = 0;  // the environment: a re-exec needs it again
}

bool HasManager() {
  const char* socket = std::getenv("NOTIFY_SOCKET");
  return socket != nullptr && *socket != '\0';
}

void Notify(const std::string& state) { sd_notify(kKeep, state.c_str()); }

bool StoreDescriptor(const std::string& name, int fd) {
  const std::string state = "FDSTORE=1\nFDPOLL=0\nFDNAME=" + name;
  return sd_pid_notify_with_fds(0, kKeep, state.c_str(), &fd, 1) > 0;
}

void ForgetDescriptor(const std::string& name) { Notify("FDSTOREREMOVE=1\nFDNAME=" + name); }

void AwaitManager() {
  constexpr std::uint64_t kMicroseconds = 5'000'000;
  if (HasManager()) sd_notify_barrier(kKeep, kMicroseconds);
}

std::chrono::microseconds WatchdogInterval() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(kKeep, &microseconds) <= 0) return {};
  return std::chrono::microseconds(microseconds);
}

}  // namespace pdns::net
