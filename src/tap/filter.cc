#include "tap/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "dns/presentation/message_text.h"
#include "dns/text.h"
#include "dns/wire_name.h"
#include "record/outcome.h"

namespace pdns::tap {
namespace {

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

std::string Quoted(std::string_view text) { return fmt::format("'{}'", Printable(text)); }

// Hands on the parts between commas until `each` says no.
template <class Each>
Status ForEach(std::string_view text, Each each) {
  while (true) {
    const std::size_t comma = text.find(',');
    if (Status parsed = each(text.substr(0, comma)); !parsed.ok()) return parsed;
    if (comma == std::string_view::npos) return {};
    text.remove_prefix(comma + 1);
  }
}

bool AnyHolds(const std::vector<dns::AddressBlock>& blocks, const std::optional<Bytes>& address) {
  return address.has_value() &&
         std::any_of(blocks.begin(), blocks.end(),
                     [&](const dns::AddressBlock& block) { return block.Holds(*address); });
}

bool NamePasses(const std::vector<NamePattern>& patterns, const dns::Question& question) {
  std::array<std::uint8_t, dns::kNameRoom> room;
  const Bytes name = dns::LowerName(AsBytes(question.name), room.data());
  return std::any_of(patterns.begin(), patterns.end(), [&](const NamePattern& pattern) {
    return pattern.below ? record::IsAtOrUnder(name, pattern.name.wire())
                         : Same(name, pattern.name.wire());
  });
}

bool QuestionPasses(const Filter& filter, Frame& frame) {
  if (filter.names.empty() && filter.rrtypes.empty()) return true;
  if (!frame.wire().has_value() || frame.Head().questions.empty()) return false;
  const dns::Question& question = frame.Head().questions.front();
  const auto& types = filter.rrtypes;
  return (types.empty() || std::find(types.begin(), types.end(), question.type) != types.end()) &&
         (filter.names.empty() || NamePasses(filter.names, question));
}

bool RcodePasses(const Filter& filter, Frame& frame) {
  constexpr unsigned kMaxPlain = 15;
  const auto& rcodes = filter.rcodes;
  if (rcodes.empty()) return true;
  if (!frame.wire().has_value() || !frame.Head().header.has_value()) return false;
  const dns::Header& header = *frame.Head().header;
  // The low bits must suit before the rest is looked for in EDNS.
  const bool possible = std::any_of(rcodes.begin(), rcodes.end(), [&](unsigned rcode) {
    return (rcode & kMaxPlain) == (header.flags & kMaxPlain);
  });
  if (!header.response() || !possible) return false;
  return std::find(rcodes.begin(), rcodes.end(), frame.Whole().rcode()) != rcodes.end();
}

bool AnswerPasses(const Filter& filter, Frame& frame) {
  if (filter.answer_addresses.empty()) return true;
  if (!frame.wire().has_value()) return false;
  const auto& records = frame.Whole().records;
  return std::any_of(records.begin(), records.end(), [&](const dns::Record& record) {
    const bool address = record.type == record::RrType::kA || record.type == record::RrType::kAaaa;
    return address && record.section == dns::Section::kAnswer &&
           AnyHolds(filter.answer_addresses, record.rdata);
  });
}

}  // namespace

bool Filter::empty() const {
  return types == 0 && names.empty() && rrtypes.empty() && rcodes.empty() && addresses.empty() &&
         answer_addresses.empty();
}

Result<dnstap::TypeSet> ParseMessageTypes(std::string_view text) {
  dnstap::TypeSet set = 0;
  const Status parsed = ForEach(text, [&](std::string_view one) -> Status {
    const std::string wanted = Upper(one);
    for (std::uint32_t type = 1; type < record::kMessageTypes; ++type) {
      if (wanted != record::MessageTypeName(type) && wanted != ShortTypeName(type)) continue;
      set |= dnstap::SetOf(type);
      return {};
    }
    return Status::Usage(Quoted(one) +
                         " is no dnstap message type: give RR, CQ, ... or RESOLVER_RESPONSE, ...");
  });
  if (!parsed.ok()) return parsed;
  return set;
}

Result<NamePattern> ParseNamePattern(std::string_view text) {
  constexpr std::string_view kBelow = "*.";
  NamePattern pattern;
  std::string_view rest = text;
  if (rest.starts_with(kBelow)) {
    pattern.below = true;
    rest.remove_prefix(kBelow.size());
    if (rest.empty()) return pattern;
  }
  const auto name = dns::NameFromText(rest);
  if (!name.has_value()) {
    return Status::Usage(Quoted(text) +
                         " is no domain name: labels have 1 to 63 bytes, a name at most 255");
  }
  pattern.name = *name;
  return pattern;
}

Result<std::vector<record::RrType>> ParseRrTypes(std::string_view text) {
  std::vector<record::RrType> types;
  const Status parsed = ForEach(text, [&](std::string_view one) -> Status {
    const auto type = dns::TypeFromText(one);
    if (!type.has_value()) {
      return Status::Usage(Quoted(one) +
                           " is no rrtype: give names (A,AAAA), numbers, or TYPE65280");
    }
    types.push_back(*type);
    return {};
  });
  if (!parsed.ok()) return parsed;
  return types;
}

Result<std::vector<unsigned>> ParseRcodes(std::string_view text) {
  std::vector<unsigned> rcodes;
  const Status parsed = ForEach(text, [&](std::string_view one) -> Status {
    const auto rcode = dns::RcodeFromText(one);
    if (!rcode.has_value()) {
      return Status::Usage(Quoted(one) +
                           " is no rcode: give names (NXDOMAIN,SERVFAIL) or numbers up to 4095");
    }
    rcodes.push_back(*rcode);
    return {};
  });
  if (!parsed.ok()) return parsed;
  return rcodes;
}

Result<dns::AddressBlock> ParseBlock(std::string_view text) {
  if (const auto block = dns::ParseBlock(text)) return *block;
  return Status::Usage(Quoted(text) + " is no address and no block such as 205.150.150.0/24");
}

bool Passes(const Filter& filter, Frame& frame) {
  const dnstap::Message& tap = frame.dnstap();
  const bool known = tap.type > 0 && tap.type < record::kMessageTypes;
  if (filter.types != 0 && (!known || (filter.types & dnstap::SetOf(tap.type)) == 0)) return false;
  if (!filter.addresses.empty() && !AnyHolds(filter.addresses, tap.query_address) &&
      !AnyHolds(filter.addresses, tap.response_address)) {
    return false;
  }
  return QuestionPasses(filter, frame) && RcodePasses(filter, frame) && AnswerPasses(filter, frame);
}

}  // namespace pdns::tap
