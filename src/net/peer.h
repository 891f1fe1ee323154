// Who is at the other end of a Unix socket: descriptor -> [PeerOf] -> user and groups.
//
// The kernel notes them when the peer connects: the effective user and group of its process, which
// under sudo are root's and under su those of the other user, and its supplementary groups. A
// process that was started before somebody became a member of a group is not in it.
//
// Ids are those of this process's user namespace. One that it does not have is shown as kNobody,
// and so kNobody is no id here: it may be anybody. Root of another user namespace is the user who
// made that namespace. Source: unix(7), user_namespaces(7); SO_PEERGROUPS is of Linux 4.13.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

namespace pdns::net {

// A value.
struct Peer {
  std::optional<uid_t> user;  // nothing: the system does not tell, or it is kNobody
  std::vector<gid_t> groups;  // without kNobody

  bool IsIn(gid_t group) const;
};

// Any thread. What the system does not tell is not in it.
Peer PeerOf(int fd);

// Of ids as the system tells them.
Peer MakePeer(uid_t user, std::vector<gid_t> groups);

}  // namespace pdns::net
