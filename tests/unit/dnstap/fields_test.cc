#include "dnstap/fields.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "dnstap/decode.h"
#include "unit/support/dnstap_payload.h"
#include "unit/support/places.h"

namespace pdns::dnstap {
namespace {

using pdns::testing::Dnstap;
using pdns::testing::Payload;
using pdns::testing::WireName;
using record::FrameOutcome;

std::string Ordinary() {
  Dnstap what;
  what.identity = "resolver";
  what.response = std::string(300, 'r');
  what.query = "query";
  what.response_time = 1'700'000'000;
  what.query_time = 1'600'000'000;
  what.zone = WireName("Blah.ORG");
  return Payload(what);
}

// By hand and by the generated code, in one string each; the same or the test fails.
FrameOutcome Both(const std::string& payload) {
  static Decoder decoder(SetOf(kResolverResponse));
  const auto text = [](FrameOutcome outcome, const Response& response) {
    std::string out = std::to_string(static_cast<int>(outcome)) + " type " +
                      std::to_string(response.message_type) + " identity " +
                      ToHex(response.identity);
    if (response.zone) out += " zone " + ToHex(*response.zone);
    if (response.seconds) out += " seconds " + std::to_string(*response.seconds);
    if (response.message) out += " message " + ToHex(*response.message);
    return out;
  };
  Response response;
  const FrameOutcome outcome = decoder.Decode(AsBytes(payload), response);
  const std::string ours = text(outcome, response);
  const FrameOutcome theirs = decoder.DecodeGenerated(AsBytes(payload), response);
  EXPECT_EQ(ours, text(theirs, response)) << ToHex(AsBytes(payload));
  return outcome;
}

TEST(ReadFields, AllThatIsNeeded) {
  const std::string payload = Ordinary();
  Fields fields;
  ASSERT_TRUE(ReadFields(AsBytes(payload), fields));
  EXPECT_EQ(AsText(fields.identity), "resolver");
  EXPECT_EQ(fields.type, kResolverResponse);
  EXPECT_EQ(fields.response_seconds, 1'700'000'000U);
  EXPECT_EQ(fields.query_seconds, 1'600'000'000U);
  EXPECT_EQ(AsText(fields.query_zone), WireName("Blah.ORG"));
  ASSERT_TRUE(fields.response_message.has_value());
  EXPECT_EQ(AsText(*fields.response_message), std::string(300, 'r'));
}

// What is not would be read correctly as well, only slowly: no other test would see it.
TEST(ReadFields, EveryPayloadOfRealCapturesIsOrdinary) {
  for (const char* name : {"bind-rr", "unbound-rr"}) {
    std::ifstream file(std::string(testing::kTestData) + "/" + name + ".dnstap", std::ios::binary);
    const std::string capture((std::istreambuf_iterator<char>(file)), {});
    Cursor cursor(AsBytes(capture));
    std::size_t payloads = 0;
    while (cursor.left() > 0) {
      const std::uint32_t length = cursor.U32();
      const Bytes payload = cursor.Read(length > 0 ? length : cursor.U32());
      if (!cursor.ok() || length == 0) continue;
      Fields fields;
      ASSERT_TRUE(ReadFields(payload, fields)) << ToHex(payload);
      ++payloads;
    }
    EXPECT_TRUE(cursor.ok());
    EXPECT_GT(payloads, 100U) << name;
  }
}

TEST(ReadFields, SecondsOfEveryLength) {
  for (unsigned bits = 0; bits <= 64; ++bits) {
    for (const std::uint64_t less : {0U, 1U}) {
      Dnstap what;
      what.response_time = (bits == 64 ? 0 : std::uint64_t{1} << bits) - less;
      const std::string payload = Payload(what);
      EXPECT_EQ(Both(payload), FrameOutcome::kUsed);
      Fields fields;
      const bool by_hand = ReadFields(AsBytes(payload), fields);
      EXPECT_EQ(by_hand, *what.response_time >> 63 == 0) << *what.response_time;
      if (by_hand) {
        EXPECT_EQ(fields.response_seconds, what.response_time);
      }
    }
  }
}

TEST(ReadFields, AnyOrderWithoutRepetition) {
  const std::string zone = "\x5a\5" + WireName("org");
  const std::string inner = "\x60\x2a" + zone + "\x08\4";  // seconds, zone, type
  Fields fields;
  const std::string payload =
      "\x78\1\x72" + std::string(1, static_cast<char>(inner.size())) + inner;
  ASSERT_TRUE(ReadFields(AsBytes(payload), fields));
  EXPECT_EQ(fields.response_seconds, 42U);
  EXPECT_EQ(fields.type, kResolverResponse);
  EXPECT_EQ(Both(payload), FrameOutcome::kUsed);

  const std::string twice = "\x78\1\x72\6\x08\4\x60\1\x60\2";
  EXPECT_FALSE(ReadFields(AsBytes(twice), fields));
  EXPECT_EQ(Both(twice), FrameOutcome::kUsed);
  const std::string outer_twice = "\x78\1\x72\2\x08\4\x78\1";
  EXPECT_FALSE(ReadFields(AsBytes(outer_twice), fields));
  EXPECT_EQ(Both(outer_twice), FrameOutcome::kUsed);
}

TEST(ReadFields, CutAnywhereAndChangedAnywhereItIsWhatProtobufSays) {
  const std::string good = Ordinary();
  for (std::size_t cut = 0; cut <= good.size(); ++cut) Both(good.substr(0, cut));
  std::mt19937 random(7);
  std::size_t used = 0;
  for (int trial = 0; trial < 50'000; ++trial) {
    std::string bytes = good;
    // The last bytes are the response, which may hold anything: change what is before it.
    for (auto i = 1 + random() % 3; i > 0; --i) {
      bytes[random() % (good.size() - 300)] = static_cast<char>(random());
    }
    if (trial % 5 == 0) bytes.insert(random() % 60, 1, static_cast<char>(random()));
    if (Both(bytes) == FrameOutcome::kUsed) ++used;
  }
  EXPECT_GT(used, 1000U);
}

}  // namespace
}  // namespace pdns::dnstap
