#include "dnstap/message.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/support/protobuf.h"

namespace pdns::dnstap {
namespace {

using testing::Envelope;
using testing::Fields;

std::string Text(const std::optional<Bytes>& bytes) {
  return bytes.has_value() ? std::string(AsText(*bytes)) : "(absent)";
}

TEST(MessageReader, EveryField) {
  const Fields policy =
      Fields().Blob(1, "RPZ").Blob(2, "rule").Number(3, 6).Number(4, 2).Blob(5, "value");
  const Fields inner = Fields()
                           .Number(1, 6)
                           .Number(2, 2)
                           .Number(3, 4)
                           .Blob(4, "q-address")
                           .Blob(5, "r-address")
                           .Number(6, 1)
                           .Number(7, 65535)
                           .Number(8, 10)
                           .Fixed32(9, 11)
                           .Blob(10, "query")
                           .Blob(11, "zone")
                           .Number(12, 12)
                           .Fixed32(13, 13)
                           .Blob(14, "response")
                           .Blob(15, policy.bytes())
                           .Number(16, 3);
  const std::string payload = Fields()
                                  .Blob(1, "identity")
                                  .Blob(2, "version")
                                  .Blob(3, "extra")
                                  .Blob(14, inner.bytes())
                                  .Number(15, 1)
                                  .bytes();
  MessageReader reader;
  const auto message = reader.Read(AsBytes(payload));
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(Text(message->identity), "identity");
  EXPECT_EQ(Text(message->version), "version");
  EXPECT_EQ(Text(message->extra), "extra");
  EXPECT_EQ(message->type, 6U);
  EXPECT_EQ(message->socket_family, 2U);
  EXPECT_EQ(message->socket_protocol, 4U);
  EXPECT_EQ(Text(message->query_address), "q-address");
  EXPECT_EQ(Text(message->response_address), "r-address");
  EXPECT_EQ(message->query_port, 1U);
  EXPECT_EQ(message->response_port, 65535U);
  EXPECT_EQ(message->query_time.seconds, 10U);
  EXPECT_EQ(message->query_time.nanosecond, 11U);
  EXPECT_EQ(Text(message->query_message), "query");
  EXPECT_EQ(Text(message->query_zone), "zone");
  EXPECT_EQ(message->response_time.seconds, 12U);
  EXPECT_EQ(message->response_time.nanosecond, 13U);
  EXPECT_EQ(Text(message->response_message), "response");
  EXPECT_EQ(message->http_protocol, 3U);
  ASSERT_TRUE(message->policy.has_value());
  EXPECT_EQ(Text(message->policy->type), "RPZ");
  EXPECT_EQ(Text(message->policy->rule), "rule");
  EXPECT_EQ(message->policy->action, 6U);
  EXPECT_EQ(message->policy->match, 2U);
  EXPECT_EQ(Text(message->policy->value), "value");
}

TEST(MessageReader, AbsentIsNotZero) {
  MessageReader reader;
  const auto message = reader.Read(AsBytes(Envelope(Fields().Number(1, 4))));
  ASSERT_TRUE(message.has_value());
  EXPECT_FALSE(message->identity || message->version || message->extra);
  EXPECT_FALSE(message->socket_family || message->socket_protocol || message->http_protocol);
  EXPECT_FALSE(message->query_address || message->response_address);
  EXPECT_FALSE(message->query_port || message->response_port);
  EXPECT_FALSE(message->query_time.seconds || message->query_time.nanosecond);
  EXPECT_FALSE(message->response_time.seconds || message->response_time.nanosecond);
  EXPECT_FALSE(message->query_message || message->response_message || message->query_zone);
  EXPECT_FALSE(message->policy.has_value());
}

TEST(MessageReader, EmptyIsNotAbsent) {
  MessageReader reader;
  const auto message =
      reader.Read(AsBytes(Envelope(Fields().Number(1, 4).Blob(14, "").Blob(15, ""))));
  ASSERT_TRUE(message.has_value());
  ASSERT_TRUE(message->response_message.has_value());
  EXPECT_TRUE(message->response_message->empty());
  ASSERT_TRUE(message->policy.has_value());
  EXPECT_FALSE(message->policy->action.has_value());
}

TEST(MessageReader, NumbersThatNoEnumerationHasAreKept) {
  const Fields policy = Fields().Number(3, 77).Number(4, 0xffffffff);
  const Fields inner = Fields()
                           .Number(1, 99)
                           .Number(2, 0)
                           .Number(3, 4000000000)
                           .Blob(15, policy.bytes())
                           .Number(16, 5);
  MessageReader reader;
  const auto message = reader.Read(AsBytes(Envelope(inner)));
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->type, 99U);
  EXPECT_EQ(message->socket_family, 0U);
  EXPECT_EQ(message->socket_protocol, 4000000000U);
  EXPECT_EQ(message->policy->action, 77U);
  EXPECT_EQ(message->policy->match, 0xffffffffU);
  EXPECT_EQ(message->http_protocol, 5U);
}

TEST(MessageReader, WhatIsNoMessage) {
  const std::string good = Envelope(Fields().Number(1, 4));
  MessageReader reader;
  for (const std::string& bad :
       {std::string(), std::string("text"), Fields().Number(15, 1).bytes(),
        Fields().Blob(14, Fields().Number(1, 4).bytes()).bytes(),
        Fields().Blob(14, Fields().Number(1, 4).bytes()).Number(15, 2).bytes(),
        Envelope(Fields().Number(2, 1)), good.substr(0, good.size() - 1)}) {
    EXPECT_FALSE(reader.Read(AsBytes(bad)).has_value()) << ToHex(AsBytes(bad));
  }
  EXPECT_TRUE(reader.Read(AsBytes(good)).has_value());
}

TEST(Words, OfEnumerations) {
  EXPECT_EQ(FamilyName(1), "INET");
  EXPECT_EQ(FamilyName(2), "INET6");
  EXPECT_EQ(FamilyName(3), "");
  EXPECT_EQ(ProtocolName(1), "UDP");
  EXPECT_EQ(ProtocolName(5), "DNSCryptUDP");
  EXPECT_EQ(ProtocolName(7), "DOQ");
  EXPECT_EQ(ProtocolName(0), "");
  EXPECT_EQ(ProtocolName(8), "");
  EXPECT_EQ(HttpName(2), "HTTP2");
  EXPECT_EQ(HttpName(4), "");
  EXPECT_EQ(PolicyActionName(6), "LOCAL_DATA");
  EXPECT_EQ(PolicyActionName(7), "");
  EXPECT_EQ(PolicyMatchName(5), "NS_IP");
  EXPECT_EQ(PolicyMatchName(0xffffffff), "");
  EXPECT_TRUE(IsQuery(1));
  EXPECT_FALSE(IsQuery(14));
}

}  // namespace
}  // namespace pdns::dnstap
