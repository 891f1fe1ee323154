#include "http/peer_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>

namespace pdns::http {

void BoundUnsent(int fd) {
  setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMostUnsent, sizeof kMostUnsent);
}

void EndGently(int fd) {
  std::array<char, 4096> rest;
  shutdown(fd, SHUT_WR);
  for (int i = 0; i < 16 && recv(fd, rest.data(), rest.size(), MSG_DONTWAIT) > 0; ++i) {
  }
}

}  // namespace pdns::http
