#include "net/endpoint.h"

#include <sys/time.h>

#include <cerrno>

#include "net/address.h"

namespace pdns::net {
namespace {

constexpr timeval kConnectTime{10, 0};

}  // namespace

Result<Endpoint> ParseTcp(std::string_view text) {
  Endpoint endpoint{Endpoint::Kind::kTcp, std::string(text), false};
  const auto address = AddressOf(endpoint);
  if (!address.ok()) return address.status();
  endpoint.text = TextOf(address->storage, address->size);
  return endpoint;
}

Result<Descriptor> Connect(const Endpoint& endpoint) {
  const auto address = AddressOf(endpoint);
  if (!address.ok()) return address.status();
  Descriptor fd(socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return Status::Errno(endpoint.text, errno);
  // A time limit of sending holds for connecting as well: a process that accepts nobody must not
  // hold its client for ever.
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &kConnectTime, sizeof kConnectTime);
  int done = -1;
  do {
    done = connect(fd.get(), address->get(), address->size);
  } while (done != 0 && errno == EINTR);
  if (done != 0 && errno != EISCONN) {
    const int error = errno == EINPROGRESS || errno == EAGAIN ? ETIMEDOUT : errno;
    const bool nobody = error == ENOENT || error == ENOTDIR || error == ECONNREFUSED;
    if (nobody) return Status::NoInput(endpoint.text + ": nobody listens there");
    const Status failed = Status::Errno(endpoint.text + ": cannot connect", error);
    if (endpoint.kind != Endpoint::Kind::kUnix || error != EACCES) return failed;
    return Status::Denied(failed.message() + ": ask as a member of its group, or as root");
  }
  const timeval none{};
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &none, sizeof none);
  return fd;
}

std::string PeerName(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) == 0 &&
      storage.ss_family != AF_UNIX) {
    return TextOf(storage, size);
  }
  ucred peer{};
  socklen_t peer_size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) != 0 || peer.pid <= 0)
    return "unknown";
  return "pid " + std::to_string(peer.pid);
}

}  // namespace pdns::net
