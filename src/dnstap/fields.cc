#include "dnstap/fields.h"

#include <bit>
#include <cstddef>
#include <cstring>

namespace pdns::dnstap {
namespace {

constexpr std::uint64_t kMessageKind = 1;  // Dnstap.Type MESSAGE

// Reads fields until the end. What does not fit moves to the end and turns Whole off for good.
class Scanner {
 public:
  explicit Scanner(Bytes bytes)
      : at_(bytes.data()), end_(at_ + bytes.size()), last_(bytes.empty() ? at_ : end_ - 1) {}

  // Everything was read, each field at most once, field `required` among them.
  bool Whole(unsigned required) const { return ok_ && (seen_ >> required & 1U) != 0; }

  // Is this field next, with at least a byte behind its key? Then its value must be read.
  template <unsigned number, unsigned wire_type>
  bool Next() {
    constexpr std::uint8_t kKey = number << 3 | wire_type;
    if (at_ >= last_ || *at_ != kKey) return false;
    ++at_;
    round_ |= 1U << number;
    return true;
  }
  template <unsigned number>
  bool NextVarint() {
    return Next<number, 0>();
  }
  template <unsigned number>
  bool NextBytes() {
    return Next<number, 2>();
  }
  template <unsigned number>
  bool NextFixed32() {
    return Next<number, 5>();
  }

  // Ends a round, which asks for each field once: are more needed?
  bool Again() {
    const bool twice = (seen_ & round_) != 0;
    seen_ |= round_;
    if (twice || (at_ != end_ && round_ == 0)) Fail();
    round_ = 0;
    return at_ != end_;
  }

  std::uint64_t Varint() {
    if (*at_ < 0x80) return *at_++;
    if (at_ < last_ && at_[1] < 0x80 && at_[1] != 0) {  // most lengths
      at_ += 2;
      return (at_[-2] & 0x7fU) | std::uint64_t{at_[-1]} << 7;
    }
    return LongVarint();
  }

  // The same for a time, of which most have five bytes: eight bytes are looked at together.
  std::uint64_t Seconds() {
    constexpr std::uint64_t kEach = 0x0101010101010101;
    if (std::endian::native != std::endian::little || end_ - at_ < 8) return Varint();
    std::uint64_t word = 0;
    std::memcpy(&word, at_, sizeof word);
    const std::uint64_t ends = ~word & kEach * 0x80;
    if (ends == 0) return LongVarint();
    const int last = std::countr_zero(ends) - 7;             // bit at which the last byte begins
    word &= (ends ^ (ends - 1)) & kEach * 0x7f;              // seven bits of each byte up to that
    if (word >> last == 0 && last > 0) return LongVarint();  // not the shortest form
    at_ += last / 8 + 1;
    word = (word & 0x007f007f007f007f) | (word & 0x7f007f007f007f00) >> 1;
    word = (word & 0x00003fff00003fff) | (word & 0x3fff00003fff0000) >> 2;
    return (word & 0x0fffffff) | (word & 0x0fffffff00000000) >> 4;
  }

  // protobuf-c cuts a longer number to its low half.
  std::uint32_t Number32() {
    const std::uint64_t value = Varint();
    if (value > 0xffffffff) Fail();
    return static_cast<std::uint32_t>(value);
  }

  Bytes LengthAndBytes() { return Read(Varint()); }

  Bytes Read(std::uint64_t size) {
    if (size > static_cast<std::size_t>(end_ - at_)) {
      Fail();
      return {};
    }
    const Bytes taken(at_, static_cast<std::size_t>(size));
    at_ += size;
    return taken;
  }

 private:
  void Fail() {
    ok_ = false;
    at_ = end_;  // behind last_ as well
  }

  // The shortest form and at most nine bytes, 63 bits: the tenth has odd cases of its own.
  std::uint64_t LongVarint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63 && at_ != end_; shift += 7) {
      const std::uint8_t byte = *at_++;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte == 0) break;
      if (byte < 0x80) return value;
    }
    Fail();
    return 0;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  const std::uint8_t* last_;  // before end_: a field has two bytes at least
  std::uint32_t seen_ = 0;    // a bit a field number: of the rounds before ...
  std::uint32_t round_ = 0;   // ... and of this one
  bool ok_ = true;
};

// Tried in the order of their numbers, in which nearly every writer sends them; what stands in
// another order takes another round.
bool ReadMessage(Bytes bytes, Fields& fields) {
  Scanner scan(bytes);
  do {
    if (scan.NextVarint<1>()) fields.type = scan.Number32();
    if (scan.NextVarint<2>()) scan.Number32();       // socket_family
    if (scan.NextVarint<3>()) scan.Number32();       // socket_protocol
    if (scan.NextBytes<4>()) scan.LengthAndBytes();  // query_address
    if (scan.NextBytes<5>()) scan.LengthAndBytes();  // response_address
    if (scan.NextVarint<6>()) scan.Number32();       // query_port
    if (scan.NextVarint<7>()) scan.Number32();       // response_port
    if (scan.NextVarint<8>()) fields.query_seconds = scan.Seconds();
    if (scan.NextFixed32<9>()) scan.Read(4);          // query_time_nsec
    if (scan.NextBytes<10>()) scan.LengthAndBytes();  // query_message
    if (scan.NextBytes<11>()) fields.query_zone = scan.LengthAndBytes();
    if (scan.NextVarint<12>()) fields.response_seconds = scan.Seconds();
    if (scan.NextFixed32<13>()) scan.Read(4);  // response_time_nsec
    if (scan.NextBytes<14>()) fields.response_message = scan.LengthAndBytes();
  } while (scan.Again());
  return scan.Whole(1);
}

}  // namespace

bool ReadFields(Bytes payload, Fields& fields) {
  Scanner scan(payload);
  Bytes message;
  std::uint64_t kind = 0;
  fields = {};
  do {
    if (scan.NextBytes<1>()) fields.identity = scan.LengthAndBytes();
    if (scan.NextBytes<2>()) scan.LengthAndBytes();  // version
    if (scan.NextBytes<3>()) scan.LengthAndBytes();  // extra
    if (scan.NextBytes<14>()) message = scan.LengthAndBytes();
    if (scan.NextVarint<15>()) kind = scan.Varint();
  } while (scan.Again());
  return scan.Whole(14) && kind == kMessageKind && ReadMessage(message, fields);
}

}  // namespace pdns::dnstap
