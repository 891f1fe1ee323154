#include "access/listen_rule.h"

#include <netinet/in.h>

#include <cerrno>
#include <cstring>

#include "net/address.h"

namespace pdns::access {
namespace {

constexpr unsigned char kLoopbackNet = 127;
constexpr std::size_t kMappedAt = 12;  // ::ffff:127.0.0.1

}  // namespace

bool IsOfThisMachine(const sockaddr_storage& address) {
  if (address.ss_family == AF_UNIX) return true;
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return ntohl(v4.sin_addr.s_addr) >> 24 == kLoopbackNet;
  }
  if (address.ss_family != AF_INET6) return false;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return v6.sin6_addr.s6_addr[kMappedAt] == kLoopbackNet;
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

Status CheckListening(const net::Descriptor& socket, bool guarded) {
  if (guarded) return {};
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return Status::Usage("it cannot be told where it listens: " + std::string(strerror(errno)));
  if (IsOfThisMachine(address)) return {};
  return Status::Usage(net::TextOf(address, size) +
                       ": other machines can come here, and everybody there could ask: give a file "
                       "of keys, or say that everybody may ask, or listen on 127.0.0.1");
}

}  // namespace pdns::access
