// The answer section of one DNS response: message -> [AnswerReader] -> tuples with a verdict each.
//
// Header, question, owners and lengths are walked here with one bounds check; rdata with names goes
// through ldns (rdata.h). Authority and additional sections are not looked at: pdns stores answers.
// Rules and their order: the fates of record/fate.h. Message format: RFC 1035 4.1.
//
// One thread at a time; buffers are kept from message to message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "dns/chain.h"
#include "dns/wire_name.h"
#include "record/fate.h"
#include "record/observation.h"

namespace pdns::dns {

struct Answer {
  record::RecordFate fate = record::RecordFate::kStored;
  record::Tuple tuple;           // set for kStored and the quarantine fates
  std::uint8_t zone_labels = 0;  // of the zone, where the owner is at or under it; else 0
};

class AnswerReader {
 public:
  // Walks header, question and answer section to its end. False when they cannot be walked
  // (malformed.dns). `message` must stay until Judge's result was used.
  bool Walk(Bytes message);

  // After Walk: kUsed, or the first refusal that the header earns.
  record::FrameFate Refusal() const;

  // After Walk of a message that is not refused: a verdict on each answer record, in order. `zone`
  // is the wire name, in any case, of the zone whose server answered; the root where that is not
  // known. Good until the next Walk.
  std::span<const Answer> Judge(Bytes zone);

 private:
  struct Slice {
    std::size_t at = 0;
    std::size_t size = 0;
  };
  struct Record {
    Slice owner;  // in scratch_
    record::RrType type{};
    std::uint16_t rr_class = 0;
    std::size_t length_at = 0;  // of RDLENGTH in the message
    std::uint16_t length = 0;
    bool copied = false;  // canonical rdata is in scratch_
    Slice rdata;          // in scratch_ or in the message
    record::RecordFate fate = record::RecordFate::kStored;
  };

  bool WalkName(std::size_t& at, Slice& name);
  bool WalkRecord(std::size_t& at);
  void Canonicalize(Record& record);
  void MarkDuplicates();
  bool SameTuple(std::size_t a, std::size_t b) const;

  Bytes message_;
  std::uint16_t flags_ = 0;
  std::uint16_t questions_ = 0;
  Slice question_;
  std::string scratch_;            // names and canonical rdata
  std::size_t known_pointer_ = 0;  // a compression target already read ...
  Slice known_name_;               // ... and its name
  std::vector<Record> records_;
  std::vector<Answer> answers_;
  std::vector<record::Tuple> links_;
  std::vector<std::size_t> order_;
  Chain chain_;
};

}  // namespace pdns::dns
