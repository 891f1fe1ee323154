// Answers that are made to be dear, each a message of 64 KB: what the way of a frame into a window
// costs, against as many bytes of plain addresses.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <map>
#include <string>

#include "source/dnstap.h"
#include "unit/support/decode_into.h"
#include "unit/support/payloads.h"

namespace pdns::ingest {
namespace {

using pdns::testing::kTime;

using pdns::testing::DnsMessage;
using pdns::testing::Pointer;
using pdns::testing::U32;
using pdns::testing::WireName;

constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kCname = 5;
constexpr std::uint16_t kTxt = 16;
constexpr std::uint16_t kDname = 39;
const std::string kQuestion = Pointer(12);

using Add = std::function<void(DnsMessage&, unsigned)>;

std::string Full(const std::string& question, const Add& add) {
  constexpr std::size_t kMost = 65'000;
  DnsMessage message{question};
  for (unsigned i = 0; message.size() < kMost; ++i) add(message, i);
  return pdns::testing::ResponsePayload(message.Bytes(), kTime, WireName("z"));
}

std::string Label(unsigned i) {
  const auto letter = [](unsigned of) { return static_cast<char>('a' + of % 26); };
  return {'\3', letter(i), letter(i / 26), letter(i / 676)};
}

// "a.a.a. ... z." of so many labels.
std::string Deep(unsigned labels) {
  std::string name;
  for (unsigned i = 1; i < labels; ++i) name += "\1a";
  return name.append("\1z").append(1, '\0');
}

double CpuSeconds(const std::string& payload) {
  record::SensorTable sensors;
  source::DnstapDecoder decoder(source::Policy{}, sensors);
  double best = 1e9;
  for (int round = 0; round < 7; ++round) {
    aggregate::Window window;
    record::Counters counters;
    const std::clock_t start = std::clock();
    pdns::testing::DecodeInto(decoder, AsBytes(payload), window, counters);
    best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    EXPECT_EQ(counters.Of(record::FrameOutcome::kUsed), 1U);
  }
  return best;
}

std::string Plain() {
  return Full(WireName("q.z"),
              [](DnsMessage& message, unsigned i) { message.Answer(kQuestion, kA, U32(i)); });
}

// By what they are.
std::map<std::string, std::string> DearOnes() {
  constexpr unsigned kLabels = 110;
  const auto above = [](unsigned labels) { return Pointer(12 + 2 * labels); };
  const auto alias = [](DnsMessage& message, unsigned i) {
    message.Answer(kQuestion, kCname, Label(i) + kQuestion);
  };
  std::map<std::string, std::string> dear;
  dear["aliases of long names"] = Full(Deep(kLabels), alias);
  dear["the same, and a DNAME above"] = Full(Deep(kLabels), [&](DnsMessage& message, unsigned i) {
    if (i == 0) message.Answer(above(kLabels - 1), kDname, WireName("z"));
    alias(message, i);
  });
  dear["aliases below many DNAMEs of one owner"] =
      Full(WireName("q.z"), [&](DnsMessage& message, unsigned i) {
        if (i % 2 == 0) message.Answer(kQuestion, kCname, Label(i) + above(1));
        if (i % 2 == 1) message.Answer(above(1), kDname, Label(i) + above(1));
      });
  dear["a DNAME at each ancestor, aliases below"] =
      Full(Deep(kLabels), [&](DnsMessage& message, unsigned i) {
        if (i % 2 == 0) alias(message, i);
        if (i % 2 == 1) message.Answer(above(1 + i % (kLabels - 1)), kDname, Label(i) + kQuestion);
      });
  dear["one record again and again"] = Full(WireName("q.z"), [](DnsMessage& message, unsigned) {
    message.Answer(kQuestion, kA, U32(7));
  });
  dear["owners of long names"] = Full(Deep(kLabels), [&](DnsMessage& message, unsigned i) {
    message.Answer(above(1 + i % (kLabels - 1)), kA, U32(i));
  });
  dear["empty strings"] = Full(WireName("q.z"), [](DnsMessage& message, unsigned) {
    message.Answer(kQuestion, kTxt, std::string(65'000, '\0'));
  });
  return dear;
}

// 64 KB of pointers to a name of 240 bytes are 800 KB of names, which take some ten times as long
// to read as addresses do; what was dear took two hundred times as long.
TEST(Dear, NoMessageCostsMuchMoreThanAPlainOne) {
  const std::string plain = Plain();
  for (const auto& [what, message] : DearOnes()) {
    const double of_plain = CpuSeconds(plain);
    const double cost = CpuSeconds(message);
    EXPECT_LT(cost, 40 * of_plain) << what << ": " << cost << " s, plain " << of_plain << " s";
  }
}

}  // namespace
}  // namespace pdns::ingest
