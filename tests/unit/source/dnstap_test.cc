#include "source/dnstap.h"

#include <gtest/gtest.h>

#include <ctime>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "unit/support/decode_into.h"
#include "unit/support/payloads.h"
#include "unit/support/window_contents.h"

namespace pdns::source {
namespace {

using pdns::testing::DecodeInto;
using pdns::testing::FromSensor;
using pdns::testing::kTime;
using pdns::testing::Numbered;
using pdns::testing::NumberedPayload;

using pdns::testing::DnsMessage;
using pdns::testing::Dnstap;
using pdns::testing::kQuestionOffset;
using pdns::testing::Observed;
using pdns::testing::Payload;
using pdns::testing::Pointer;
using pdns::testing::Quarantined;
using pdns::testing::ResponsePayload;
using pdns::testing::Trusted;
using pdns::testing::WireName;
using record::FrameOutcome;
using record::RecordOutcome;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::uint64_t kDay = 86400;
constexpr std::uint16_t kNotAResponse = 0x0000;
constexpr std::uint16_t kResponse = 0x8000;
constexpr std::uint16_t kUpdateOpcode = 5 << 11;
constexpr std::uint16_t kTc = 0x0200;
constexpr std::uint16_t kServfail = 2;
const std::string kAddress = "\x01\x02\x03\x04";
const std::string kOwner = Pointer(kQuestionOffset);

struct DnstapDecoderTest : ::testing::Test {
  void Take(const std::string& payload) { DecodeInto(decoder, AsBytes(payload), window, counters); }

  // The one outcome that the payload has.
  FrameOutcome OutcomeOf(const std::string& payload) {
    aggregate::Window scrap;
    record::Counters one;
    DecodeInto(decoder, AsBytes(payload), scrap, one);
    EXPECT_TRUE(one.AddUp());
    EXPECT_EQ(one.frames, 1U);
    for (std::size_t i = 0; i < record::kFrameOutcomes; ++i) {
      if (one.frame[i] > 0) return static_cast<FrameOutcome>(i);
    }
    return FrameOutcome::kUsed;
  }

  record::SensorTable sensors;
  DnstapDecoder decoder{Policy{}, sensors};
  aggregate::Window window;
  record::Counters counters;
};

// Each payload has the fault of its line and all that stand below it.
TEST_F(DnstapDecoderTest, TheFirstFaultOfAFrameNamesIt) {
  const auto now = static_cast<std::uint64_t>(std::time(nullptr));
  const auto flags = [](unsigned bits) { return static_cast<std::uint16_t>(bits); };
  const auto message = [&](std::uint16_t header, std::uint16_t questions) {
    DnsMessage made;
    for (int i = 0; i < questions; ++i) made.Question(WireName("blah.org"), 1);
    return made.Flags(header).Bytes();
  };
  const std::string worst = message(flags(kNotAResponse | kUpdateOpcode | kTc | kServfail), 2);

  Dnstap what;
  what.type = 6;
  what.zone = "no name";
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kSkipped);
  what.type = 4;
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kMalformedProtobuf);
  what.zone.reset();
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kNoMessage);
  what.response = worst.substr(0, worst.size() - 1);
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kMalformedDns);
  what.response = worst;
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kNoTime);
  what.query_time = now + 10 * kDay;
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kFutureTime);
  what.query_time = kTime;
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kNotResponse);
  what.response = message(flags(kResponse | kUpdateOpcode | kTc | kServfail), 2);
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kOpcode);
  what.response = message(flags(kResponse | kTc | kServfail), 2);
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kQuestion);
  what.response = message(flags(kResponse | kTc | kServfail), 0);
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kQuestion);
  what.response = message(flags(kResponse | kTc | kServfail), 1);
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kRcode);
  what.response = message(flags(kResponse | kTc), 1);
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kTruncated);
  what.response = message(kResponse, 1);
  EXPECT_EQ(OutcomeOf(Payload(what)), FrameOutcome::kUsed);
}

TEST_F(DnstapDecoderTest, RcodesThatCarryTruth) {
  for (unsigned rcode = 0; rcode < 16; ++rcode) {
    const auto message = DnsMessage(WireName("blah.org")).Rcode(rcode).Bytes();
    const bool used = rcode == 0 || rcode == 3 || rcode == 6;  // NOERROR, NXDOMAIN, YXDOMAIN
    EXPECT_EQ(OutcomeOf(ResponsePayload(message, kTime)),
              used ? FrameOutcome::kUsed : FrameOutcome::kRcode)
        << rcode;
  }
}

