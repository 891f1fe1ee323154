#include "dns/message.h"

#include <fmt/format.h>

#include "dns/wire_name.h"

namespace pdns::dns {
namespace {

constexpr std::size_t kMaxMessage = 65535;
constexpr unsigned kRcodeBits = 4;

// Reads the parts in a row; moves from one to the next only while they are whole.
class Walk {
 public:
  explicit Walk(Bytes wire) : wire_(wire) {}

  std::size_t left() const { return wire_.size() - at_; }

  bool ReadHeader(Header& header) {
    Cursor cursor(wire_);
    header.id = cursor.U16();
    header.flags = cursor.U16();
    for (std::uint16_t& count : header.counts) count = cursor.U16();
    at_ = cursor.position();
    return cursor.ok();
  }

  bool ReadQuestion(Question& question) {
    if (!ReadOwner(question.name)) return false;
    Cursor cursor(wire_, at_);
    question.type = static_cast<record::RrType>(cursor.U16());
    question.rr_class = cursor.U16();
    at_ = cursor.position();
    return cursor.ok();
  }

  bool ReadRecord(Record& record) {
    if (!ReadOwner(record.owner)) return false;
    Cursor cursor(wire_, at_);
    record.type = static_cast<record::RrType>(cursor.U16());
    record.rr_class = cursor.U16();
    record.ttl = cursor.U32();
    const std::size_t length = cursor.U16();
    record.rdata_at = cursor.position();
    record.rdata = cursor.Read(length);
    at_ = cursor.position();
    return cursor.ok();
  }

 private:
  // ReadName holds the name to its bounds and lowers it; the bytes as sent are then copied.
  bool ReadOwner(std::string& name) {
    WireName lower;
    const std::size_t end = ReadName(wire_, at_, lower);
    if (end == 0) return false;
    name.reserve(lower.size);
    std::size_t from = at_;
    while (wire_[from] != 0) {
      if (wire_[from] > record::kMaxLabelLength) {
        from = (wire_[from] & 0x3fU) << 8 | wire_[from + 1];
        continue;
      }
      const std::size_t size = wire_[from] + 1U;
      AppendBytes(name, wire_.subspan(from, size));
      from += size;
    }
    name.push_back('\0');
    at_ = end;
    return true;
  }

  Bytes wire_;
  std::size_t at_ = 0;
};

Edns EdnsOf(const Record& record) {
  Edns edns;
  edns.udp_size = record.rr_class;
  edns.extended_rcode = static_cast<std::uint8_t>(record.ttl >> 24);
  edns.version = static_cast<std::uint8_t>(record.ttl >> 16);
  edns.flags = static_cast<std::uint16_t>(record.ttl);
  Cursor cursor(record.rdata);
  while (cursor.left() > 0) {
    EdnsOption option;
    option.code = cursor.U16();
    option.data = cursor.Read(cursor.U16());
    if (cursor.ok()) edns.options.push_back(option);
  }
  edns.cut = !cursor.ok();
  return edns;
}

bool ReadQuestions(Walk& walk, Message& message) {
  const unsigned count = message.header->counts[0];
  for (unsigned i = 0; i < count; ++i) {
    Question question;
    if (!walk.ReadQuestion(question)) {
      message.fault = fmt::format("question {} of {} cannot be read", i + 1, count);
      return false;
    }
    message.questions.push_back(std::move(question));
  }
  return true;
}

bool ReadSection(Walk& walk, Section section, Message& message) {
  static constexpr std::array<std::string_view, 3> kNames{"answer", "authority", "additional"};
  const auto index = static_cast<std::size_t>(section);
  const unsigned count = message.header->counts.at(index + 1);
  for (unsigned i = 0; i < count; ++i) {
    Record record;
    record.section = section;
    if (!walk.ReadRecord(record)) {
      message.fault =
          fmt::format("{} record {} of {} cannot be read", kNames.at(index), i + 1, count);
      return false;
    }
    const bool opt = section == Section::kAdditional && record.type == record::RrType::kOpt;
    if (opt && !message.edns.has_value()) {
      message.edns = EdnsOf(record);
    } else {
      message.records.push_back(std::move(record));
    }
  }
  return true;
}

}  // namespace

unsigned Message::rcode() const {
  if (!header.has_value()) return 0;
  const unsigned low = header->flags & 0xfU;
  return edns.has_value() ? unsigned{edns->extended_rcode} << kRcodeBits | low : low;
}

Message ReadMessage(Bytes wire, Depth depth) {
  Message message;
  message.wire = wire;
  if (wire.size() > kMaxMessage) {
    message.fault = fmt::format("{} bytes are more than a message can have", wire.size());
    return message;
  }
  Walk walk(wire);
  Header header;
  if (!walk.ReadHeader(header)) {
    message.fault = fmt::format("{} bytes are no header", wire.size());
    return message;
  }
  message.header = header;
  if (!ReadQuestions(walk, message) || depth == Depth::kQuestions) return message;
  const bool whole = ReadSection(walk, Section::kAnswer, message) &&
                     ReadSection(walk, Section::kAuthority, message) &&
                     ReadSection(walk, Section::kAdditional, message);
  if (whole) message.behind = walk.left();
  return message;
}

}  // namespace pdns::dns
