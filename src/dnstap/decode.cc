#include "dnstap/decode.h"

#include <dnstap.pb-c.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <vector>

#include "record/name.h"

namespace pdns::dnstap {
namespace {

// protobuf-c stores whatever number was on the wire; reading it as the enum would be undefined.
template <class Enum>
std::uint32_t EnumNumber(const Enum& field) {
  static_assert(sizeof field == sizeof(std::uint32_t));
  std::uint32_t number = 0;
  std::memcpy(&number, &field, sizeof number);
  return number;
}

Bytes View(const ProtobufCBinaryData& data) { return {data.data, data.len}; }

}  // namespace

// Blocks that are handed out front to back and all taken back by Reset. A frame is at most 1 MiB
// and protobuf-c copies its fields out, so one block of a few KiB serves nearly every frame; what
// does not fit comes from the heap until Reset.
class Decoder::Arena {
 public:
  Arena() {
    allocator_.alloc = [](void* self, std::size_t size) {
      return static_cast<Arena*>(self)->Allocate(size);
    };
    allocator_.free = [](void* /*self*/, void* /*piece*/) {};
    allocator_.allocator_data = this;
  }

  ProtobufCAllocator* allocator() { return &allocator_; }

  void Reset() {
    used_ = 0;
    large_.clear();
  }

 private:
  void* Allocate(std::size_t size) {
    constexpr std::size_t kAlign = alignof(std::max_align_t);
    const std::size_t rounded = (size + kAlign - 1) / kAlign * kAlign;
    if (rounded > block_.size() - used_) {
      large_.push_back(std::make_unique<std::byte[]>(rounded));
      return large_.back().get();
    }
    void* piece = block_.data() + used_;
    used_ += rounded;
    return piece;
  }

  alignas(std::max_align_t) std::array<std::byte, 8192> block_;
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> large_;
  ProtobufCAllocator allocator_{};
};

Decoder::Decoder(TypeSet accepted) : accepted_(accepted), arena_(std::make_unique<Arena>()) {}
Decoder::~Decoder() = default;

record::FrameOutcome Decoder::Decode(Bytes payload, Response& response) {
  Fields fields;
  if (ReadFields(payload, fields)) return Judge(fields, response);
  return DecodeGenerated(payload, response);
}

record::FrameOutcome Decoder::DecodeGenerated(Bytes payload, Response& response) {
  arena_->Reset();
  response = {};
  const Dnstap__Dnstap* outer =
      dnstap__dnstap__unpack(arena_->allocator(), payload.size(), payload.data());
  if (outer == nullptr || EnumNumber(outer->type) != DNSTAP__DNSTAP__TYPE__MESSAGE ||
      outer->message == nullptr) {
    return record::FrameOutcome::kMalformedProtobuf;
  }
  const Dnstap__Message& message = *outer->message;
  Fields fields;
  fields.identity = View(outer->identity);
  fields.type = EnumNumber(message.type);
  if (message.has_query_time_sec != 0) fields.query_seconds = message.query_time_sec;
  if (message.has_response_time_sec != 0) fields.response_seconds = message.response_time_sec;
  fields.query_zone = View(message.query_zone);
  if (message.has_response_message != 0) fields.response_message = View(message.response_message);
  return Judge(fields, response);
}

record::FrameOutcome Decoder::Judge(const Fields& fields, Response& response) const {
  response = {};
  response.message_type = fields.type < record::kMessageTypes ? fields.type : 0;
  if (response.message_type == 0 || (accepted_ & SetOf(response.message_type)) == 0) {
    return record::FrameOutcome::kSkipped;
  }
  response.message = fields.response_message;
  // Zero is none: a field that was set and never filled in.
  const bool answered = fields.response_seconds.value_or(0) != 0;
  response.seconds = answered ? fields.response_seconds : fields.query_seconds;
  if (response.seconds == std::uint64_t{0}) response.seconds.reset();
  response.identity = fields.identity;
  if (fields.query_zone.empty()) return record::FrameOutcome::kUsed;
  response.zone = fields.query_zone;
  const bool valid_zone = record::NameLength(fields.query_zone) == fields.query_zone.size();
  return valid_zone ? record::FrameOutcome::kUsed : record::FrameOutcome::kMalformedProtobuf;
}

}  // namespace pdns::dnstap
