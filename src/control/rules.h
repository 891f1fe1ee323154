// May this be done for who asks? Request and peer -> [Rules] -> yes, or a refusal.
//
// The socket file's mode decides who may connect, and whoever may connect may read: tap and status.
// A backfill and an admin command write to the database. They are for root, for the user that the
// ingester runs as, and for members of the one group that the operator names, if any.
//
// A request decides nothing about what is stored and which frames count as taken: it names files,
// and the ingester takes them by its own policy. One that asks for another policy is refused.
//
// Values; any thread.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/status.h"
#include "control/message.h"
#include "net/peer.h"
#include "source/policy.h"

namespace pdns::control {

// Who may hand in files and change the database, beside root.
struct Writers {
  std::optional<uid_t> user;  // of the ingester; nothing: net::kNobody, which may be anybody
  std::string user_name;
  std::optional<gid_t> group;
  std::string group_name;
};

// Of this process, and the group of this name or number; empty: none. kUsage: there is no such
// group, or it is net::kNobody.
Result<Writers> MakeWriters(const std::string& group);

struct Rules {
  Writers writers;
  source::Policy policy;
};

// kDenied: not for this peer; kUsage: not by this policy.
Status Judge(const Rules& rules, const Request& request, const net::Peer& peer);

}  // namespace pdns::control