TEST_F(DnstapDecoderTest, ADayAheadOfTheClockIsBelieved) {
  const auto now = static_cast<std::uint64_t>(std::time(nullptr));
  const std::string message = pdns::testing::AddressResponse("blah.org");
  EXPECT_EQ(OutcomeOf(ResponsePayload(message, now)), FrameOutcome::kUsed);
  EXPECT_EQ(OutcomeOf(ResponsePayload(message, now + kDay - 600)), FrameOutcome::kUsed);
  EXPECT_EQ(OutcomeOf(ResponsePayload(message, now + kDay + 600)), FrameOutcome::kFutureTime);
  EXPECT_EQ(OutcomeOf(ResponsePayload(message, ~std::uint64_t{0})), FrameOutcome::kFutureTime);
  EXPECT_EQ(OutcomeOf(ResponsePayload(message, std::uint64_t{1} << 63)), FrameOutcome::kFutureTime);
}

// There was no dnstap before 2012.
TEST_F(DnstapDecoderTest, TimesThatCannotBe) {
  constexpr std::uint64_t kFirst = 1'325'376'000;
  const std::string message = pdns::testing::AddressResponse("blah.org");
  EXPECT_EQ(OutcomeOf(ResponsePayload(message, 0)), FrameOutcome::kNoTime);
  EXPECT_EQ(OutcomeOf(ResponsePayload(message, 1)), FrameOutcome::kPastTime);
  EXPECT_EQ(OutcomeOf(ResponsePayload(message, kFirst - 1)), FrameOutcome::kPastTime);
  EXPECT_EQ(OutcomeOf(ResponsePayload(message, kFirst)), FrameOutcome::kUsed);
}

TEST_F(DnstapDecoderTest, SkippedFramesAreCountedByTheirType) {
  for (const std::uint32_t type : {5U, 5U, 8U, 77U}) {
    Dnstap what;
    what.type = type;
    Take(Payload(what));
  }
  EXPECT_EQ(counters.skipped[5], 2U);
  EXPECT_EQ(counters.skipped[8], 1U);
  EXPECT_EQ(counters.skipped[0], 1U);
  EXPECT_TRUE(counters.AddUp());
  EXPECT_TRUE(window.empty());
}

TEST_F(DnstapDecoderTest, ATupleAsItIsStored) {
  Take(ResponsePayload(DnsMessage(WireName("WWW.Blah.Org")).Answer(kOwner, 1, kAddress).Bytes(),
                       kTime, WireName("BLAH.org")));
  const auto list = Trusted(window);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(AsText(list[0].tuple.owner.wire()), WireName("www.blah.org"));
  EXPECT_EQ(list[0].tuple.rdata, kAddress);
  EXPECT_EQ(list[0].sighting.first, sys_seconds(seconds(kTime)));
  EXPECT_EQ(list[0].sighting.last, sys_seconds(seconds(kTime)));
  EXPECT_EQ(list[0].sighting.count, 1U);
  EXPECT_EQ(list[0].sighting.bailiwick, record::Bailiwick::OfLabels(2));
  EXPECT_EQ(counters.Of(RecordOutcome::kStored), 1U);
}

// A message with one record of each outcome, the faults of the later ones included.
std::string EveryRecordOutcome() {
  constexpr std::uint16_t kChaos = 3;
  constexpr std::uint16_t kOpt = 41;
  const std::string elsewhere = WireName("www.bank.example");
  return DnsMessage(WireName("www.blah.org"))
      .Answer(kOwner, 1, kAddress)                      // stored
      .Answer(elsewhere, kOpt, "bad", kChaos)           // class, though a meta type
      .Answer(elsewhere, kOpt, "bad")                   // meta, though off the chain
      .Answer(elsewhere, 1, "bad")                      // malformed, though off the chain
      .Answer(elsewhere, 1, "bad")                      // malformed again, not duplicate
      .Answer(kOwner, 1, kAddress)                      // duplicate
      .Answer(elsewhere, 1, kAddress)                   // off the chain, and out of bailiwick
      .Answer(elsewhere, 1, kAddress)                   // duplicate, though off the chain
      .Answer(kOwner, 5, WireName("cdn.far.net"))       // stored
      .Answer(WireName("cdn.far.net"), 1, kAddress)     // on the chain, out of bailiwick
      .Answer(WireName("other.blah.org"), 1, kAddress)  // off the chain only
      .Bytes();
}

