#include "ask/wanted.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "dns/text.h"
#include "unit/support/dns_message.h"
#include "unit/support/fake_store.h"

namespace pdns::ask {
namespace {

using record::RrType;
using testing::MakeTuple;
using testing::U16;
using testing::U32;
using Numbers = std::vector<std::uint32_t>;

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

// Questions, and which of them hold a row: by the index, and one by one.
struct Case {
  std::vector<Question> questions;
  Wanted wanted;

  void Add(const Result<Question>& question) {
    ASSERT_TRUE(question.ok()) << question.status().message();
    questions.push_back(*question);
    wanted.Add(*question);
  }
  Numbers Held(const record::OwnedTuple& tuple) {
    Numbers held;
    for (const std::uint32_t number : wanted.MayHold(tuple.view()))
      if (questions[number].Holds(tuple.view())) held.push_back(number);
    return held;
  }
  Numbers OneByOne(const record::OwnedTuple& tuple) const {
    Numbers held;
    for (std::uint32_t number = 0; number < questions.size(); ++number)
      if (questions[number].Holds(tuple.view())) held.push_back(number);
    return held;
  }
};

std::string Pick(Random& random, const std::vector<std::string>& from) {
  return from[random() % from.size()];
}

std::string AnyName(Random& random) {
  static const std::vector<std::string> kLabels{"a", "b", "www", "blah", "x\\.y"};
  std::string name = Pick(random, {"org", "net", "com"});
  for (std::uint32_t i = random() % 4; i > 0; --i) name = Pick(random, kLabels) + "." + name;
  return name;
}

std::string AnyAddress(Random& random) {
  const std::string last = std::to_string(random() % 32);
  return random() % 2 == 0 ? "10.0." + std::to_string(random() % 2) + "." + last
                           : "2001:db8::" + last;
}

void AddAny(Random& random, Case& all) {
  switch (random() % 9) {
    case 0:
      return all.Add(AskName(AnyName(random)));
    case 1:
      return all.Add(AskName("*." + AnyName(random)));
    case 2:
      return all.Add(AskName("w*." + AnyName(random)));
    case 3:
      return all.Add(AskName(Pick(random, {"www", "a", "blah"}) + ".*"));
    case 4:
      return all.Add(AskRdata(AnyName(random)));
    case 5:
      return all.Add(AskName(AnyAddress(random)));
    case 6:
      return all.Add(AskName("10.0." + std::to_string(random() % 2) + ".0/" +
                             std::to_string(24 + random() % 5)));
    case 7:
      return all.Add(AskRdata("10.0.0." + std::to_string(random() % 16) + "-10.0.1." +
                              std::to_string(random() % 16)));
    default:
      return all.Add(AskText(Pick(random, {"a", "zz"})));
  }
}

record::OwnedTuple AnyTuple(Random& random) {
  const std::string owner = AnyName(random);
  const std::string four = U32(0x0a000000U + (random() % 2 << 8) + random() % 32);
  switch (random() % 5) {
    case 0:
      return MakeTuple(owner, RrType::kA, four);
    case 1:
      return MakeTuple(owner, RrType::kAaaa,
                       U32(0x20010db8) + U32(0) + U32(0) + U32(random() % 32));
    case 2:
      return MakeTuple(owner, RrType::kNs, testing::WireName(AnyName(random)));
    case 3:
      return MakeTuple(owner, RrType::kTxt, "\3bar");
    default:
      return MakeTuple(owner, RrType::kHttps,
                       U16(1) + testing::WireName(AnyName(random)) + U16(4) + U16(8) + four +
                           U32(0x0a000000U + random() % 32));
  }
}

TEST(Wanted, HoldsWhatEachQuestionAloneHolds) {
  Random random(1);
  for (int round = 0; round < 40; ++round) {
    Case all;
    for (std::uint32_t i = random() % 60; i > 0; --i) AddAny(random, all);
    all.wanted.Index();
    for (int i = 0; i < 200; ++i) {
      const record::OwnedTuple tuple = AnyTuple(random);
      ASSERT_EQ(all.Held(tuple), all.OneByOne(tuple)) << dns::NameToText(tuple.owner.wire());
    }
  }
}

// A row is held against few questions, however many there are.
TEST(Wanted, ManyQuestionsAreNoMoreWork) {
  Wanted wanted;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    wanted.Add(*AskName("n" + std::to_string(i) + ".org"));
    wanted.Add(*AskName("10." + std::to_string(i >> 8) + "." + std::to_string(i & 255) + ".1"));
    wanted.Add(*AskName("11." + std::to_string(i >> 8) + "." + std::to_string(i & 255) + ".0/24"));
  }
  wanted.Index();
  const auto held = [&](std::string_view owner, std::uint32_t address) {
    return wanted.MayHold(MakeTuple(owner, RrType::kA, U32(address)).view());
  };
  EXPECT_EQ(held("n7.org", 0x0a000901), (Numbers{21, 28}));
  EXPECT_EQ(held("n7.org", 0x0b000905), (Numbers{21, 29}));
  EXPECT_EQ(held("n7.net", 0x0b500000), Numbers{});
}

}  // namespace
}  // namespace pdns::ask
