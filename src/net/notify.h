// What the service manager is told: [Notify] -> systemd, by sd_notify(3).
//
// Guest: libsystemd. Nothing happens where no manager asked to be told (NOTIFY_SOCKET). Any thread.
#pragma once

#include <chrono>
#include <string>

namespace pdns::net {

// Does a manager listen?
bool HasManager();

// Lines of assignments: "READY=1", "STATUS=...".
void Notify(const std::string& state);

// Gives the manager a copy of `fd`, to be handed to the next process of this service under `name`
// (FDSTORE=1; it is not watched for hang-ups meanwhile). False when there is no manager.
bool StoreDescriptor(const std::string& name, int fd);

// Lets the manager forget what it keeps under `name`: else it would hold a connection open that we
// closed.
void ForgetDescriptor(const std::string& name);

// Waits until the manager has read all of that.
void AwaitManager();

// How often the manager wants to hear WATCHDOG=1, at the latest; zero: never.
std::chrono::microseconds WatchdogInterval();

}  // namespace pdns::net