TEST_F(DnstapDecoderTest, TheFirstFaultOfARecordNamesIt) {
  Take(ResponsePayload(EveryRecordOutcome(), kTime, WireName("blah.org")));
  EXPECT_EQ(counters.Of(RecordOutcome::kStored), 2U);
  EXPECT_EQ(counters.Of(RecordOutcome::kClass), 1U);
  EXPECT_EQ(counters.Of(RecordOutcome::kMeta), 1U);
  EXPECT_EQ(counters.Of(RecordOutcome::kMalformed), 2U);
  EXPECT_EQ(counters.Of(RecordOutcome::kDuplicate), 2U);
  EXPECT_EQ(counters.Of(RecordOutcome::kOffChain), 2U);
  EXPECT_EQ(counters.Of(RecordOutcome::kOutOfBailiwick), 1U);
  EXPECT_EQ(Trusted(window).size(), 2U);
  const auto quarantined = Quarantined(window);
  ASSERT_EQ(quarantined.size(), 3U);
  for (const Observed& one : quarantined) {
    EXPECT_EQ(one.sighting.count, 1U);
    EXPECT_EQ(one.sighting.bailiwick, record::Bailiwick::OfLabels(0));
    const bool far = AsText(one.tuple.owner.wire()) == WireName("cdn.far.net");
    EXPECT_EQ(one.sighting.reasons, far ? record::kOutOfBailiwick : record::kOffChain);
  }
}

TEST_F(DnstapDecoderTest, UntrustedMayBeStored) {
  DnstapDecoder storing({dnstap::SetOf(dnstap::kResolverResponse), Untrusted::kStore}, sensors);
  const std::string payload = ResponsePayload(EveryRecordOutcome(), kTime, WireName("blah.org"));
  DecodeInto(storing, AsBytes(payload), window, counters);
  EXPECT_EQ(counters.Of(RecordOutcome::kStored), 5U);
  EXPECT_EQ(counters.Of(RecordOutcome::kOffChain), 0U);
  EXPECT_EQ(counters.Of(RecordOutcome::kOutOfBailiwick), 0U);
  EXPECT_EQ(counters.Of(RecordOutcome::kDuplicate), 2U);
  EXPECT_TRUE(Quarantined(window).empty());
  const auto trusted = Trusted(window);
  ASSERT_EQ(trusted.size(), 5U);
  for (const Observed& one : trusted) {
    const std::string_view owner = AsText(one.tuple.owner.wire());
    const bool inside = owner == WireName("www.blah.org") || owner == WireName("other.blah.org");
    EXPECT_EQ(one.sighting.bailiwick, record::Bailiwick::OfLabels(inside ? 2 : 0));
    EXPECT_EQ(one.sighting.reasons, record::kTrusted);
  }
}

TEST_F(DnstapDecoderTest, UntrustedMayBeDropped) {
  DnstapDecoder dropping({dnstap::SetOf(dnstap::kResolverResponse), Untrusted::kDrop}, sensors);
  const std::string payload = ResponsePayload(EveryRecordOutcome(), kTime, WireName("blah.org"));
  DecodeInto(dropping, AsBytes(payload), window, counters);
  EXPECT_EQ(counters.Of(RecordOutcome::kStored), 2U);
  EXPECT_EQ(counters.Of(RecordOutcome::kOffChain), 2U);
  EXPECT_EQ(counters.Of(RecordOutcome::kOutOfBailiwick), 1U);
  EXPECT_EQ(window.size(), 2U);
}

// A forwarder does not say whose server answered: only the chain counts.
TEST_F(DnstapDecoderTest, WithoutAZoneOnlyTheChainCounts) {
  Dnstap what;
  what.response = EveryRecordOutcome();
  what.response_time = kTime;
  Take(Payload(what));
  EXPECT_EQ(counters.Of(RecordOutcome::kStored), 3U);
  EXPECT_EQ(counters.Of(RecordOutcome::kOffChain), 2U);
  EXPECT_EQ(counters.Of(RecordOutcome::kOutOfBailiwick), 0U);
  for (const Observed& one : Trusted(window)) EXPECT_FALSE(one.sighting.bailiwick.known());
  for (const Observed& one : Quarantined(window))
    EXPECT_EQ(one.sighting.bailiwick, record::Bailiwick::OfLabels(0));
}

