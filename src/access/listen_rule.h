// Where a server may listen that asks for no keys: bound socket -> [CheckListening].
//
// Only where this machine alone can come from: 127.0.0.0/8, ::1, and Unix sockets. All others need
// keys, or a person who says that everybody may ask. Any thread.
#pragma once

#include <sys/socket.h>

#include "base/status.h"
#include "net/descriptor.h"

namespace pdns::access {

// Whether only processes of this machine can connect to it.
bool IsOfThisMachine(const sockaddr_storage& address);

// `guarded`: there are keys, or everybody may ask. kUsage: nobody may listen on `socket`'s address
// so; the message names it, and what can be done.
Status CheckListening(const net::Descriptor& socket, bool guarded);

}  // namespace pdns::access
