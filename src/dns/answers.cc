#include "dns/answers.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "dns/rdata.h"
#include "record/name.h"

namespace pdns::dns {
namespace {

using record::FrameFate;
using record::RecordFate;
using record::RrType;

constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kFlagResponse = 0x8000;
constexpr std::uint16_t kFlagTruncated = 0x0200;
constexpr unsigned kRcodeNoError = 0;
constexpr unsigned kRcodeNxDomain = 3;
constexpr unsigned kRcodeYxDomain =
    6;  // a DNAME made a name that is too long: its records are true

Bytes Part(std::string_view text, std::size_t at, std::size_t size) {
  return AsBytes(text).subspan(at, size);
}

}  // namespace

bool AnswerReader::Walk(Bytes message) {
  message_ = message;
  scratch_.clear();
  records_.clear();
  known_pointer_ = 0;
  question_ = {};
  if (message.size() > std::numeric_limits<std::uint16_t>::max()) return false;
  Cursor header(message);
  header.Take(2);  // id
  flags_ = header.U16();
  questions_ = header.U16();
  const std::uint16_t answer_count = header.U16();
  header.Take(4);  // authority and additional counts
  if (!header.ok()) return false;

  std::size_t at = header.position();
  for (unsigned i = 0; i < questions_; ++i) {
    const std::size_t start = at;
    if (!WalkName(at, question_)) return false;
    if (i == 0) {
      known_pointer_ = start;  // nearly every owner points here
      known_name_ = question_;
    }
    Cursor rest(message, at);
    rest.Take(4);  // type and class
    if (!rest.ok()) return false;
    at = rest.position();
  }
  for (unsigned i = 0; i < answer_count; ++i) {
    if (!WalkRecord(at)) return false;
  }
  return true;
}

bool AnswerReader::WalkName(std::size_t& at, Slice& name) {
  Cursor cursor(message_, at);
  const std::uint16_t pointer = cursor.U16();
  if (cursor.ok() && known_pointer_ != 0 && pointer == (0xc000U | known_pointer_)) {
    at = cursor.position();
    name = known_name_;
    return true;
  }
  WireName read;
  const std::size_t end = ReadName(message_, at, read);
  if (end == 0) return false;
  at = end;
  name = {scratch_.size(), read.size};
  AppendBytes(scratch_, read.view());
  return true;
}

bool AnswerReader::WalkRecord(std::size_t& at) {
  Record record;
  if (!WalkName(at, record.owner)) return false;
  Cursor cursor(message_, at);
  record.type = static_cast<RrType>(cursor.U16());
  record.rr_class = cursor.U16();
  cursor.Take(4);  // TTL: never stored
  record.length_at = cursor.position();
  record.length = cursor.U16();
  record.rdata = {cursor.position(), record.length};
  cursor.Take(record.length);
  if (!cursor.ok()) return false;
  at = cursor.position();
  records_.push_back(record);
  return true;
}

FrameFate AnswerReader::Refusal() const {
  const unsigned opcode = flags_ >> 11 & 0xfU;
  const unsigned rcode = flags_ & 0xfU;
  if ((flags_ & kFlagResponse) == 0) return FrameFate::kNotResponse;
  if (opcode != 0) return FrameFate::kOpcode;
  if (questions_ != 1) return FrameFate::kQuestion;
  if (rcode != kRcodeNoError && rcode != kRcodeNxDomain && rcode != kRcodeYxDomain) {
    return FrameFate::kRcode;
  }
  return (flags_ & kFlagTruncated) != 0 ? FrameFate::kTruncated : FrameFate::kUsed;
}

std::span<const Answer> AnswerReader::Judge(Bytes zone) {
  for (Record& record : records_) Canonicalize(record);
  answers_.clear();
  links_.clear();
  for (const Record& record : records_) {  // scratch_ no longer moves: views may be taken
    Answer& answer = answers_.emplace_back();
    answer.fate = record.fate;
    if (record.fate != RecordFate::kStored) continue;
    answer.tuple.owner = Part(scratch_, record.owner.at, record.owner.size);
    answer.tuple.type = record.type;
    answer.tuple.rdata = record.copied ? Part(scratch_, record.rdata.at, record.rdata.size)
                                       : message_.subspan(record.rdata.at, record.rdata.size);
    if (record.type == RrType::kCname || record.type == RrType::kDname)
      links_.push_back(answer.tuple);
  }
  MarkDuplicates();

  const auto lower_zone = record::Name::FromWire(zone).value_or(record::Name());
  const auto zone_labels = static_cast<std::uint8_t>(record::CountLabels(lower_zone.wire()));
  chain_.Build(Part(scratch_, question_.at, question_.size), links_);
  for (Answer& answer : answers_) {
    if (answer.fate != RecordFate::kStored) continue;
    const bool in_zone = record::IsAtOrUnder(answer.tuple.owner, lower_zone.wire());
    if (in_zone) answer.zone_labels = zone_labels;
    if (!chain_.Holds(answer.tuple.owner, answer.tuple.type)) {
      answer.fate = RecordFate::kOffChain;
    } else if (!in_zone) {
      answer.fate = RecordFate::kOutOfBailiwick;
    }
  }
  return answers_;
}

void AnswerReader::Canonicalize(Record& record) {
  if (record.rr_class != kClassIn) {
    record.fate = RecordFate::kClass;
  } else if (record::IsMeta(record.type)) {
    record.fate = RecordFate::kMeta;
  } else if (record::RequiredFields(record.type) == 0) {
    if (!IsValidOpaqueRdata(record.type, record.length)) record.fate = RecordFate::kMalformed;
  } else {
    const std::size_t start = scratch_.size();
    record.copied = true;
    if (!AppendCanonicalRdata(message_, record.length_at, record.type, scratch_)) {
      scratch_.resize(start);
      record.fate = RecordFate::kMalformed;
    }
    record.rdata = {start, scratch_.size() - start};
  }
}

// A tuple counts once a message. Few records are compared pairwise; many are sorted, so that a
// message made of thousands costs no square.
void AnswerReader::MarkDuplicates() {
  constexpr std::size_t kFew = 16;
  const std::size_t count = answers_.size();
  if (count <= kFew) {
    for (std::size_t i = 1; i < count; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (SameTuple(j, i)) answers_[i].fate = RecordFate::kDuplicate;
      }
    }
    return;
  }
  order_.resize(count);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  const auto key = [this](std::size_t i) {
    const record::Tuple& tuple = answers_[i].tuple;
    return std::tuple(AsText(tuple.owner), tuple.type, AsText(tuple.rdata), i);
  };
  std::sort(order_.begin(), order_.end(),
            [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  for (std::size_t k = 1; k < count; ++k) {
    if (SameTuple(order_[k - 1], order_[k])) answers_[order_[k]].fate = RecordFate::kDuplicate;
  }
}

bool AnswerReader::SameTuple(std::size_t a, std::size_t b) const {
  // A duplicate has a tuple as well: the third of three must find the second.
  const auto has_tuple = [this](std::size_t i) {
    return answers_[i].fate == RecordFate::kStored || answers_[i].fate == RecordFate::kDuplicate;
  };
  return has_tuple(a) && has_tuple(b) && answers_[a].tuple == answers_[b].tuple;
}

}  // namespace pdns::dns
