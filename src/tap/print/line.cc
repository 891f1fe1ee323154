#include "tap/print/line.h"

#include <fmt/format.h>

#include <array>

#include "dns/presentation/message_text.h"
#include "dns/text.h"

namespace pdns::tap {
namespace {

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kPlain = "\x1b[0m";

std::string Coloured(std::string_view text, std::string_view colour, bool wanted) {
  return wanted && !colour.empty() ? fmt::format("{}{}{}", colour, text, kPlain)
                                   : std::string(text);
}

// A colour a party: authority, resolver, client, forwarder and the rest; responses bright.
std::string_view ColourOf(std::uint32_t type) {
  static constexpr std::array<std::string_view, 8> kColours{"\x1b[35m", "\x1b[95m", "\x1b[32m",
                                                            "\x1b[92m", "\x1b[36m", "\x1b[96m",
                                                            "\x1b[33m", "\x1b[93m"};
  if (type == 0) return kRed;
  return type <= kColours.size() ? kColours.at(type - 1) : kColours.back();
}

std::string Endpoint(const std::optional<Bytes>& address,
                     const std::optional<std::uint32_t>& port) {
  if (!address.has_value()) return "?";
  return fmt::format("{}:{}", AddressText(*address), port ? std::to_string(*port) : "?");
}

std::string_view ProtocolText(const std::optional<std::uint32_t>& protocol) {
  if (!protocol.has_value() || dnstap::ProtocolName(*protocol).empty()) return "?";
  return dnstap::ProtocolName(*protocol);
}

std::string QuestionText(Frame& frame) {
  if (!frame.wire().has_value() || frame.Head().questions.empty()) return "?/?/?";
  const dns::Question& question = frame.Head().questions.front();
  std::string name = dns::NameToText(AsBytes(question.name));
  if (name.size() > 1) name.pop_back();  // dnstap-read writes no final dot
  return fmt::format("{}/{}/{}", name, dns::ClassToText(question.rr_class),
                     dns::TypeMnemonic(question.type));
}

// Cannot be read, or says that something went wrong.
bool Failed(Frame& frame) {
  constexpr unsigned kNxdomain = 3;
  if (!frame.wire().has_value()) return false;
  const dns::Message& message = frame.Whole();
  if (!message.fault.empty()) return true;
  return message.rcode() != 0 && message.rcode() != kNxdomain;
}

}  // namespace

std::string FrameToLine(Frame& frame, const LineOptions& options) {
  const dnstap::Message& tap = frame.dnstap();
  const bool red = options.colour && Failed(frame);
  return fmt::format(
      "{} {} {} {} {} {} {}b {}", LineTime(frame.time(), options.zone),
      Coloured(ShortTypeName(tap.type), ColourOf(tap.type), options.colour),
      Endpoint(tap.query_address, tap.query_port), dnstap::IsQuery(tap.type) ? "->" : "<-",
      Endpoint(tap.response_address, tap.response_port), ProtocolText(tap.socket_protocol),
      frame.wire().value_or(Bytes()).size(), Coloured(QuestionText(frame), kRed, red));
}

std::string MalformedLine(std::size_t size, bool colour) {
  return fmt::format("{} {}b", Coloured("malformed", kRed, colour), size);
}

}  // namespace pdns::tap
