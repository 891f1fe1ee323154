#include "dns/answers.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <tuple>

#include "dns/rdata.h"
#include "dns/wire_name.h"
#include "record/name.h"
#include "record/type_facts.h"

namespace pdns::dns {
namespace {

using record::FrameOutcome;
using record::RecordOutcome;
using record::RrType;

constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kFlagResponse = 0x8000;
constexpr std::uint16_t kFlagTruncated = 0x0200;
constexpr unsigned kRcodeNoError = 0;
constexpr unsigned kRcodeNxDomain = 3;
constexpr unsigned kRcodeYxDomain =
    6;  // a DNAME made a name that is too long: its records are true

constexpr std::uint32_t kNoPointer = 0x10000;  // no 16 bits are this
constexpr std::array<std::uint8_t, 1> kRoot{0};
constexpr std::size_t kHeaderSize = 12;
constexpr std::size_t kFixedSize = 10;  // of a record: type, class, TTL, RDLENGTH
constexpr std::size_t kLeastRecord = 1 + kFixedSize;

std::uint16_t U16At(Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

// Does its outcome depend on the zone, or has it a bailiwick to be told?
bool IsOfZone(const Answer& answer) {
  return answer.outcome == RecordOutcome::kStored || answer.outcome == RecordOutcome::kOffChain ||
         answer.outcome == RecordOutcome::kOutOfBailiwick;
}

void SetVerdict(Answer& answer, bool in_zone, record::Bailiwick zone) {
  answer.bailiwick = in_zone ? zone : record::Bailiwick::OfLabels(0);
  if (answer.outcome == RecordOutcome::kOffChain) return;
  answer.outcome = in_zone ? RecordOutcome::kStored : RecordOutcome::kOutOfBailiwick;
}

}  // namespace

inline bool AnswerReader::WalkName(std::size_t& at, Bytes& name) {
  Cursor cursor(message_, at);
  const Bytes pointer = cursor.Read(2);
  if (cursor.ok() && U16At(pointer, 0) == question_pointer_) {
    at = cursor.position();
    name = question_;
    return true;
  }
  const ReadResult read = ReadName(message_, at, scratch_.Room(kNameRoom));
  if (read.end == 0) return false;
  at = read.end;
  name = scratch_.Keep(read.size);
  return true;
}

// Inline, like what it calls for a record without names inside: a third of its cost.
inline bool AnswerReader::WalkRecord(std::size_t& at, Answer& answer) {
  record::Tuple& tuple = answer.tuple;
  if (!WalkName(at, tuple.owner)) return false;
  Cursor cursor(message_, at);
  const Bytes fixed = cursor.Read(kFixedSize);  // the TTL in it is never stored
  if (!cursor.ok()) return false;
  tuple.rdata = cursor.Read(U16At(fixed, 8));
  if (!cursor.ok()) return false;
  tuple.type = static_cast<RrType>(U16At(fixed, 0));
  answer.bailiwick = {};
  if (U16At(fixed, 2) != kClassIn) {
    answer.outcome = RecordOutcome::kClass;
  } else if (record::IsMeta(tuple.type)) {
    answer.outcome = RecordOutcome::kMeta;
  } else {
    const bool names = record::RequiredFields(tuple.type) > 0;
    const bool valid = names ? ReadNames(at + kFixedSize - 2, tuple)
                             : IsValidOpaqueRdata(tuple.type, tuple.rdata.size());
    answer.outcome = valid ? RecordOutcome::kStored : RecordOutcome::kMalformed;
  }
  if (answer.outcome != RecordOutcome::kStored) tuple = {};
  at = cursor.position();
  return true;
}

bool AnswerReader::ReadNames(std::size_t length_at, record::Tuple& tuple) {
  const auto rdata = CanonicalRdata(message_, length_at, tuple.type, scratch_);
  if (!rdata.has_value()) return false;
  tuple.rdata = *rdata;
  const bool link = tuple.type == RrType::kCname || tuple.type == RrType::kDname;
  if (link) links_.push_back(tuple);
  return true;
}

bool AnswerReader::WalkQuestions(std::size_t& at) {
  for (unsigned i = 0; i < questions_; ++i) {
    const auto start = static_cast<std::uint32_t>(at);
    Bytes name;
    if (!WalkName(at, name)) return false;
    if (i == 0) {
      question_ = name;
      question_pointer_ = 0xc000U | start;  // nearly every owner points here
    }
    Cursor rest(message_, at);
    rest.Read(4);  // type and class
    if (!rest.ok()) return false;
    at = rest.position();
  }
  return true;
}

bool AnswerReader::Walk(Bytes message) {
  message_ = message;
  scratch_.Clear();
  links_.clear();
  question_ = {};
  question_pointer_ = kNoPointer;
  count_ = 0;
  judged_ = false;
  if (message.size() > std::numeric_limits<std::uint16_t>::max()) return false;
  Cursor cursor(message);
  const Bytes header = cursor.Read(kHeaderSize);
  if (!cursor.ok()) return false;
  flags_ = U16At(header, 2);
  questions_ = U16At(header, 4);
  const std::size_t count = U16At(header, 6);

  std::size_t at = cursor.position();
  if (!WalkQuestions(at)) return false;
  if (count > (message.size() - at) / kLeastRecord) return false;
  if (answers_.size() < count) answers_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!WalkRecord(at, answers_[i])) return false;
  }
  count_ = count;
  return true;
}

