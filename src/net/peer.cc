#include "net/peer.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "net/accounts.h"

namespace pdns::net {
namespace {

// None on a kernel that does not tell.
std::vector<gid_t> SupplementaryGroups(int fd) {
  constexpr std::size_t kUsual = 64;
  constexpr std::size_t kMost = 65536;  // NGROUPS_MAX
  std::vector<gid_t> groups(kUsual);
  while (true) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const bool told = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0;
    const std::size_t count = size / sizeof(gid_t);
    const bool larger = !told && errno == ERANGE && count > groups.size() && count <= kMost;
    groups.resize(told || larger ? count : 0);
    if (!larger) return groups;
  }
}

}  // namespace

bool Peer::IsIn(gid_t group) const {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

Peer MakePeer(uid_t user, std::vector<gid_t> groups) {
  Peer peer;
  if (user != kNobody) peer.user = user;
  std::erase(groups, kNobody);
  peer.groups = std::move(groups);
  return peer;
}

Peer PeerOf(int fd) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0 ||
      credentials.uid == static_cast<uid_t>(-1)) {
    return {};
  }
  std::vector<gid_t> groups = SupplementaryGroups(fd);
  groups.push_back(credentials.gid);
  return MakePeer(credentials.uid, std::move(groups));
}

}  // namespace pdns::net
