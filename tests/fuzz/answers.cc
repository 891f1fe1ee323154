// DNS responses: verdicts hold together, and canonical rdata is what ldns reads of it.
#include "dns/answers.h"

#include <algorithm>
#include <string>
#include <vector>

#include "../unit/dns/ldns_oracle.h"
#include "check.h"
#include "dns/wire_name.h"
#include "record/name.h"
#include "record/type_facts.h"

namespace {

using pdns::AsBytes;
using pdns::AsText;
using pdns::Bytes;
using pdns::Cursor;
using pdns::dns::Answer;
using pdns::dns::WireName;
using pdns::record::RecordOutcome;

// Answers as text, to be compared after the next Judge.
std::vector<std::string> Copy(std::span<const Answer> answers) {
  std::vector<std::string> copies;
  for (const Answer& answer : answers) {
    std::string copy(1, static_cast<char>(answer.outcome));
    copy.push_back(static_cast<char>(answer.bailiwick.rank()));
    if (!answer.tuple.owner.empty()) {
      pdns::AppendBytes(copy, answer.tuple.owner);
      pdns::AppendU16(copy, static_cast<std::uint16_t>(answer.tuple.type));
      pdns::AppendBytes(copy, answer.tuple.rdata);
    }
    copies.push_back(copy);
  }
  return copies;
}

void CheckAnswer(const Answer& answer, Bytes zone) {
  const bool has_tuple = answer.outcome == RecordOutcome::kStored ||
                         answer.outcome == RecordOutcome::kOffChain ||
                         answer.outcome == RecordOutcome::kOutOfBailiwick;
  if (!has_tuple) return;
  const Bytes owner = answer.tuple.owner;
  MUST_HOLD(pdns::record::NameLength(owner) == owner.size());
  MUST_HOLD(std::none_of(owner.begin(), owner.end(), [](auto c) { return c >= 'A' && c <= 'Z'; }));
  MUST_HOLD(!pdns::record::IsMeta(answer.tuple.type));
  const bool in_zone = pdns::record::IsAtOrUnder(owner, zone);
  MUST_HOLD(answer.bailiwick.known());
  MUST_HOLD(answer.bailiwick.labels() == (in_zone ? pdns::record::CountLabels(zone) : 0));
  if (answer.outcome == RecordOutcome::kStored) MUST_HOLD(in_zone);
  if (answer.outcome == RecordOutcome::kOutOfBailiwick) MUST_HOLD(!in_zone);
}

// Without a zone: what the root's servers say, but that nobody knows the bailiwick.
void CheckUnknown(std::span<const Answer> answers, const std::vector<std::string>& at_root) {
  MUST_HOLD(answers.size() == at_root.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    MUST_HOLD(!answers[i].bailiwick.known());
    MUST_HOLD(answers[i].outcome == static_cast<RecordOutcome>(at_root[i][0]));
  }
}

// The record at `at`, which was walked; `at` moves behind it.
void CheckRdata(Bytes message, std::size_t& at, const Answer& answer) {
  WireName owner;
  Cursor fixed(message, pdns::dns::ReadName(message, at, owner));
  const auto type = static_cast<pdns::record::RrType>(fixed.U16());
  fixed.Read(6);  // class, TTL
  const std::size_t length_at = fixed.position();
  const Bytes sent = fixed.Read(fixed.U16());
  MUST_HOLD(fixed.ok());
  at = fixed.position();
  if (answer.outcome == RecordOutcome::kClass || answer.outcome == RecordOutcome::kMeta) return;
  if (answer.tuple.owner.empty()) MUST_HOLD(answer.outcome == RecordOutcome::kMalformed);
  if (pdns::record::RequiredFields(type) == 0) {
    if (!answer.tuple.owner.empty()) MUST_HOLD(AsText(answer.tuple.rdata) == AsText(sent));
    return;
  }
  const auto expected = pdns::testing::ByLdns(message, type, length_at);
  if (answer.outcome != RecordOutcome::kMalformed) {
    MUST_HOLD(expected.has_value());
    MUST_HOLD(AsText(answer.tuple.rdata) == expected->canonical);
  } else if (expected && expected->fields >= pdns::record::RequiredFields(type)) {
    // Refused although ldns takes it: only for its pointers, so it holds one.
    std::string lower(AsText(sent));
    std::transform(lower.begin(), lower.end(), lower.begin(), pdns::LowerByte);
    std::string theirs = expected->canonical;
    std::transform(theirs.begin(), theirs.end(), theirs.begin(), pdns::LowerByte);
    MUST_HOLD(lower != theirs);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static pdns::dns::AnswerReader reader;
  const Bytes message(data, size);
  if (!reader.Walk(message) || reader.Refusal() != pdns::record::FrameOutcome::kUsed) return 0;

  WireName question;
  const std::size_t answers_at = pdns::dns::ReadName(message, 12, question) + 4;
  MUST_HOLD(answers_at > 4);
  const Bytes qname = question.view();
  const std::vector<std::string> at_root = Copy(reader.Judge(AsBytes(std::string_view("\0", 1))));
  CheckUnknown(reader.Judge(std::nullopt), at_root);
  for (const unsigned labels : {0U, 1U, 2U, pdns::record::CountLabels(qname)}) {
    const Bytes zone = pdns::record::Suffix(qname, labels);
    const auto answers = reader.Judge(zone);
    for (const Answer& answer : answers) CheckAnswer(answer, zone);
    std::size_t at = answers_at;
    for (const Answer& answer : answers) CheckRdata(message, at, answer);
    const auto copies = Copy(answers);
    MUST_HOLD(copies.size() == at_root.size());
    for (std::size_t i = 0; i < copies.size(); ++i) {
      // Nothing is out of the root's bailiwick, and nothing else depends on the zone.
      const auto outcome = static_cast<RecordOutcome>(copies[i][0]);
      const auto expected =
          outcome == RecordOutcome::kOutOfBailiwick ? RecordOutcome::kStored : outcome;
      MUST_HOLD(static_cast<RecordOutcome>(at_root[i][0]) == expected);
    }
    std::string upper(AsText(zone));
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    MUST_HOLD(Copy(reader.Judge(AsBytes(upper))) == copies);
  }
  return 0;
}