TEST_F(DnstapDecoderTest, TheRootIsAZoneThatIsKnown) {
  const std::string message = pdns::testing::AddressResponse("blah.org");
  Take(ResponsePayload(message, kTime));
  EXPECT_EQ(Trusted(window).at(0).sighting.bailiwick, record::Bailiwick::OfLabels(0));
  Dnstap what;
  what.response = message;
  what.response_time = kTime;
  Take(Payload(what));
  EXPECT_EQ(Trusted(window).at(0).sighting.bailiwick, record::Bailiwick::OfLabels(0));
  EXPECT_EQ(Trusted(window).at(0).sighting.count, 2U);
}

TEST_F(DnstapDecoderTest, ATupleKnowsItsSensors) {
  const std::string payload = ResponsePayload(EveryRecordOutcome(), kTime, WireName("blah.org"));
  Dnstap skipped;
  skipped.type = 5;
  skipped.identity = "of nothing that is taken";
  Take(Payload(skipped));
  for (const char* identity : {"a", "b", "b", "a", "c"}) Take(FromSensor(identity, payload));
  Take(payload);
  EXPECT_EQ(sensors.names(), (std::vector<std::string>{"a", "b", "c", ""}));
  ASSERT_EQ(Trusted(window).size(), 2U);
  ASSERT_EQ(Quarantined(window).size(), 3U);
  for (const Observed& one : Trusted(window)) EXPECT_EQ(one.sighting.sensors, 0b1111U);
  for (const Observed& one : Quarantined(window)) EXPECT_EQ(one.sighting.sensors, 0b1111U);
  Take(FromSensor("c", NumberedPayload("h", 1)));
  EXPECT_EQ(Trusted(window).at(2).sighting.sensors, record::SensorBit(2));
}

TEST_F(DnstapDecoderTest, TenThousandIdentitiesAreOneTuple) {
  for (unsigned i = 0; i < 10'000; ++i) Take(FromSensor(Numbered("s", i), NumberedPayload("h", 1)));
  const auto list = Trusted(window);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].sighting.count, 10'000U);
  EXPECT_EQ(list[0].sighting.sensors, record::kAllSensors);
  EXPECT_EQ(sensors.names().size(), record::kMostSensors);
}

TEST_F(DnstapDecoderTest, ARefusedFrameStoresNothing) {
  const std::string message = DnsMessage(WireName("blah.org"))
                                  .Answer(kOwner, 1, kAddress)
                                  .Flags(DnsMessage::kResponse | kTc)
                                  .Bytes();
  Take(ResponsePayload(message, kTime));
  EXPECT_TRUE(window.empty());
  EXPECT_EQ(counters.record, record::Counters().record);
}

TEST_F(DnstapDecoderTest, OneMessageManyTimes) {
  for (unsigned i = 0; i < 5; ++i) {
    Take(ResponsePayload(pdns::testing::AddressResponse("blah.org"), kTime + 10 - i));
  }
  const auto list = Trusted(window);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].sighting.count, 5U);
  EXPECT_EQ(list[0].sighting.first, sys_seconds(seconds(kTime + 6)));
  EXPECT_EQ(list[0].sighting.last, sys_seconds(seconds(kTime + 10)));
}

// Whatever comes: every frame under one name, every record of a used frame as well.
TEST_F(DnstapDecoderTest, RandomDamageAddsUp) {
  const std::string good = ResponsePayload(EveryRecordOutcome(), kTime, WireName("blah.org"));
  std::mt19937 random(21);
  for (int trial = 0; trial < 30'000; ++trial) {
    std::string bytes = good;
    for (auto i = random() % 6; i > 0; --i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 8 == 0) bytes.resize(random() % bytes.size());
    Take(bytes);
  }
  EXPECT_TRUE(counters.AddUp());
  EXPECT_EQ(counters.frames, 30'000U);
  for (const FrameOutcome outcome :
       {FrameOutcome::kUsed, FrameOutcome::kSkipped, FrameOutcome::kMalformedProtobuf,
        FrameOutcome::kMalformedDns}) {
    EXPECT_GT(counters.Of(outcome), 0U);
  }
}

}  // namespace
}  // namespace pdns::source
