// The verdicts on a whole message, as tests like to compare them.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "dns/answers.h"

namespace pdns::record {

inline void PrintTo(RecordOutcome outcome, std::ostream* out) {
  *out << NameOf(outcome).group << '.' << NameOf(outcome).name;
}
inline void PrintTo(FrameOutcome outcome, std::ostream* out) {
  *out << NameOf(outcome).group << '.' << NameOf(outcome).name;
}

}  // namespace pdns::record

namespace pdns::dns {

using record::FrameOutcome;
using record::RecordOutcome;
using Outcomes = std::vector<RecordOutcome>;

inline constexpr std::string_view kRootZone("\0", 1);

// An answer that owns its bytes.
struct Verdict {
  RecordOutcome outcome;
  std::string owner;
  std::uint16_t type;
  std::string rdata;
  record::Bailiwick bailiwick;

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// Judges a heap copy of exactly these bytes; twice, since nothing may stick.
inline std::vector<Verdict> Judged(std::string_view message,
                                   std::optional<std::string_view> zone = kRootZone) {
  const std::vector<std::uint8_t> exact(message.begin(), message.end());
  AnswerReader reader;
  if (!reader.Walk(exact)) {
    ADD_FAILURE() << "cannot be walked";
    return {};
  }
  const auto judge = [&] {
    std::vector<Verdict> verdicts;
    const auto bytes = zone.has_value() ? std::optional(AsBytes(*zone)) : std::nullopt;
    for (const Answer& answer : reader.Judge(bytes)) {
      verdicts.push_back({answer.outcome, std::string(AsText(answer.tuple.owner)),
                          static_cast<std::uint16_t>(answer.tuple.type),
                          std::string(AsText(answer.tuple.rdata)), answer.bailiwick});
    }
    return verdicts;
  };
  auto verdicts = judge();
  EXPECT_TRUE(verdicts == judge()) << "the second verdict differs";
  return verdicts;
}

inline Outcomes OutcomesOf(std::string_view message, std::string_view zone = kRootZone) {
  Outcomes outcomes;
  for (const Verdict& verdict : Judged(message, zone)) outcomes.push_back(verdict.outcome);
  return outcomes;
}

inline bool Walks(std::string_view message) {
  const std::vector<std::uint8_t> exact(message.begin(), message.end());
  return AnswerReader().Walk(exact);
}

}  // namespace pdns::dns
