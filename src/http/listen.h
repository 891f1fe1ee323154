// Where HTTP is served, as people write it: "9150" -> [Listen] -> listening socket.
//
// Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "net/descriptor.h"

namespace pdns::http {

// Listens on `address_port`: "9150" or ":9150" (127.0.0.1), "192.0.2.1:9150", "[::1]:9150",
// "localhost:9150"; port 0 takes a free one. No name is looked up, and [::] is IPv6 alone. The
// socket does not block, and does not survive an exec. `what` begins an error: "metrics address".
// kUsage: not such an address; kIo: it cannot be listened on.
Result<net::Descriptor> Listen(std::string_view what, const std::string& address_port);

// The same of a socket that somebody else, such as the service manager, has opened. kUsage: it is
// no stream socket that listens.
Result<net::Descriptor> AdoptListening(net::Descriptor socket);

// The port of a listening socket; 0 if it has none.
int PortOf(const net::Descriptor& socket);

// "127.0.0.1:8053", "[::1]:8053"; empty for what has no such address.
std::string AddressOf(const net::Descriptor& socket);

}  // namespace pdns::http
