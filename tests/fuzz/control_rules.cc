// A line of a client with who it is, and the rules: what may be done for it. Held against the
// rules said once more, in other words. Bytes: the ingester's user and the named group (u32,
// ~0: none), the accepted types (u16) and what becomes of the untrusted (u8), the peer's user (u32)
// and its groups (u8, u32 each), network order; the rest is the line.
#include <string>
#include <vector>

#include "check.h"
#include "control/rules.h"
#include "net/accounts.h"

namespace {

using pdns::Code;
using pdns::control::Request;
using pdns::control::Rules;

constexpr std::uint32_t kNone = ~std::uint32_t{0};

struct Asker {
  std::uint32_t user;
  std::vector<gid_t> groups;
};

bool MayWrite(const pdns::control::Rules& rules, const Asker& asker) {
  const auto same = [](std::uint32_t one, const auto& other) {
    return one != pdns::net::kNobody && other.has_value() && one == *other;
  };
  if (asker.user == 0 || same(asker.user, rules.writers.user)) return true;
  for (const gid_t group : asker.groups) {
    if (same(group, rules.writers.group)) return true;
  }
  return false;
}

void Decide(const pdns::control::Rules& rules, const pdns::control::Request& request,
            const Asker& asker) {
  const pdns::net::Peer peer = pdns::net::MakePeer(asker.user, asker.groups);
  const pdns::Status judged = Judge(rules, request, peer);
  using Operation = Request::Operation;
  const bool admin = request.operation == Operation::kAdmin;
  const bool reads = !admin && request.operation != Operation::kBackfill;
  const bool same_policy =
      admin || ((!request.accepted.has_value() || *request.accepted == rules.policy.accepted) &&
                (!request.untrusted.has_value() || *request.untrusted == rules.policy.untrusted));
  const Code policy = same_policy ? Code::kOk : Code::kUsage;
  const Code write = MayWrite(rules, asker) ? policy : Code::kDenied;
  MUST_HOLD(judged.code() == (reads ? Code::kOk : write));
  MUST_HOLD(judged.ok() == judged.message().empty());
  if (judged.ok()) return;
  // The client ends with its code.
  pdns::control::Reply refusal;
  refusal.error = judged;
  std::string line = ToLine(refusal);
  line.pop_back();
  const auto told = pdns::control::ParseReply(line);
  MUST_HOLD(told.ok() && ExitCode(told->error.code()) == ExitCode(judged.code()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pdns::Cursor cursor({data, size});
  pdns::control::Rules rules;
  const std::uint32_t own = cursor.U32();
  const std::uint32_t group = cursor.U32();
  if (own != kNone && own != pdns::net::kNobody) rules.writers.user = own;
  if (group != kNone) rules.writers.group = group;
  rules.writers.user_name = rules.writers.group_name = "x";
  rules.policy.accepted = cursor.U16();
  rules.policy.untrusted = static_cast<pdns::source::Untrusted>(cursor.U8() % 3);
  Asker asker{cursor.U32(), {}};
  for (unsigned left = cursor.U8(); left > 0; --left) asker.groups.push_back(cursor.U32());
  const auto line = pdns::AsText(cursor.Read(cursor.left()));
  if (!cursor.ok()) return 0;
  const auto request = pdns::control::ParseRequest(line);
  if (!request.ok()) return 0;
  Decide(rules, *request, asker);
  // What else the line says decides nothing.
  std::string plain = ToLine(*request);
  plain.pop_back();
  const auto again = pdns::control::ParseRequest(plain);
  if (again.ok()) Decide(rules, *again, asker);
  return 0;
}
