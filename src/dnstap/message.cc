#include "dnstap/message.h"

#include <dnstap.pb-c.h>

#include <array>
#include <cstring>

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

template <class Enum>
std::optional<std::uint32_t> Number(protobuf_c_boolean has, const Enum& field) {
  if (has == 0) return std::nullopt;
  return EnumNumber(field);
}

template <class T>
std::optional<T> Value(protobuf_c_boolean has, T value) {
  if (has == 0) return std::nullopt;
  return value;
}

std::optional<Bytes> View(protobuf_c_boolean has, const ProtobufCBinaryData& data) {
  if (has == 0) return std::nullopt;
  return Bytes(data.data, data.len);
}

Policy PolicyOf(const Dnstap__Policy& from) {
  Policy policy;
  if (from.type != nullptr) policy.type = AsBytes(from.type);
  policy.rule = View(from.has_rule, from.rule);
  policy.action = Number(from.has_action, from.action);
  policy.match = Number(from.has_match, from.match);
  policy.value = View(from.has_value, from.value);
  return policy;
}

Message MessageOf(const Dnstap__Message& from) {
  Message message;
  message.type = EnumNumber(from.type);
  message.socket_family = Number(from.has_socket_family, from.socket_family);
  message.socket_protocol = Number(from.has_socket_protocol, from.socket_protocol);
  message.query_address = View(from.has_query_address, from.query_address);
  message.response_address = View(from.has_response_address, from.response_address);
  message.query_port = Value(from.has_query_port, from.query_port);
  message.response_port = Value(from.has_response_port, from.response_port);
  message.query_time.seconds = Value<std::uint64_t>(from.has_query_time_sec, from.query_time_sec);
  message.query_time.nanosecond = Value(from.has_query_time_nsec, from.query_time_nsec);
  message.query_message = View(from.has_query_message, from.query_message);
  message.query_zone = View(from.has_query_zone, from.query_zone);
  message.response_time.seconds =
      Value<std::uint64_t>(from.has_response_time_sec, from.response_time_sec);
  message.response_time.nanosecond = Value(from.has_response_time_nsec, from.response_time_nsec);
  message.response_message = View(from.has_response_message, from.response_message);
  if (from.policy != nullptr) message.policy = PolicyOf(*from.policy);
  message.http_protocol = Number(from.has_http_protocol, from.http_protocol);
  return message;
}

template <std::size_t count>
std::string_view Name(const std::array<std::string_view, count>& names, std::uint32_t number) {
  return number >= 1 && number <= count ? names[number - 1] : std::string_view();
}

}  // namespace

struct MessageReader::Held {
  struct Free {
    void operator()(Dnstap__Dnstap* unpacked) const {
      dnstap__dnstap__free_unpacked(unpacked, nullptr);
    }
  };
  std::unique_ptr<Dnstap__Dnstap, Free> message;
};

MessageReader::MessageReader() : held_(std::make_unique<Held>()) {}
MessageReader::~MessageReader() = default;

std::optional<Message> MessageReader::Read(Bytes payload) {
  held_->message.reset(dnstap__dnstap__unpack(nullptr, payload.size(), payload.data()));
  const Dnstap__Dnstap* outer = held_->message.get();
  if (outer == nullptr || outer->message == nullptr ||
      EnumNumber(outer->type) != DNSTAP__DNSTAP__TYPE__MESSAGE) {
    return std::nullopt;
  }
  Message message = MessageOf(*outer->message);
  message.identity = View(outer->has_identity, outer->identity);
  message.version = View(outer->has_version, outer->version);
  message.extra = View(outer->has_extra, outer->extra);
  return message;
}

std::string_view FamilyName(std::uint32_t family) {
  return Name(std::array<std::string_view, 2>{"INET", "INET6"}, family);
}

std::string_view ProtocolName(std::uint32_t protocol) {
  return Name(std::array<std::string_view, 7>{"UDP", "TCP", "DOT", "DOH", "DNSCryptUDP",
                                              "DNSCryptTCP", "DOQ"},
              protocol);
}

std::string_view HttpName(std::uint32_t version) {
  return Name(std::array<std::string_view, 3>{"HTTP1", "HTTP2", "HTTP3"}, version);
}

std::string_view PolicyActionName(std::uint32_t action) {
  return Name(std::array<std::string_view, 6>{"NXDOMAIN", "NODATA", "PASS", "DROP", "TRUNCATE",
                                              "LOCAL_DATA"},
              action);
}

std::string_view PolicyMatchName(std::uint32_t match) {
  return Name(
      std::array<std::string_view, 5>{"QNAME", "CLIENT_IP", "RESPONSE_IP", "NS_NAME", "NS_IP"},
      match);
}

}  // namespace pdns::dnstap
