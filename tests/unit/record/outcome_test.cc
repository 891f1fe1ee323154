#include "record/outcome.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace pdns::record {
namespace {

template <class Outcome>
std::vector<std::string> Names(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    const CounterName name = NameOf(static_cast<Outcome>(i));
    names.push_back(std::string(name.group) + "." + std::string(name.name));
  }
  return names;
}

// The names of the report are a contract, and their order is that of the checks.
TEST(Outcome, FramesByNameInOrder) {
  EXPECT_EQ(Names<FrameOutcome>(kFrameOutcomes),
            (std::vector<std::string>{".used", ".skipped", "malformed.frame", "malformed.protobuf",
                                      "malformed.dns", "malformed.line", "refused.no_message",
                                      "refused.no_time", "refused.past_time", "refused.future_time",
                                      "refused.not_response", "refused.opcode", "refused.question",
                                      "refused.rcode", "refused.truncated", "refused.not_stored"}));
}

TEST(Outcome, RecordsByNameInOrder) {
  EXPECT_EQ(Names<RecordOutcome>(kRecordOutcomes),
            (std::vector<std::string>{".stored", "record.class", "record.meta", "record.malformed",
                                      "record.duplicate", "quarantine.off_chain",
                                      "quarantine.out_of_bailiwick"}));
}

TEST(Outcome, MessageTypesByNumber) {
  EXPECT_EQ(MessageTypeName(1), "AUTH_QUERY");
  EXPECT_EQ(MessageTypeName(4), "RESOLVER_RESPONSE");
  EXPECT_EQ(MessageTypeName(8), "FORWARDER_RESPONSE");
  EXPECT_EQ(MessageTypeName(14), "UPDATE_RESPONSE");
  std::set<std::string_view> names;
  for (std::size_t type = 0; type < kMessageTypes; ++type) names.insert(MessageTypeName(type));
  EXPECT_EQ(names.size(), kMessageTypes);
  EXPECT_EQ(MessageTypeName(15), "UNKNOWN");
  EXPECT_EQ(MessageTypeName(~std::size_t{0}), "UNKNOWN");
}

}  // namespace
}  // namespace pdns::record
