#include "dnstap/decode.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "record/name.h"
#include "unit/support/dnstap_payload.h"

namespace pdns::dnstap {
namespace {

using pdns::testing::Dnstap;
using pdns::testing::Labels;
using pdns::testing::Payload;
using pdns::testing::WireName;
using record::FrameOutcome;

struct DecodeTest : ::testing::Test {
  FrameOutcome Decode(const std::string& bytes) {
    payload = bytes;
    return decoder.Decode(AsBytes(payload), response);
  }

  std::string payload;  // views of `response` may point into it
  Response response;
  Decoder decoder{SetOf(kResolverResponse)};
};

// A field's key: number and wire type (0 varint, 1 eight bytes, 2 bytes, 5 four bytes).
std::string Key(unsigned number, unsigned wire_type) {
  std::string key;
  AppendVarint(key, number << 3 | wire_type);
  return key;
}

std::string Field(unsigned number, std::uint64_t value) {
  std::string field = Key(number, 0);
  AppendVarint(field, value);
  return field;
}

std::string Field(unsigned number, std::string_view bytes) {
  std::string field = Key(number, 2);
  AppendVarint(field, bytes.size());
  return field.append(bytes);
}

TEST_F(DecodeTest, GivesMessageTimeZoneAndIdentity) {
  Dnstap what;
  what.response = "not looked at here";
  what.response_time = 1'700'000'000;
  what.query_time = 1'600'000'000;
  what.zone = WireName("Blah.ORG");
  what.identity = "resolver";
  ASSERT_EQ(Decode(Payload(what)), FrameOutcome::kUsed);
  EXPECT_EQ(response.message_type, kResolverResponse);
  ASSERT_TRUE(response.message.has_value());
  EXPECT_EQ(AsText(*response.message), "not looked at here");
  EXPECT_EQ(response.seconds, 1'700'000'000U);
  ASSERT_TRUE(response.zone.has_value());
  EXPECT_EQ(AsText(*response.zone), WireName("Blah.ORG"));  // in any case
  EXPECT_EQ(AsText(response.identity), "resolver");
}

TEST_F(DecodeTest, QueryTimeStandsInForResponseTime) {
  Dnstap what;
  what.query_time = 1'600'000'000;
  ASSERT_EQ(Decode(Payload(what)), FrameOutcome::kUsed);
  EXPECT_EQ(response.seconds, 1'600'000'000U);
  what.response_time = 0;  // present, and none
  ASSERT_EQ(Decode(Payload(what)), FrameOutcome::kUsed);
  EXPECT_EQ(response.seconds, 1'600'000'000U);
  what.query_time = 0;
  ASSERT_EQ(Decode(Payload(what)), FrameOutcome::kUsed);
  EXPECT_EQ(response.seconds, std::nullopt);
  what.response_time = ~std::uint64_t{0};
  ASSERT_EQ(Decode(Payload(what)), FrameOutcome::kUsed);
  EXPECT_EQ(response.seconds, ~std::uint64_t{0});
}

TEST_F(DecodeTest, WhatIsAbsentIsAbsent) {
  ASSERT_EQ(Decode(Payload({})), FrameOutcome::kUsed);
  EXPECT_FALSE(response.message.has_value());
  EXPECT_FALSE(response.seconds.has_value());
  EXPECT_FALSE(response.zone.has_value());
  EXPECT_TRUE(response.identity.empty());
}

TEST_F(DecodeTest, NothingStaysFromTheFrameBefore) {
  Dnstap full;
  full.response = "message";
  full.response_time = 7;
  full.zone = WireName("org");
  full.identity = "resolver";
  ASSERT_EQ(Decode(Payload(full)), FrameOutcome::kUsed);
  ASSERT_EQ(Decode(Payload({})), FrameOutcome::kUsed);
  EXPECT_FALSE(response.message.has_value());
  EXPECT_FALSE(response.seconds.has_value());
  EXPECT_FALSE(response.zone.has_value());
  EXPECT_TRUE(response.identity.empty());
  ASSERT_EQ(Decode(Payload(full)), FrameOutcome::kUsed);
  ASSERT_EQ(Decode("\x01"), FrameOutcome::kMalformedProtobuf);
  EXPECT_FALSE(response.message.has_value());
  EXPECT_TRUE(response.identity.empty());
}

TEST_F(DecodeTest, AnEmptyMessageIsPresent) {
  Dnstap what;
  what.response = "";
  ASSERT_EQ(Decode(Payload(what)), FrameOutcome::kUsed);
  ASSERT_TRUE(response.message.has_value());
  EXPECT_TRUE(response.message->empty());
}

TEST_F(DecodeTest, OtherTypesAreSkippedByTheirNumber) {
  for (std::uint32_t type = 1; type < record::kMessageTypes; ++type) {
    Dnstap what;
    what.type = type;
    what.zone = "no name";  // not looked at in what is skipped
    if (type == kResolverResponse) continue;
    EXPECT_EQ(Decode(Payload(what)), FrameOutcome::kSkipped);
    EXPECT_EQ(response.message_type, type);
  }
}

TEST_F(DecodeTest, TypesThatDnstapDoesNotDefineAreUnknown) {
  Decoder everything(~TypeSet{0});
  for (const std::uint32_t type : {0U, 15U, 31U, 32U, 36U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    Dnstap what;
    what.type = type;
    const std::string bytes = Payload(what);
    EXPECT_EQ(everything.Decode(AsBytes(bytes), response), FrameOutcome::kSkipped) << type;
    EXPECT_EQ(response.message_type, 0U);
  }
}

TEST_F(DecodeTest, SeveralTypesMayBeAccepted) {
  Decoder both(SetOf(kResolverResponse) | SetOf(kForwarderResponse));
  for (const std::size_t type : {kResolverResponse, kForwarderResponse}) {
    Dnstap what;
    what.type = static_cast<std::uint32_t>(type);
    const std::string bytes = Payload(what);
    EXPECT_EQ(both.Decode(AsBytes(bytes), response), FrameOutcome::kUsed);
    EXPECT_EQ(response.message_type, type);
  }
}

TEST_F(DecodeTest, NotADnstapMessage) {
  EXPECT_EQ(Decode(""), FrameOutcome::kMalformedProtobuf);  // the required type is missing
  EXPECT_EQ(Decode("hello, world"), FrameOutcome::kMalformedProtobuf);
  Dnstap envelope;
  envelope.with_message = false;
  EXPECT_EQ(Decode(Payload(envelope)), FrameOutcome::kMalformedProtobuf);
  Dnstap other;
  for (const std::uint32_t type : {0U, 2U, 0xffffffffU}) {
    other.outer_type = type;
    EXPECT_EQ(Decode(Payload(other)), FrameOutcome::kMalformedProtobuf) << type;
  }
  // The message inside lacks its required type.
  EXPECT_EQ(Decode(Field(15, 1) + Field(14, std::string_view())), FrameOutcome::kMalformedProtobuf);
}

TEST_F(DecodeTest, AZoneThatIsNoNameIsMalformed) {
  Dnstap what;
  const std::string bad[] = {"blah.org",
                             std::string("\4blah\3org", 9),
                             WireName("org") + "x",
                             std::string("\xc0\x0c", 2),
                             std::string("\x40", 1) + std::string(64, 'x') + '\0',
                             std::string(300, '\1')};
  for (const std::string& zone : bad) {
    what.zone = zone;
    EXPECT_EQ(Decode(Payload(what)), FrameOutcome::kMalformedProtobuf) << ToHex(AsBytes(zone));
  }
}

// No name is of no byte: it says no more than none at all, and is not the root.
TEST_F(DecodeTest, AnEmptyZoneIsNone) {
  Dnstap what;
  what.zone = "";
  ASSERT_EQ(Decode(Payload(what)), FrameOutcome::kUsed);
  EXPECT_FALSE(response.zone.has_value());
  what.zone = WireName(".");
  ASSERT_EQ(Decode(Payload(what)), FrameOutcome::kUsed);
  ASSERT_TRUE(response.zone.has_value());
  EXPECT_EQ(AsText(*response.zone), WireName("."));
}

// By hand and by the generated code, which an unknown field calls for.
TEST_F(DecodeTest, AnyBytesAreAnIdentity) {
  for (const std::string& identity :
       {std::string(), std::string("\0\xff\n", 3), std::string(100'000, 'i')}) {
    Dnstap what;
    what.identity = identity;
    ASSERT_EQ(Decode(Payload(what)), FrameOutcome::kUsed);
    EXPECT_EQ(AsText(response.identity), identity);
    ASSERT_EQ(Decode(Payload(what) + Field(500, 1)), FrameOutcome::kUsed);
    EXPECT_EQ(AsText(response.identity), identity);
  }
}

TEST_F(DecodeTest, UnknownFieldsArePassedOver) {
  const std::string message = Field(1, 4) + Field(99, 7) + Field(100, "later") + Key(101, 5) +
                              "abcd" + Key(102, 1) + "abcdefgh" + Field(12, 42);
  ASSERT_EQ(Decode(Field(77, "new") + Field(15, 1) + Field(14, message) + Field(500, 1)),
            FrameOutcome::kUsed);
  EXPECT_EQ(response.seconds, 42U);
}

// Of a field that comes twice the last one counts, and of an embedded message all parts.
TEST_F(DecodeTest, RepeatedFieldsFollowProtobuf) {
  const std::string message = Field(1, 4) + Field(12, 1) + Field(12, 2);
  ASSERT_EQ(Decode(Field(15, 1) + Field(14, message)), FrameOutcome::kUsed);
  EXPECT_EQ(response.seconds, 2U);
  ASSERT_EQ(Decode(Field(15, 1) + Field(14, Field(1, 4) + Field(12, 9)) +
                   Field(14, Field(1, 4) + Field(14, "text"))),
            FrameOutcome::kUsed);
  EXPECT_EQ(response.seconds, 9U);
  ASSERT_TRUE(response.message.has_value());
  EXPECT_EQ(AsText(*response.message), "text");
}

TEST_F(DecodeTest, LengthsBeyondThePayload) {
  std::string huge = Key(14, 2);
  AppendVarint(huge, ~std::uint64_t{0});
  EXPECT_EQ(Decode(Field(15, 1) + huge), FrameOutcome::kMalformedProtobuf);
  EXPECT_EQ(Decode(Field(15, 1) + huge + "x"), FrameOutcome::kMalformedProtobuf);
  std::string beyond = Key(14, 2);
  AppendVarint(beyond, 1000);
  EXPECT_EQ(Decode(Field(15, 1) + beyond + "short"), FrameOutcome::kMalformedProtobuf);
}

// Larger than any block of the decoder's own, again and again.
TEST_F(DecodeTest, MessagesOfEverySize) {
  for (const std::size_t size : {0U, 1U, 8000U, 8192U, 8193U, 65535U, 1000U * 1000U, 3U}) {
    Dnstap what;
    what.response = std::string(size, 'r');
    what.query = std::string(size, 'q');
    what.zone = WireName("org");
    ASSERT_EQ(Decode(Payload(what)), FrameOutcome::kUsed);
    EXPECT_EQ(AsText(*response.message), what.response);
    EXPECT_EQ(AsText(response.zone.value()), WireName("org"));
  }
}

// Every field the decoder reads at once, in thousands: the arena must give them all.
TEST_F(DecodeTest, ManyFields) {
  std::string message = Field(1, 4);
  for (int i = 0; i < 20'000; ++i)
    message += Field(200, std::string_view("xxxxxxxx")) + Field(14, "m");
  ASSERT_EQ(Decode(Field(15, 1) + Field(14, message)), FrameOutcome::kUsed);
  EXPECT_EQ(AsText(*response.message), "m");
}

TEST_F(DecodeTest, EveryCutOfAGoodPayloadIsSurvived) {
  Dnstap what;
  what.response = "a message";
  what.response_time = 7;
  what.zone = WireName("blah.org");
  const std::string whole = Payload(what);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    EXPECT_NE(Decode(whole.substr(0, cut)), FrameOutcome::kUsed) << cut;
  }
}

// Whatever the bytes: one of three outcomes, and what kUsed promises.
TEST_F(DecodeTest, RandomBytes) {
  Dnstap what;
  what.response = "a message";
  what.response_time = 7;
  what.zone = WireName("blah.org");
  const std::string good = Payload(what);
  std::mt19937 random(5);
  unsigned used = 0;
  for (int trial = 0; trial < 100'000; ++trial) {
    std::string bytes = trial % 4 == 0 ? std::string(random() % 80, '\0') : good;
    const std::size_t changes = trial % 4 == 0 ? bytes.size() : 1 + random() % 3;
    for (std::size_t i = 0; i < changes; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    switch (Decode(bytes)) {
      case FrameOutcome::kUsed:
        ++used;
        ASSERT_EQ(response.message_type, kResolverResponse);
        if (!response.zone.has_value()) break;
        ASSERT_EQ(record::NameLength(*response.zone), response.zone->size());
        break;
      case FrameOutcome::kSkipped:
        ASSERT_LT(response.message_type, record::kMessageTypes);
        ASSERT_NE(response.message_type, kResolverResponse);
        break;
      default:
        break;
    }
  }
  EXPECT_GT(used, 1000U);
}

}  // namespace
}  // namespace pdns::dnstap
