// A whole DNS message, for showing: wire -> [ReadMessage] -> header, questions, records of all
// sections, EDNS.
//
// The pipeline reads answers only and drops a message that cannot be walked (answers.h); this keeps
// what was read before the place where it breaks, and says where that is. Bytes: RFC 1035 4.1,
// RFC 6891.
//
// Values. Functions: any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "record/rrtype.h"

namespace pdns::dns {

struct Header {
  std::uint16_t id = 0;
  std::uint16_t flags = 0;                // the 16 bits behind the id, as sent
  std::array<std::uint16_t, 4> counts{};  // question, answer, authority, additional, as sent

  bool response() const { return (flags & 0x8000U) != 0; }
  unsigned opcode() const { return flags >> 11 & 0xfU; }
};

struct Question {
  std::string name;  // wire, uncompressed, case as sent
  record::RrType type{};
  std::uint16_t rr_class = 0;
};

enum class Section : std::uint8_t { kAnswer, kAuthority, kAdditional };

struct Record {
  Section section{};
  std::string owner;  // wire, uncompressed, case as sent
  record::RrType type{};
  std::uint16_t rr_class = 0;
  std::uint32_t ttl = 0;
  std::size_t rdata_at = 0;  // offset in the message
  Bytes rdata;               // as sent: names in it may be compressed
};

struct EdnsOption {
  std::uint16_t code = 0;
  Bytes data;
};

struct Edns {
  std::uint16_t udp_size = 0;
  std::uint8_t extended_rcode = 0;  // the upper eight bits
  std::uint8_t version = 0;
  std::uint16_t flags = 0;
  std::vector<EdnsOption> options;
  bool cut = false;  // its options do not fill the rdata
};

// Views into the bytes that were read.
struct Message {
  Bytes wire;
  std::optional<Header> header;
  std::vector<Question> questions;
  std::vector<Record> records;  // in the order sent; without the OPT that became `edns`
  std::optional<Edns> edns;     // the first OPT of the additional section
  std::size_t behind = 0;       // bytes behind the last record
  std::string fault;            // where the message breaks; empty when it was read to its end

  // With the upper bits of EDNS; 0 without a header.
  unsigned rcode() const;
};

enum class Depth : std::uint8_t { kQuestions, kAll };

// Foreign bytes, of which a message has at most 65535. Down to the questions, `behind` is not known
// and a fault in the records not found.
Message ReadMessage(Bytes wire, Depth depth);

}  // namespace pdns::dns
