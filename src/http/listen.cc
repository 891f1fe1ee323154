#include "http/listen.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "net/address.h"
#include "net/endpoint.h"

namespace pdns::http {
namespace {

// Peers that come at once wait here and not a second for their next try.
constexpr int kBacklog = 1024;

// By the name, as people type it, without asking a resolver: that may be what is watched.
std::string WithoutName(const std::string& address_port) {
  constexpr std::string_view kLocal = "localhost:";
  if (!address_port.starts_with(kLocal)) return address_port;
  return "127.0.0.1:" + address_port.substr(kLocal.size());
}

}  // namespace

Result<net::Descriptor> Listen(std::string_view what, const std::string& address_port) {
  const std::string named = std::string(what) + " " + address_port;
  const auto endpoint = net::ParseTcp(WithoutName(address_port));
  if (!endpoint.ok())
    return Status::Usage(named + ": neither PORT nor ADDRESS:PORT; an IPv6 address is [ADDRESS]");
  auto socket = net::ListeningSocket::Open(*endpoint, {});
  if (socket.ok() && listen(socket->fd(), kBacklog) == 0) return socket->Release();
  const std::string why = socket.ok() ? Status::Errno("listen", errno).message()
                                      : std::string(socket.status().message());
  return Status::Io(named + ": choose another address or port: " + why);
}

Result<net::Descriptor> AdoptListening(net::Descriptor socket) {
  int listens = 0;
  socklen_t size = sizeof listens;
  if (getsockopt(socket.get(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0)
    return Status::Usage("what was handed over is no socket that listens");
  const int flags = fcntl(socket.get(), F_GETFL);
  if (flags < 0 || fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0)
    return Status::Errno("the socket that was handed over", errno);
  return socket;
}

int PortOf(const net::Descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  // The port stands at one place in both.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

std::string AddressOf(const net::Descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return net::TextOf(address, size);
}

}  // namespace pdns::http
