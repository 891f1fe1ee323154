#include "corpus/corpus.h"

#include <algorithm>
#include <array>

#include "dnstap.pb-c.h"

namespace pdns::bench {
namespace {

constexpr std::int64_t kMillion = 1000000;
constexpr std::int64_t kTick = 4000;      // BIND takes the time in steps of 4 ms
constexpr std::uint64_t kNamesShare = 5;  // messages a known name
constexpr std::uint64_t kServerSalt = 701;

std::uint64_t KnownNames(const CorpusOptions& options) {
  const std::uint64_t repeated = options.messages * (100 - options.percent_new) / 100;
  return std::max<std::uint64_t>(repeated / kNamesShare, 1);
}

}  // namespace

struct Corpus::Frame {
  Dnstap__Dnstap outer = DNSTAP__DNSTAP__INIT;
  Dnstap__Message message = DNSTAP__MESSAGE__INIT;
  std::string identity = "resolver1.example.net";
  std::string version = "BIND 9.18.33-1~deb12u2-Debian";
  std::array<std::uint8_t, 16> query_address{};
  std::array<std::uint8_t, 16> response_address{};
};

std::optional<unsigned> PercentNew(std::string_view corpus) {
  if (corpus == "rep") return 0;
  if (corpus == "mix") return 50;
  if (corpus == "new") return 95;
  return std::nullopt;
}

namespace {

ProtobufCBinaryData Binary(std::uint8_t* data, std::size_t size) { return {size, data}; }

ProtobufCBinaryData Binary(std::string& text) {
  return {text.size(), reinterpret_cast<std::uint8_t*>(text.data())};
}

}  // namespace

Corpus::Corpus(const CorpusOptions& options)
    : options_(options),
      names_(options.seed),
      zipf_(KnownNames(options)),
      rng_(options.seed),
      answers_(message_),
      frame_(std::make_unique<Frame>()),
      known_(KnownNames(options)),
      next_new_(std::max(options.first_new, known_)) {
  Dnstap__Dnstap& outer = frame_->outer;
  outer.type = DNSTAP__DNSTAP__TYPE__MESSAGE;
  outer.message = &frame_->message;
  outer.has_identity = outer.has_version = 1;
  outer.identity = Binary(frame_->identity);
  outer.version = Binary(frame_->version);
  Dnstap__Message& message = frame_->message;
  message.type = DNSTAP__MESSAGE__TYPE__RESOLVER_RESPONSE;
  message.has_socket_family = message.has_socket_protocol = 1;
  message.has_query_address = message.has_response_address = 1;
  message.has_query_port = message.has_response_port = 1;
  message.response_port = 53;
  message.has_query_time_sec = message.has_query_time_nsec = 1;
  message.has_response_time_sec = message.has_response_time_nsec = 1;
  message.has_query_zone = message.has_response_message = 1;
}

Corpus::~Corpus() = default;

std::uint64_t Corpus::DrawNumber() {
  return rng_.Percent(options_.percent_new) ? next_new_++ : zipf_.Sample(rng_);
}

// Microseconds. Time goes forward at the given rate; a response is up to 0.8 s late, most are not.
std::int64_t Corpus::DrawTime() {
  const auto rate = static_cast<std::int64_t>(options_.rate);
  const auto made = static_cast<std::int64_t>(made_);
  const std::int64_t base =
      options_.start * kMillion + made / rate * kMillion + made % rate * kMillion / rate;
  const std::int64_t most = rng_.Percent(5) ? 800000 : 60000;
  const auto late = static_cast<std::int64_t>(rng_.Below(static_cast<std::uint64_t>(most)));
  return (base + kMillion - late) / kTick * kTick;
}

std::span<const std::uint8_t> Corpus::Next() {
  if (made_ == options_.messages) return {};
  const Subject subject = names_.At(DrawNumber());
  const Answered answered = answers_.Write(subject, DrawType(subject, rng_), rng_);
  records_ += answered.records;
  empty_ += answered.records == 0 ? 1U : 0U;
  const auto payload = Pack(subject, answered.zone_at);
  ++made_;
  return payload;
}

std::span<const std::uint8_t> Corpus::Pack(const Subject& subject, std::size_t zone_at) {
  Dnstap__Message& message = frame_->message;
  // A zone has four servers; one in four is asked by IPv6.
  const std::uint64_t server = Mix(subject.zone_id ^ rng_.Below(4), kServerSalt);
  const bool ipv6 = server % 4 == 0;
  const std::size_t size = ipv6 ? 16 : 4;
  const std::uint32_t address = HostingPrefix(server) | static_cast<std::uint32_t>(server >> 52);
  frame_->response_address = {};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto byte = static_cast<std::uint8_t>(address >> (24 - 8 * i));
    frame_->response_address[ipv6 ? i + 2 : i] = byte;
  }
  if (ipv6) frame_->response_address[0] = 0x2a;
  message.socket_family = ipv6 ? DNSTAP__SOCKET_FAMILY__INET6 : DNSTAP__SOCKET_FAMILY__INET;
  message.socket_protocol =
      rng_.Percent(2) ? DNSTAP__SOCKET_PROTOCOL__TCP : DNSTAP__SOCKET_PROTOCOL__UDP;
  message.query_address = Binary(frame_->query_address.data(), size);
  message.response_address = Binary(frame_->response_address.data(), size);
  message.query_port = static_cast<std::uint32_t>(1024 + rng_.Below(64512));
  const std::int64_t response = DrawTime();
  const std::int64_t query = response - static_cast<std::int64_t>(rng_.Below(10)) * kTick;
  message.query_time_sec = static_cast<std::uint64_t>(query / kMillion);
  message.query_time_nsec = static_cast<std::uint32_t>(query % kMillion * 1000);
  message.response_time_sec = static_cast<std::uint64_t>(response / kMillion);
  message.response_time_nsec = static_cast<std::uint32_t>(response % kMillion * 1000);
  auto* owner = const_cast<std::uint8_t*>(subject.owner.data());  // protobuf-c reads it only
  message.query_zone = Binary(owner + zone_at, subject.owner.size() - zone_at);
  const std::span<std::uint8_t> wire = message_.View();
  message.response_message = Binary(wire.data(), wire.size());
  payload_.resize(dnstap__dnstap__get_packed_size(&frame_->outer));
  dnstap__dnstap__pack(&frame_->outer, payload_.data());
  return payload_;
}

}  // namespace pdns::bench
