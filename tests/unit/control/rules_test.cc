// Who may have what done by way of the control socket: every kind of peer with every request.
#include "control/rules.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "net/accounts.h"

namespace pdns::control {
namespace {

using Operation = Request::Operation;

constexpr uid_t kOwn = 998;
constexpr gid_t kGroup = 997;
constexpr uid_t kOther = 1001;

Rules SomeRules(bool with_group) {
  Rules rules;
  rules.writers.user = kOwn;
  rules.writers.user_name = "pdns-ingest";
  if (with_group) rules.writers.group = kGroup;
  if (with_group) rules.writers.group_name = "writers";
  return rules;
}

Request SomeRequest(Operation operation) {
  Request request;
  request.operation = operation;
  if (operation == Operation::kBackfill) request.paths = {"/a"};
  if (operation == Operation::kAdmin) request.command = "expire";
  return request;
}

Status JudgeBackfill(const Rules& rules, const net::Peer& peer) {
  return Judge(rules, SomeRequest(Operation::kBackfill), peer);
}

TEST(Rules, WhoeverMayConnectMayRead) {
  for (const auto& peer : {net::Peer(), net::MakePeer(0, {0}), net::MakePeer(kOther, {kOther})}) {
    for (const bool with_group : {false, true}) {
      EXPECT_TRUE(Judge(SomeRules(with_group), SomeRequest(Operation::kStatus), peer).ok());
      EXPECT_TRUE(Judge(SomeRules(with_group), SomeRequest(Operation::kTap), peer).ok());
      EXPECT_TRUE(Judge(Rules(), SomeRequest(Operation::kTap), peer).ok());
    }
  }
}

TEST(Rules, RootAndTheIngestersUserMayWrite) {
  for (const bool with_group : {false, true}) {
    for (const uid_t user : {uid_t{0}, kOwn})
      EXPECT_TRUE(JudgeBackfill(SomeRules(with_group), net::MakePeer(user, {})).ok()) << user;
  }
  EXPECT_TRUE(JudgeBackfill(Rules(), net::MakePeer(0, {})).ok());
}

TEST(Rules, OthersMayByTheNamedGroupAlone) {
  const net::Peer member = net::MakePeer(kOther, {100, kGroup, kOther});
  const net::Peer other = net::MakePeer(kOther, {0, kOwn, kOther});  // readers
  EXPECT_TRUE(JudgeBackfill(SomeRules(true), member).ok());
  EXPECT_EQ(JudgeBackfill(SomeRules(false), member).code(), Code::kDenied);
  EXPECT_EQ(JudgeBackfill(Rules(), member).code(), Code::kDenied);
  const Status by_group = JudgeBackfill(SomeRules(true), other);
  EXPECT_EQ(by_group.code(), Code::kDenied);
  EXPECT_EQ(
      by_group.message(),
      "user 1001 may read from this ingester but not hand it files: root, user pdns-ingest and "
      "members of group writers may");
  const Status without = JudgeBackfill(SomeRules(false), other);
  EXPECT_NE(without.message().find("if its configuration names one"), std::string::npos);
}

// An admin command is judged as a backfill, and who may not is told what it was about.
TEST(Rules, AnAdminCommandIsForThoseWhoMayWrite) {
  const Request request = SomeRequest(Operation::kAdmin);
  for (const uid_t user : {uid_t{0}, kOwn})
    EXPECT_TRUE(Judge(SomeRules(false), request, net::MakePeer(user, {})).ok()) << user;
  EXPECT_TRUE(Judge(SomeRules(true), request, net::MakePeer(kOther, {kGroup})).ok());
  const Status denied = Judge(SomeRules(false), request, net::MakePeer(kOther, {kGroup}));
  EXPECT_EQ(denied.code(), Code::kDenied);
  EXPECT_EQ(denied.message().find("user 1001 may read from this ingester but not have it change"),
            0U)
      << denied.message();
  EXPECT_EQ(Judge(Rules(), request, net::Peer()).code(), Code::kDenied);
}

// 65534 is whoever this system cannot name.
TEST(Rules, NobodyMayNotWrite) {
  Rules as_nobody = SomeRules(true);
  as_nobody.writers.user = std::nullopt;
  const net::Peer nobody = net::MakePeer(net::kNobody, {net::kNobody});
  for (const Rules& rules : {SomeRules(true), SomeRules(false), as_nobody}) {
    EXPECT_EQ(JudgeBackfill(rules, nobody).code(), Code::kDenied);
    EXPECT_EQ(JudgeBackfill(rules, net::Peer()).code(), Code::kDenied);
  }
  EXPECT_NE(JudgeBackfill(as_nobody, nobody).message().find("cannot name"), std::string::npos);
}

TEST(Rules, ThePolicyIsTheIngesters) {
  Rules rules = SomeRules(false);
  rules.policy.accepted = dnstap::SetOf(4);
  rules.policy.untrusted = source::Untrusted::kQuarantine;
  const net::Peer root = net::MakePeer(0, {});
  Request request = SomeRequest(Operation::kBackfill);
  request.accepted = dnstap::SetOf(4);
  request.untrusted = source::Untrusted::kQuarantine;
  EXPECT_TRUE(Judge(rules, request, root).ok());
  for (const source::Untrusted other : {source::Untrusted::kStore, source::Untrusted::kDrop}) {
    request.untrusted = other;
    EXPECT_EQ(Judge(rules, request, root).code(), Code::kUsage);
  }
  request.untrusted.reset();
  request.accepted = static_cast<dnstap::TypeSet>(dnstap::SetOf(4) | dnstap::SetOf(6));
  EXPECT_EQ(Judge(rules, request, root).code(), Code::kUsage);
  // Who may not write is told that, and nothing of the policy.
  EXPECT_EQ(Judge(rules, request, net::Peer()).code(), Code::kDenied);
}

TEST(Rules, WritersOfThisProcess) {
  const auto own = MakeWriters("");
  ASSERT_TRUE(own.ok());
  EXPECT_TRUE(geteuid() == net::kNobody || own->user == geteuid());
  EXPECT_FALSE(own->user_name.empty());
  EXPECT_EQ(own->group, std::nullopt);
  const auto named = MakeWriters("root");
  ASSERT_TRUE(named.ok());
  EXPECT_EQ(named->group, 0U);
  EXPECT_EQ(named->group_name, "root");
  EXPECT_EQ(MakeWriters("4711")->group, 4711U);
  for (const char* none : {"no-such-group", "65534"})
    EXPECT_EQ(MakeWriters(none).status().code(), Code::kUsage) << none;
}

}  // namespace
}  // namespace pdns::control
