#include "query/pivot_target.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/support/dns_message.h"
#include "unit/support/rows.h"

namespace pdns::query {
namespace {

using record::RrType;
using testing::MakeTuple;
using testing::U16;
using testing::WireName;

// Each end as its kind and its text.
std::vector<std::string> Ends(RrType type, const std::string& rdata) {
  std::vector<std::string> texts;
  const record::OwnedTuple tuple = MakeTuple("owner.org", type, rdata);
  for (const PivotTarget& end : PivotTargetsOf(tuple.view())) {
    const char* const kind = end.kind == PivotNode::Kind::kAddress      ? "address "
                             : end.kind == PivotNode::Kind::kNameServer ? "server "
                                                                        : "name ";
    texts.push_back(kind + end.Text());
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST(PivotTarget, OfEachTypeThatIsFollowed) {
  EXPECT_EQ(Ends(RrType::kA, "\x0a\1\2\3"), Texts{"address 10.1.2.3"});
  EXPECT_EQ(Ends(RrType::kAaaa, std::string(15, '\0') + "\1"), Texts{"address ::1"});
  EXPECT_EQ(Ends(RrType::kCname, WireName("a.org")), Texts{"name a.org."});
  EXPECT_EQ(Ends(RrType::kDname, WireName("a.org")), Texts{"name a.org."});
  EXPECT_EQ(Ends(RrType::kNs, WireName("a.org")), Texts{"server a.org."});
  EXPECT_EQ(Ends(RrType::kNs, WireName(".")), Texts{"server ."});
  const std::string hints = U16(4) + U16(8) + "\x0a\1\1\1\x0a\2\2\2";
  EXPECT_EQ(Ends(RrType::kHttps, U16(1) + WireName("a.org") + hints),
            (Texts{"name a.org.", "address 10.1.1.1", "address 10.2.2.2"}));
}

TEST(PivotTarget, TheRootOfAServiceIsNoName) {
  const std::string hints = U16(4) + U16(4) + "\x0a\1\1\1";
  EXPECT_EQ(Ends(RrType::kSvcb, U16(1) + WireName(".") + hints), Texts{"address 10.1.1.1"});
}

TEST(PivotTarget, NoneOfOtherTypesAndOfWhatDoesNotHoldWhatItsTypeSays) {
  EXPECT_EQ(Ends(RrType::kMx, U16(1) + WireName("a.org")), Texts());
  EXPECT_EQ(Ends(RrType::kPtr, WireName("a.org")), Texts());
  EXPECT_EQ(Ends(RrType::kTxt, "\1a"), Texts());
  EXPECT_EQ(Ends(RrType::kA, "123"), Texts());
  EXPECT_EQ(Ends(RrType::kAaaa, "1234"), Texts());
  EXPECT_EQ(Ends(RrType::kCname, WireName("a.org") + "x"), Texts());
  for (const RrType type : {RrType::kCname, RrType::kDname, RrType::kNs, RrType::kHttps})
    EXPECT_EQ(Ends(type, ""), Texts());
}

TEST(PivotTarget, FromTheReverseSideTheOwner) {
  const PivotTarget end = OwnerAsTarget(MakeTuple("owner.org", RrType::kA, "\x0a\1\2\3").view());
  EXPECT_EQ(end.kind, PivotNode::Kind::kName);
  EXPECT_EQ(end.Text(), "owner.org.");
}

}  // namespace
}  // namespace pdns::query
