#include "control/rules.h"

#include <unistd.h>

#include "net/accounts.h"

namespace pdns::control {
namespace {

constexpr uid_t kRoot = 0;

bool MayWrite(const Writers& writers, const net::Peer& peer) {
  if (peer.user == kRoot) return true;
  if (peer.user.has_value() && peer.user == writers.user) return true;
  return writers.group.has_value() && peer.IsIn(*writers.group);
}

std::string DenialOf(const Writers& writers, const net::Peer& peer, Request::Operation operation) {
  std::string text = peer.user.has_value() ? "user " + std::to_string(*peer.user)
                                           : "a user whom the ingester's system cannot name";
  const bool files = operation == Request::Operation::kBackfill;
  text += " may read from this ingester but not ";
  text += files ? "hand it files: " : "have it change its database: ";
  const bool as_root = !writers.user.has_value() || *writers.user == kRoot;
  const std::string users = as_root ? "root" : "root, user " + writers.user_name;
  if (writers.group.has_value())
    return text + users + " and members of group " + writers.group_name + " may";
  return text + users + " may, and members of a group if its configuration names one";
}

}  // namespace

Result<Writers> MakeWriters(const std::string& group) {
  Writers writers;
  const uid_t user = geteuid();
  if (user != net::kNobody) writers.user = user;
  writers.user_name = net::UserName(user);
  if (group.empty()) return writers;
  writers.group = net::GroupNumber(group);
  if (!writers.group.has_value()) return Status::Usage("no such group: " + group);
  if (writers.group == net::kNobody)
    return Status::Usage("group " + group + " may be anybody's: name a group of its own");
  writers.group_name = group;
  return writers;
}

Status Judge(const Rules& rules, const Request& request, const net::Peer& peer) {
  using Operation = Request::Operation;
  const bool files = request.operation == Operation::kBackfill;
  if (!files && request.operation != Operation::kAdmin) return {};
  if (!MayWrite(rules.writers, peer))
    return Status::Denied(DenialOf(rules.writers, peer, request.operation));
  if (!files) return {};
  const source::Policy& policy = rules.policy;
  if (request.accepted.value_or(policy.accepted) == policy.accepted &&
      request.untrusted.value_or(policy.untrusted) == policy.untrusted) {
    return {};
  }
  return Status::Usage(
      "the live ingester decides which message types are taken and what becomes of untrusted "
      "records, and these are others: leave them out");
}

}  // namespace pdns::control
