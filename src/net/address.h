// An endpoint as the system wants it: Endpoint -> [Address] -> bind, connect.
//
// A Unix path that does not fit is reached through its folder's descriptor:
// /proc/self/fd/<n>/<name>. One thread at a time.
#pragma once

#include <sys/socket.h>

#include <string>

#include "base/status.h"
#include "net/descriptor.h"
#include "net/endpoint.h"

namespace pdns::net {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  Descriptor folder;  // held open while the address is used; none for most

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// kUsage: no such address can be; kIo: the folder of a long path cannot be opened.
Result<Address> AddressOf(const Endpoint& endpoint);

// "path", "@abstract", "127.0.0.1:6000", "[::1]:6000"; empty for anything else.
std::string TextOf(const sockaddr_storage& storage, socklen_t size);

}  // namespace pdns::net
