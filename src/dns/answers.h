// The answer section of one DNS response: message -> [AnswerReader] -> tuples with a verdict each.
//
// Header, question, owners and lengths are walked here with one bounds check; rdata with names is
// made canonical by rdata.h. Authority and additional sections are not looked at: pdns stores
// answers. Rules and their order: the outcomes of record/outcome.h. Message format: RFC 1035 4.1.
//
// Each record is looked at once, nothing is allocated, and an owner that points at the question, as
// nearly every one does, is the question's own bytes, known again by their address.
//
// One thread at a time; buffers are kept from message to message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "dns/chain.h"
#include "dns/scratch.h"
#include "record/observation.h"
#include "record/outcome.h"

namespace pdns::dns {

struct Answer {
  record::RecordOutcome outcome = record::RecordOutcome::kStored;
  record::Tuple tuple;          // set for kStored and the quarantine outcomes
  record::Bailiwick bailiwick;  // the zone, or the root where the owner is not at or under it
};

class AnswerReader {
 public:
  // Walks header, question and answer section to its end. False when they cannot be walked
  // (malformed.dns). `message` must stay until Judge's result was used.
  bool Walk(Bytes message);

  // After Walk: kUsed, or the first refusal that the header earns.
  record::FrameOutcome Refusal() const;

  // After Walk of a message that is not refused: a verdict on each answer record, in order. `zone`
  // is the wire name, in any case, of the zone whose server answered. Without one that is not
  // known: every owner passes, and its bailiwick is unknown. Good until the next Walk.
  std::span<const Answer> Judge(std::optional<Bytes> zone);

 private:
  bool WalkQuestions(std::size_t& at);
  bool WalkName(std::size_t& at, Bytes& name);
  bool WalkRecord(std::size_t& at, Answer& answer);
  bool ReadNames(std::size_t length_at, record::Tuple& tuple);
  void MarkDuplicates();
  void MarkOffChain();
  void JudgeByZone(Bytes zone);
  Bytes QuestionSuffix(Bytes zone) const;
  bool SameTuple(std::size_t a, std::size_t b) const;
  std::span<Answer> answers() { return {answers_.data(), count_}; }

  Bytes message_;
  std::uint16_t flags_ = 0;
  std::uint16_t questions_ = 0;
  Bytes question_;                      // the first
  std::uint32_t question_pointer_ = 0;  // the bytes of a pointer to it
  Scratch scratch_;                     // names and canonical rdata
  bool judged_ = false;                 // all but the bailiwick
  std::size_t count_ = 0;
  std::vector<Answer> answers_;  // count_ of them; more are kept from messages before
  std::vector<record::Tuple> links_;
  std::vector<std::size_t> order_;
  Chain chain_;
};

}  // namespace pdns::dns
