// Descriptors that travel from one process to the next: [Handed] by systemd's protocol
// (sd_listen_fds(3)), which serves socket activation and its descriptor store; and by a list of our
// own when a process becomes the program anew.
//
// Guest: libsystemd. One thread, at the start and at the end of a process.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "net/descriptor.h"

namespace pdns::net {

struct Handed {
  std::string name;  // of a socket unit: the unit's
  Descriptor fd;     // close-on-exec, whatever it was
};

// What was left open for this process, once: later calls find nothing.
std::vector<Handed> ReceiveHanded();

// A memory file that holds `bytes`, to travel with the others; and what is in one, up to 1 GiB.
Result<Descriptor> StateFile(const std::string& bytes);
Result<std::string> ReadStateFile(const Descriptor& file);

// Becomes `program`, in this process, with everything in `handed` and nothing else but the standard
// descriptors. Signals that are blocked stay so: one that comes meanwhile waits for the next
// program and does not end it. Returns only when that cannot be (kIo), and everything is as before.
Status Reexecute(const std::string& program, const std::vector<std::string>& arguments,
                 const std::vector<Handed>& handed);

}  // namespace pdns::net