FrameOutcome AnswerReader::Refusal() const {
  const unsigned opcode = flags_ >> 11 & 0xfU;
  const unsigned rcode = flags_ & 0xfU;
  if ((flags_ & kFlagResponse) == 0) return FrameOutcome::kNotResponse;
  if (opcode != 0) return FrameOutcome::kOpcode;
  if (questions_ != 1) return FrameOutcome::kQuestion;
  if (rcode != kRcodeNoError && rcode != kRcodeNxDomain && rcode != kRcodeYxDomain) {
    return FrameOutcome::kRcode;
  }
  return (flags_ & kFlagTruncated) != 0 ? FrameOutcome::kTruncated : FrameOutcome::kUsed;
}

std::span<const Answer> AnswerReader::Judge(std::optional<Bytes> zone) {
  if (!judged_) {
    if (count_ > 1) MarkDuplicates();
    MarkOffChain();
    judged_ = true;
  }
  if (zone.has_value()) {
    JudgeByZone(*zone);
  } else {
    for (Answer& answer : answers()) {
      if (IsOfZone(answer)) SetVerdict(answer, true, record::Bailiwick());
    }
  }
  return answers();
}

void AnswerReader::JudgeByZone(Bytes zone) {
  std::array<std::uint8_t, kNameRoom> lower;
  Bytes lower_zone = QuestionSuffix(zone);
  bool question_in_zone = !lower_zone.empty();
  if (!question_in_zone) {
    lower_zone = LowerName(zone, lower.data());
    if (lower_zone.empty()) lower_zone = kRoot;
    question_in_zone = record::IsAtOrUnder(question_, lower_zone);
  }
  const auto bailiwick = record::Bailiwick::OfLabels(record::CountLabels(lower_zone));
  for (Answer& answer : answers()) {
    if (!IsOfZone(answer)) continue;
    const bool in_zone = answer.tuple.owner.data() == question_.data()
                             ? question_in_zone
                             : record::IsAtOrUnder(answer.tuple.owner, lower_zone);
    SetVerdict(answer, in_zone, bailiwick);
  }
}

// The tail of the question name that is `zone` to the last bit, as nearly every zone is, or
// nothing.
Bytes AnswerReader::QuestionSuffix(Bytes zone) const {
  if (zone.empty()) return {};
  std::size_t at = 0;
  while (question_.size() - at > zone.size()) at += question_[at] + 1U;
  const Bytes suffix = question_.subspan(at);
  return Same(suffix, zone) ? suffix : Bytes();
}

void AnswerReader::MarkOffChain() {
  chain_.Build(question_, links_);
  for (Answer& answer : answers()) {
    if (answer.outcome != RecordOutcome::kStored) continue;
    if (answer.tuple.owner.data() == question_.data()) continue;
    if (!chain_.Holds(answer.tuple.owner, answer.tuple.type))
      answer.outcome = RecordOutcome::kOffChain;
  }
}

// A tuple counts once a message. Few records are compared pairwise; many are sorted, so that a
// message made of thousands costs no square.
void AnswerReader::MarkDuplicates() {
  constexpr std::size_t kFew = 16;
  if (count_ <= kFew) {
    for (std::size_t i = 1; i < count_; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (SameTuple(j, i)) answers_[i].outcome = RecordOutcome::kDuplicate;
      }
    }
    return;
  }
  order_.resize(count_);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  const auto key = [this](std::size_t i) {
    const record::Tuple& tuple = answers_[i].tuple;
    return std::tuple(AsText(tuple.owner), tuple.type, AsText(tuple.rdata), i);
  };
  std::sort(order_.begin(), order_.end(),
            [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  for (std::size_t k = 1; k < count_; ++k) {
    if (SameTuple(order_[k - 1], order_[k]))
      answers_[order_[k]].outcome = RecordOutcome::kDuplicate;
  }
}

bool AnswerReader::SameTuple(std::size_t a, std::size_t b) const {
  const record::Tuple& first = answers_[a].tuple;
  const record::Tuple& second = answers_[b].tuple;
  // What has no tuple has no owner. A duplicate has one: the third of three must find the second.
  return first.type == second.type && !first.owner.empty() && Same(first.rdata, second.rdata) &&
         Same(first.owner, second.owner);
}

}  // namespace pdns::dns
